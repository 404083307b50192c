package dev.sluice.playground.api;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Reads and writes what travels in bodies.
final class Bodies {
  private Bodies() {}

  private static final StreamReadConstraints LIMITS =
      StreamReadConstraints.builder().maxNestingDepth(200).maxStringLength(3_000_000).build();

  static final ObjectMapper JSON =
      JsonMapper.builder(
              new JsonFactoryBuilder()
                  .streamReadConstraints(LIMITS)
                  .characterEscapes(new HtmlEscapes())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /// Two blanks per level, as the real server writes for people.
  private static final ObjectWriter PRETTY =
      JsonMapper.builder()
          .build()
          .writer(
              new DefaultPrettyPrinter(
                      Separators.createDefaultInstance()
                          .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                          .withObjectEmptySeparator("")
                          .withArrayEmptySeparator(""))
                  .withObjectIndenter(new DefaultIndenter("  ", "\n"))
                  .withArrayIndenter(new DefaultIndenter("  ", "\n")));

  static final ObjectMapper YAML =
      YAMLMapper.builder(
              YAMLFactory.builder()
                  .streamReadConstraints(LIMITS)
                  .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                  .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                  .build())
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .build();

  /// An object as it was sent.
  ///
  /// @param duplicates paths of fields that were given twice, such as `data.a`
  record Sent(ObjectNode object, List<String> duplicates) {}

  /// The media type of the body without its parameters, in lower case.
  static String type(Call call) {
    var type = call.header("content-type").orElse("");
    var end = type.indexOf(';');
    return (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
  }

  /// Reads the body of a POST or PUT.
  ///
  /// @throws Refusal 400 when it cannot be read, 415 for a type that is not known
  static Sent object(Call call, ResourceKind kind) {
    return switch (type(call)) {
      case "", "application/json", "application/x-www-form-urlencoded" ->
          new Sent(json(call.body(), kind), duplicates(call.body()));
      case "application/yaml" -> new Sent(yaml(call.body(), kind), List.of());
      case "application/vnd.kubernetes.protobuf" -> {
        if (kind.custom()) {
          throw Refusal.unsupportedMedia(Media.KNOWN.subList(0, 2));
        }
        yield new Sent(Protobuf.read(call.body(), kind), List.of());
      }
      default -> throw Refusal.unsupportedMedia(Media.KNOWN);
    };
  }

  /// Reads the body of a PATCH, which may be any JSON or YAML.
  ///
  /// @throws Refusal 400 when it cannot be read
  static JsonNode patch(Call call) {
    try {
      var yaml = type(call).equals("application/apply-patch+yaml");
      var node = (yaml ? YAML : JSON).readTree(call.body());
      return node == null ? MissingNode.getInstance() : node;
    } catch (IOException e) {
      throw Refusal.badRequest(
          type(call).equals("application/apply-patch+yaml")
              ? "error decoding YAML: error converting YAML to JSON: yaml: " + GoWords.yamlFault(e)
              : "error decoding patch: " + GoWords.jsonFault(call.body(), e));
    }
  }

  private static ObjectNode json(byte[] body, ResourceKind kind) {
    JsonNode node;
    try {
      node = JSON.readTree(body);
    } catch (IOException e) {
      throw unrecognized(
          kind,
          "couldn't get version/kind; json parse error: " + GoWords.jsonFault(body, e),
          shown(body));
    }
    if (node instanceof ObjectNode object) {
      return object;
    }
    if (node == null || node.isMissingNode()) {
      throw unrecognized(
          kind,
          "couldn't get version/kind; json parse error: unexpected end of JSON input",
          "<empty>");
    }
    throw unrecognized(
        kind,
        "couldn't get version/kind; json parse error: json: cannot unmarshal "
            + GoWords.type(node)
            + " into Go value of type struct { APIVersion string"
            + " \"json:\\\"apiVersion,omitempty\\\"\"; Kind string"
            + " \"json:\\\"kind,omitempty\\\"\" }",
        HexFormat.of().formatHex(body, 0, Math.min(body.length, 30)));
  }

  private static ObjectNode yaml(byte[] body, ResourceKind kind) {
    try {
      if (YAML.readTree(body) instanceof ObjectNode object) {
        return object;
      }
      throw unrecognized(
          kind,
          "yaml: not an object",
          HexFormat.of().formatHex(body, 0, Math.min(body.length, 30)));
    } catch (IOException e) {
      throw unrecognized(
          kind,
          "yaml: " + GoWords.yamlFault(e),
          HexFormat.of().formatHex(body, 0, Math.min(body.length, 30)));
    }
  }

  static Refusal unrecognized(ResourceKind kind, String why, String body) {
    return Refusal.badRequest(
        "the object provided is unrecognized (must be of type "
            + kind.kind()
            + "): "
            + why
            + " ("
            + body
            + ")");
  }

  /// The first 30 bytes of a body, as such messages show it.
  static String shown(byte[] body) {
    if (body.length == 0) {
      return "<empty>";
    }
    var text = new String(body, StandardCharsets.UTF_8);
    return text.length() > 30 ? text.substring(0, 30) + " ..." : text;
  }

  private static List<String> duplicates(byte[] body) {
    var found = new ArrayList<String>();
    var seen = new ArrayDeque<Set<String>>();
    try (JsonParser parser = JSON.createParser(body)) {
      for (var token = parser.nextToken(); token != null; token = parser.nextToken()) {
        switch (token) {
          case START_OBJECT -> seen.addLast(new HashSet<>());
          case END_OBJECT -> seen.removeLast();
          case FIELD_NAME -> {
            if (!seen.getLast().add(parser.currentName())) {
              found.add(
                  "duplicate field "
                      + Refusal.quoted(path(parser.getParsingContext().pathAsPointer())));
            }
          }
          default -> {}
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.copyOf(found);
  }

  private static String path(JsonPointer pointer) {
    var path = new StringBuilder();
    for (var step = pointer; !step.matches(); step = step.tail()) {
      if (step.mayMatchElement()) {
        path.append('[').append(step.getMatchingIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(step.getMatchingProperty());
      }
    }
    return path.toString();
  }

  /// Writes an answer's body, with the newline that the real server ends it with.
  static byte[] write(JsonNode body, Media.Encoding encoding, boolean pretty) {
    try {
      if (encoding == Media.Encoding.PROTOBUF) {
        return Protobuf.write(body)
            .orElseThrow(() -> new IllegalStateException("no protobuf of " + body.path("kind")));
      }
      if (encoding == Media.Encoding.YAML) {
        return YAML.writeValueAsBytes(YAML.convertValue(body, Object.class));
      }
      var bytes = pretty ? PRETTY.writeValueAsBytes(body) : JSON.writeValueAsBytes(body);
      var line = Arrays.copyOf(bytes, bytes.length + 1);
      line[bytes.length] = '\n';
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

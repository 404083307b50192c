package dev.sluice.playground.api;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What form of answer a client asks for in `Accept`.
///
/// @param encoding how it is written
/// @param as `Table`, `PartialObjectMetadata`, `PartialObjectMetadataList`, `APIGroupDiscoveryList`
///   or empty for the object itself
/// @param version of that form, such as `v1` or `v1beta1`; empty with the object itself
record Media(Encoding encoding, String as, String version) {

  /// How an answer is written.
  enum Encoding {
    JSON("application/json"),
    YAML("application/yaml"),
    PROTOBUF(Protobuf.TYPE);

    private final String type;

    Encoding(String type) {
      this.type = type;
    }

    String type() {
      return type;
    }
  }

  /// What is accepted in bodies.
  static final List<String> KNOWN =
      List.of(Encoding.JSON.type(), Encoding.YAML.type(), Encoding.PROTOBUF.type());

  static final Media PLAIN = new Media(Encoding.JSON, "", "");

  private record Range(String type, Map<String, String> parameters) {}

  /// The first form in `Accept` that the server can give for a resource.
  ///
  /// @throws Refusal 406 when there is none
  static Media ofResource(Call call) {
    return ofResource(call, false);
  }

  /// The first form in `Accept` that the server can give for a resource. Whoever takes JSON as well
  /// as protobuf gets JSON.
  ///
  /// @param binary whether the resource can be given as protobuf
  /// @throws Refusal 406 when there is none
  static Media ofResource(Call call, boolean binary) {
    var ranges = ranges(call);
    if (ranges.isEmpty()) {
      return PLAIN;
    }
    var transformed = false;
    for (var range : ranges) {
      var as = range.parameters().getOrDefault("as", "");
      transformed |= !as.isEmpty();
      var known =
          switch (as) {
            case "" -> true;
            case "Table", "PartialObjectMetadata", "PartialObjectMetadataList" ->
                range.parameters().getOrDefault("g", "").equals("meta.k8s.io")
                    && List.of("v1", "v1beta1").contains(range.parameters().getOrDefault("v", ""));
            default -> false;
          };
      if (!known) {
        continue;
      }
      var version = as.isEmpty() ? "" : range.parameters().getOrDefault("v", "v1");
      switch (range.type()) {
        case "application/json", "*/*", "application/*" -> {
          return new Media(Encoding.JSON, as, version);
        }
        case "application/yaml" -> {
          return new Media(Encoding.YAML, as, version);
        }
        default -> {}
      }
    }
    if (binary && asksForProtobuf(ranges)) {
      return new Media(Encoding.PROTOBUF, "", "");
    }
    throw transformed
        ? Refusal.notAcceptable(KNOWN)
        : new Refusal(
            406,
            "NotAcceptable",
            "406: Not Acceptable\n\nAvailable representations: " + String.join(", ", KNOWN),
            Refusal.Details.EMPTY);
  }

  /// The form of the answer to a write; a client that asks for a form that does not exist still
  /// gets an answer, since the write was done.
  static Media ofWrite(Call call) {
    var yaml = call.header("accept").orElse("").startsWith(Encoding.YAML.type());
    return yaml ? new Media(Encoding.YAML, "", "") : PLAIN;
  }

  /// Whether a refusal is to be protobuf: the client takes nothing else.
  static boolean onlyProtobuf(Call call) {
    var ranges = ranges(call);
    return !ranges.isEmpty()
        && ranges.stream().allMatch(range -> range.type().equals(Encoding.PROTOBUF.type()));
  }

  private static boolean asksForProtobuf(List<Range> ranges) {
    return ranges.stream()
        .anyMatch(range ->
            range.type().equals(Encoding.PROTOBUF.type()) && !range.parameters().containsKey("as"));
  }

  /// The form of a discovery document: aggregated if the client prefers it.
  ///
  /// @throws Refusal 406 when nothing that it accepts can be given
  static Media ofDiscovery(Call call) {
    var ranges = ranges(call);
    if (ranges.isEmpty()) {
      return PLAIN;
    }
    for (var range : ranges) {
      var as = range.parameters().getOrDefault("as", "");
      var aggregated =
          as.equals("APIGroupDiscoveryList")
              && range.parameters().getOrDefault("g", "").equals("apidiscovery.k8s.io")
              && range.parameters().getOrDefault("v", "").equals("v2");
      if (range.type().equals("application/json") && aggregated) {
        return new Media(Encoding.JSON, as, "v2");
      }
      if (as.isEmpty()
          && List.of("application/json", "*/*", "application/*").contains(range.type())) {
        return PLAIN;
      }
      if (as.isEmpty() && range.type().equals("application/yaml")) {
        return new Media(Encoding.YAML, "", "");
      }
    }
    throw Refusal.notAcceptable(KNOWN);
  }

  boolean table() {
    return as.equals("Table");
  }

  boolean partial() {
    return as.startsWith("PartialObjectMetadata");
  }

  private static List<Range> ranges(Call call) {
    var ranges = new ArrayList<Range>();
    for (var text : call.header("accept").orElse("").split(",", -1)) {
      if (text.isBlank()) {
        continue;
      }
      var parts = text.split(";", -1);
      var parameters = new HashMap<String, String>();
      for (int i = 1; i < parts.length; i++) {
        var equals = parts[i].indexOf('=');
        if (equals > 0) {
          parameters.put(
              parts[i].substring(0, equals).strip(), parts[i].substring(equals + 1).strip());
        }
      }
      ranges.add(new Range(parts[0].strip().toLowerCase(Locale.ROOT), parameters));
    }
    return ranges;
  }
}

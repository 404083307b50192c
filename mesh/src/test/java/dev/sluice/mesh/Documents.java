package dev.sluice.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.crds.Canary;
import io.fabric8.istio.api.networking.v1.DestinationRule;
import io.fabric8.istio.api.networking.v1.VirtualService;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// YAML documents of tests as the things they describe.
final class Documents {
  static final YAMLMapper YAML =
      YAMLMapper.builder()
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .build();

  private Documents() {}

  static List<JsonNode> resource(String name) {
    try (InputStream in = Objects.requireNonNull(Documents.class.getResourceAsStream(name))) {
      return parse(new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<JsonNode> parse(String yaml) {
    try {
      return YAML.readerFor(JsonNode.class).<JsonNode>readValues(yaml).readAll().stream()
          .filter(document -> document != null && document.isObject())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// `{canary: 20}`, `{mirrored: 50}`, `{canary: 20, kept: [c=1, p=2]}`, `{ended: c=1}`.
  static Split split(JsonNode given) {
    var canary = new Percent(given.path("canary").asInt());
    var mirrored = new Percent(given.path("mirrored").asInt());
    Split.Affinity users = Split.Affinity.NONE;
    if (given.has("kept")) {
      users =
          new Split.Affinity.Kept(
              given.path("kept").path(0).asText(),
              Optional.ofNullable(given.path("kept").get(1)).map(JsonNode::asText));
    } else if (given.has("ended")) {
      users = new Split.Affinity.Ended(given.path("ended").asText());
    }
    return new Split(canary, mirrored, users);
  }

  static JsonNode one(String yaml) {
    return parse(yaml).getFirst();
  }

  static Canary app(JsonNode canary) {
    return Canary.read(canary);
  }

  /// An application `myapp` in `production` with the given `spec.service`, in YAML's flow style.
  static Canary app(String service) {
    return app(service, "{interval: 1m, threshold: 5, stepWeight: 10}");
  }

  /// @param analysis the `spec.analysis`
  static Canary app(String service, String analysis) {
    return app(
        one(
            """
            metadata: {name: myapp, namespace: production, uid: uid-of-myapp}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
              service: %s
              analysis: %s
            """
                .formatted(service, analysis)));
  }

  static HasMetadata object(JsonNode json) {
    return switch (json.path("kind").asText()) {
      case "VirtualService" -> YAML.convertValue(json, VirtualService.class);
      case "HTTPRoute" -> YAML.convertValue(json, HTTPRoute.class);
      default -> YAML.convertValue(json, DestinationRule.class);
    };
  }

  static HasMetadata object(String yaml) {
    return object(one(yaml));
  }

  /// As it would be read from a file: the model's numbers are of other Java types than a parser's.
  static JsonNode tree(HasMetadata object) {
    return one(print(List.of(object)));
  }

  static String print(List<HasMetadata> objects) {
    var text = new StringBuilder();
    try {
      for (HasMetadata object : objects) {
        text.append(YAML.writeValueAsString(object));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}

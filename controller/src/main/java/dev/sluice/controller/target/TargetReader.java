package dev.sluice.controller.target;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.object.Json;
import dev.sluice.controller.rollout.Revision;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Reads of a target and its primary what every kind of workload has in the same place.
public final class TargetReader {
  /// On a primary: the revision that was copied to it.
  public static final String REVISION = "sluice.dev/revision";

  /// On a target: how many replicas Git wants.
  static final String REPLICAS = "sluice.dev/replicas";

  /// On a target: the commit that it came from.
  public static final String COMMIT = "sluice.dev/commit";

  private TargetReader() {}

  public static Optional<String> annotation(JsonNode object, String key) {
    String value = object.path("metadata").path("annotations").path(key).asText();
    return value.isBlank() ? Optional.empty() : Optional.of(value);
  }

  /// @param template of the target's pods, see [TargetKind#template]
  /// @param checksums of the tracked configs by `configmap/NAME` or `secret/NAME`
  public static Revision revision(JsonNode template, Map<String, String> checksums) {
    ObjectNode content = Json.MAPPER.createObjectNode();
    content.set("template", template);
    ObjectNode configs = content.putObject("configs");
    new TreeMap<>(checksums).forEach(configs::put);
    return new Revision(Json.hash(content));
  }
}

package dev.sluice.playground.patch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.schema.Schema;
import java.util.Map;

/// The annotation in which client-side `kubectl apply` remembers what it applied. Kubectl's
/// server-side apply may take over what stands there without a conflict, and the annotation follows
/// what it applies from then on, so that the way back stays open.
final class LastApplied {
  private static final String KUBECTL = "kubectl";
  private static final String ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration";
  private static final ObjectMapper SORTED =
      JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

  private LastApplied() {}

  /// What this manager may take from others.
  static FieldSet takeable(ObjectNode live, FieldManager manager, Schema schema) {
    JsonNode annotation = annotations(live).path(ANNOTATION);
    if (!manager.name().equals(KUBECTL) || !annotation.isTextual()) return FieldSet.EMPTY;
    try {
      JsonNode config = SORTED.readTree(annotation.textValue());
      return config.isObject() && Typed.misfits(config, schema.root()).isEmpty()
          ? Typed.fields(config, schema.root())
          : FieldSet.EMPTY;
    } catch (JsonProcessingException _) {
      return FieldSet.EMPTY;
    }
  }

  /// The applied object with its annotation, where it has one, saying what was applied.
  static ObjectNode refreshed(ObjectNode applied, ObjectNode config, FieldManager manager) {
    if (!manager.name().equals(KUBECTL) || !annotations(applied).has(ANNOTATION)) return applied;
    ObjectNode said = config.deepCopy();
    if (annotations(said) instanceof ObjectNode annotations) annotations.remove(ANNOTATION);
    ObjectNode out = applied.deepCopy();
    try {
      String text = SORTED.writeValueAsString(SORTED.convertValue(said, Map.class)) + "\n";
      if (annotations(out) instanceof ObjectNode annotations) annotations.put(ANNOTATION, text);
      return out;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree can always be written", e);
    }
  }

  private static JsonNode annotations(ObjectNode object) {
    return object.path("metadata").path("annotations");
  }
}

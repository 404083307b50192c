package dev.sluice.controller.object;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.cluster.Fingerprint;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Optional;

/// Objects as trees and back.
public final class Json {
  public static final ObjectMapper MAPPER =
      new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);

  private Json() {}

  /// A copy as a tree, without nulls: whether a reader keeps a `creationTimestamp: null` must not
  /// tell one revision from another.
  public static ObjectNode tree(GenericKubernetesResource object) {
    ObjectNode tree = MAPPER.valueToTree(object);
    dropNulls(tree);
    return tree;
  }

  private static void dropNulls(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.properties().removeIf(field -> field.getValue().isNull());
    }
    node.forEach(Json::dropNulls);
  }

  public static GenericKubernetesResource resource(ObjectNode tree) {
    return MAPPER.convertValue(tree, GenericKubernetesResource.class);
  }

  /// The same object in fabric8's typed model, which carries unknown fields along.
  public static <T extends HasMetadata> T typed(GenericKubernetesResource object, Class<T> type) {
    return MAPPER.convertValue(object, type);
  }

  /// The [Fingerprint] of a tree.
  public static String hash(JsonNode node) {
    return Fingerprint.of(MAPPER.convertValue(node, Object.class));
  }

  /// JSON that somebody wrote into an annotation; empty when it is none.
  public static Optional<JsonNode> parse(String text) {
    try {
      return Optional.of(MAPPER.readTree(text));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /// The object at `field`, which is made if it is missing.
  public static ObjectNode object(ObjectNode parent, String field) {
    return parent.path(field) instanceof ObjectNode known ? known : parent.putObject(field);
  }
}

package dev.sluice.controller.gitsync;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.crds.ObjectRef;
import dev.sluice.gitops.plan.Live;
import dev.sluice.gitops.render.ObjectKey;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.Map;

/// Between the cluster's objects and the plain values that plans are made of.
final class Translation {
  private static final ObjectMapper JSON =
      new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  private Translation() {}

  static Live live(GenericKubernetesResource object) {
    return new Live(JSON.convertValue(object, OBJECT));
  }

  static GenericKubernetesResource resource(Map<String, Object> content) {
    return JSON.convertValue(content, GenericKubernetesResource.class);
  }

  static JsonNode tree(Object value) {
    return JSON.valueToTree(value);
  }

  static ObjectRef ref(ObjectKey key) {
    return new ObjectRef(key.namespace(), key.name());
  }
}

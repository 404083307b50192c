package dev.sluice.controller.target;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.object.Json;
import dev.sluice.controller.rollout.Autoscaling.Rest;
import dev.sluice.crds.CanarySpec.AutoscalerRef;
import java.util.Map;
import java.util.Optional;

/// Kubernetes' own HorizontalPodAutoscaler, which rests by itself while its target has no pods.
record HorizontalScaler() implements Scaler {
  @Override
  public Kind kind() {
    return Kind.AUTOSCALER;
  }

  @Override
  public String least() {
    return "minReplicas";
  }

  @Override
  public int least(JsonNode scaler) {
    return scaler.path("spec").path("minReplicas").asInt(1);
  }

  @Override
  public int most(JsonNode scaler) {
    return scaler.path("spec").path("maxReplicas").asInt(1);
  }

  @Override
  public String scaled(JsonNode scaler) {
    JsonNode ref = scaler.path("spec").path("scaleTargetRef");
    return ref.path("kind").asText() + " " + ref.path("name").asText();
  }

  @Override
  public Optional<String> unusable(AutoscalerRef ref, JsonNode scaler) {
    return least(scaler) < 1
        ? Optional.of("has minReplicas 0, so it would start an idle target; make it 1 or more")
        : Optional.empty();
  }

  @Override
  public ObjectNode copied(
      AutoscalerRef ref, JsonNode source, int least, int most, String target, String primary) {
    ObjectNode body = source.path("spec").deepCopy();
    Json.object(body, "scaleTargetRef").put("name", primary);
    return body.put("minReplicas", least).put("maxReplicas", most);
  }

  /// Its annotations say what kubectl and tools noted of the target's own.
  @Override
  public boolean carries(String field, String key) {
    return field.equals("labels");
  }

  @Override
  public Rest rest(JsonNode scaler) {
    return Rest.BY_ITSELF;
  }

  @Override
  public Map<String, Object> resting(JsonNode scaler) {
    return Map.of();
  }

  @Override
  public Map<String, Object> awake(JsonNode scaler) {
    return Map.of();
  }
}

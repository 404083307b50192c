package dev.sluice.controller.target;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.object.Json;
import dev.sluice.controller.rollout.Autoscaling.Rest;
import dev.sluice.crds.CanarySpec.AutoscalerRef;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// KEDA's ScaledObject, of which KEDA makes a HorizontalPodAutoscaler. It starts a workload without
/// pods, so it is paused by KEDA's own annotation while its target rests.
record KedaScaler() implements Scaler {
  /// Keeps the workload at this number of pods; KEDA scales it there.
  static final String PAUSED_AT = "autoscaling.keda.sh/paused-replicas";

  /// What [#PAUSED_AT] said before a rollout wrote it.
  static final String FOUND = "sluice.dev/paused-replicas";

  private static final String PAUSED = "autoscaling.keda.sh/paused";

  /// What [#PAUSED] may say without meaning it; anything else means it.
  private static final Set<String> FALSE = Set.of("false", "False", "FALSE", "f", "F", "0");

  /// Takes over a HorizontalPodAutoscaler that the target's workload had; the primary's had none.
  private static final String TRANSFER = "scaledobject.keda.sh/transfer-hpa-ownership";

  /// KEDA's own, when the spec says nothing.
  private static final int MOST = 100;

  @Override
  public Kind kind() {
    return Kind.SCALED_OBJECT;
  }

  @Override
  public String least() {
    return "minReplicaCount";
  }

  @Override
  public int least(JsonNode scaler) {
    return scaler.path("spec").path("minReplicaCount").asInt(0);
  }

  @Override
  public int most(JsonNode scaler) {
    return scaler.path("spec").path("maxReplicaCount").asInt(MOST);
  }

  @Override
  public String scaled(JsonNode scaler) {
    JsonNode ref = scaler.path("spec").path("scaleTargetRef");
    return ref.path("kind").asText("Deployment") + " " + ref.path("name").asText();
  }

  @Override
  public Optional<String> unusable(AutoscalerRef ref, JsonNode scaler) {
    JsonNode spec = scaler.path("spec");
    if (least(scaler) < 1) {
      return Optional.of(
          "has minReplicaCount 0, which is also KEDA's default, so it would stop the pods of a canary or a primary whenever its triggers rest; make it 1 or more");
    }
    if (spec.has("idleReplicaCount")) {
      return Optional.of(
          "has idleReplicaCount, so it would stop the pods of a canary or a primary whenever its triggers rest; take it out");
    }
    Set<String> queried = new TreeSet<>();
    for (JsonNode trigger : spec.path("triggers")) {
      if (trigger.path("metadata").has("query")) {
        queried.add(trigger.path("name").asText());
      }
    }
    return ref.primaryScalerQueries().keySet().stream()
        .filter(name -> !queried.contains(name))
        .sorted()
        .findFirst()
        .map(name ->
            "has no trigger named '%s' with a query (primaryScalerQueries); those with one are %s"
                .formatted(name, queried));
  }

  @Override
  public ObjectNode copied(
      AutoscalerRef ref, JsonNode source, int least, int most, String target, String primary) {
    ObjectNode body = source.path("spec").deepCopy();
    Json.object(body, "scaleTargetRef").put("name", primary);
    body.put("minReplicaCount", least).put("maxReplicaCount", most);
    if (body.path("advanced") instanceof ObjectNode advanced) {
      // What the primary had when the copy was made is nothing to go back to.
      advanced.remove("restoreToOriginalReplicaCount");
      if (advanced.path("horizontalPodAutoscalerConfig") instanceof ObjectNode generated
          && generated.path("name") instanceof TextNode name) {
        generated.put("name", name.asText() + "-primary");
      }
    }
    for (JsonNode trigger : body.path("triggers")) {
      if (trigger.path("metadata") instanceof ObjectNode metadata
          && metadata.path("query") instanceof TextNode query) {
        metadata.put(
            "query",
            ref.primaryScalerQueries().isEmpty()
                ? aboutPrimary(query.asText(), target, primary)
                : ref.primaryScalerQueries()
                    .getOrDefault(trigger.path("name").asText(), query.asText()));
      }
    }
    return body;
  }

  /// A query about the target's pods, or those of its `-canary` Service, as one about the
  /// primary's: wherever their name stands alone, or begins the name of a pod. `myapp_requests`,
  /// `myapp-db` and a namespace of the same name are something else.
  static String aboutPrimary(String query, String target, String primary) {
    return Pattern.compile(
            "(?<!namespace\\s?=~?\\s?[\"'])(?<![\\w-])"
                + Pattern.quote(target)
                + "(?:-canary)?(?![\\w]|-\\w)")
        .matcher(query)
        .replaceAll(primary);
  }

  /// KEDA notes the ScaledObject's own name in a label.
  @Override
  public boolean carries(String field, String key) {
    return field.equals("labels")
        ? !key.startsWith("scaledobject.keda.sh/")
        : !key.startsWith(PAUSED) && !key.equals(TRANSFER);
  }

  @Override
  public Rest rest(JsonNode scaler) {
    JsonNode annotations = scaler.path("metadata").path("annotations");
    if (annotations.has(PAUSED_AT)) {
      return annotations.path(PAUSED_AT).asText().equals("0") ? Rest.AT_ZERO : Rest.AT_SOME;
    }
    return annotations.has(PAUSED) && !FALSE.contains(annotations.path(PAUSED).asText())
        ? Rest.BY_ITSELF
        : Rest.AWAKE;
  }

  @Override
  public Map<String, Object> resting(JsonNode scaler) {
    Map<String, Object> annotations = new HashMap<>();
    JsonNode found = scaler.path("metadata").path("annotations").path(PAUSED_AT);
    annotations.put(PAUSED_AT, "0");
    if (found instanceof TextNode && !found.asText().equals("0")) {
      annotations.put(FOUND, found.asText());
    }
    return annotations;
  }

  @Override
  public Map<String, Object> awake(JsonNode scaler) {
    Map<String, Object> annotations = new HashMap<>();
    annotations.put(
        PAUSED_AT, scaler.path("metadata").path("annotations").path(FOUND).asText(null));
    annotations.put(FOUND, null);
    return annotations;
  }
}

package dev.sluice.controller.target;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.object.Interest;
import dev.sluice.controller.object.Json;
import dev.sluice.controller.object.Owners;
import dev.sluice.controller.rollout.Autoscaling;
import dev.sluice.controller.rollout.Autoscaling.Bounds;
import dev.sluice.crds.Canary;
import dev.sluice.crds.CanarySpec.AutoscalerRef;
import dev.sluice.crds.CanarySpec.ScalerReplicas;
import dev.sluice.crds.ObjectRef;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// The target's HorizontalPodAutoscaler and its copy for the primary. The target's own is never
/// written: Kubernetes lets it rest while the target has no pods.
public final class Autoscalers {
  private final Cluster cluster;
  private final Interest interest;

  public Autoscalers(Cluster cluster, Interest interest) {
    this.cluster = cluster;
    this.interest = interest;
  }

  /// From the cache; costs the API server nothing.
  public Autoscaling read(Canary canary) {
    boolean leftover = !leftovers(canary).isEmpty();
    AutoscalerRef spec = canary.spec().autoscalerRef();
    if (spec == null) {
      return new Autoscaling.None(leftover);
    }
    interest.watch(canary.ref(), Kind.AUTOSCALER, spec.name());
    interest.watch(canary.ref(), Kind.AUTOSCALER, copyName(spec));
    return cached(canary, spec.name())
        .map(source -> read(canary, spec, source, leftover))
        .orElseGet(() ->
            new Autoscaling.Unusable(
                "HorizontalPodAutoscaler %s/%s (spec.autoscalerRef) does not exist; create it, or remove the reference"
                    .formatted(canary.metadata().namespace(), spec.name()),
                leftover));
  }

  private Autoscaling read(Canary canary, AutoscalerRef spec, ObjectNode source, boolean leftover) {
    Optional<String> why = unusable(canary, spec, source);
    if (why.isPresent()) {
      return new Autoscaling.Unusable(
          "HorizontalPodAutoscaler %s/%s %s"
              .formatted(canary.metadata().namespace(), spec.name(), why.get()),
          leftover);
    }
    Optional<ObjectNode> copy = cached(canary, copyName(spec));
    Bounds wanted = primaryBounds(spec, source);
    return new Autoscaling.Present(
        new Bounds(least(source), most(source)),
        wanted,
        copy.map(live -> OptionalInt.of(least(live))).orElse(OptionalInt.empty()),
        copy.filter(live -> isCurrent(live, canary, wanted(canary, spec, source, least(live))))
            .isPresent(),
        leftover);
  }

  private static Optional<String> unusable(Canary canary, AutoscalerRef spec, ObjectNode source) {
    JsonNode scaled = source.path("spec").path("scaleTargetRef");
    String target = canary.spec().targetRef().name();
    if (!scaled.path("name").asText().equals(target)
        || !scaled.path("kind").asText().equals(canary.spec().targetRef().kind())) {
      return Optional.of(
          "scales %s %s, not the target %s (spec.targetRef)"
              .formatted(scaled.path("kind").asText(), scaled.path("name").asText(), target));
    }
    if (least(source) < 1) {
      return Optional.of("has minReplicas 0, so it would start an idle target; make it 1 or more");
    }
    int least = orElse(minimum(spec), least(source));
    int most = orElse(maximum(spec), most(source));
    return least > most
        ? Optional.of(
            "cannot be copied: the primary's lower bound %d is above its upper bound %d (primaryScalerReplicas)"
                .formatted(least, most))
        : Optional.empty();
  }

  /// Makes the copy as wanted by what the server says now.
  ///
  /// @param least what was decided on; the copy's bounds still hold
  /// @throws ClusterFailure.Conflict when there is nothing to copy any more; decide again
  public void copy(Canary canary, int least) {
    AutoscalerRef spec = canary.spec().autoscalerRef();
    if (spec == null) {
      return;
    }
    String namespace = canary.metadata().namespace();
    ObjectRef ref = new ObjectRef(namespace, spec.name());
    ObjectNode source =
        cluster
            .get(Kind.AUTOSCALER, ref)
            .map(Json::tree)
            .filter(live -> unusable(canary, spec, live).isEmpty())
            .orElseThrow(() ->
                new ClusterFailure.Conflict(
                    "HorizontalPodAutoscaler " + ref + " is not what it was"));
    ObjectNode wanted = wanted(canary, spec, source, least);
    Optional<ObjectNode> live =
        cluster.get(Kind.AUTOSCALER, new ObjectRef(namespace, copyName(spec))).map(Json::tree);
    if (live.isEmpty()) {
      Owners.own(wanted, canary);
      cluster.create(Kind.AUTOSCALER, Json.resource(wanted));
      return;
    }
    Owners.check(live.get(), canary);
    ObjectNode changed = live.get().deepCopy();
    changed.set("spec", wanted.path("spec"));
    ObjectNode labels = Json.object(Json.object(changed, "metadata"), "labels");
    wanted
        .path("metadata")
        .path("labels")
        .properties()
        .forEach(e -> labels.set(e.getKey(), e.getValue()));
    changed.remove("status");
    if (!(isCurrent(live.get(), canary, wanted) && least(live.get()) == least(wanted))) {
      cluster.replace(Kind.AUTOSCALER, Json.resource(changed));
    }
  }

  /// Deletes copies that an earlier spec asked for. The pods they left stay as many as they are.
  public void dropLeftovers(Canary canary) {
    for (ObjectNode leftover : leftovers(canary)) {
      JsonNode meta = leftover.path("metadata");
      cluster.delete(
          Kind.AUTOSCALER,
          new ObjectRef(canary.metadata().namespace(), meta.path("name").asText()),
          Optional.of(meta.path("uid").asText()));
    }
  }

  private List<ObjectNode> leftovers(Canary canary) {
    AutoscalerRef spec = canary.spec().autoscalerRef();
    String wanted = spec == null ? "" : copyName(spec);
    return interest.of(canary.ref(), Kind.AUTOSCALER).stream()
        .filter(ref -> !ref.name().equals(wanted))
        .flatMap(ref -> cached(canary, ref.name()).stream())
        .filter(object -> Owners.owns(canary, object))
        .filter(object -> !object.path("metadata").has("deletionTimestamp"))
        .toList();
  }

  /// The copy without owner, as if it did not exist yet.
  private static ObjectNode wanted(
      Canary canary, AutoscalerRef spec, ObjectNode source, int least) {
    ObjectNode copy = Json.MAPPER.createObjectNode();
    copy.put("apiVersion", Kind.AUTOSCALER.apiVersion()).put("kind", Kind.AUTOSCALER.kind());
    ObjectNode meta = copy.putObject("metadata");
    meta.put("name", copyName(spec)).put("namespace", canary.metadata().namespace());
    if (source.path("metadata").path("labels") instanceof ObjectNode labels) {
      ObjectNode carried = labels.deepCopy();
      PrimaryCopy.dropForeign(carried);
      meta.set("labels", carried);
    }
    ObjectNode body = Json.object(source, "spec").deepCopy();
    Json.object(body, "scaleTargetRef").put("name", canary.primaryName());
    Bounds bounds = primaryBounds(spec, source);
    body.put("minReplicas", Math.clamp(least, bounds.least(), bounds.most()));
    body.put("maxReplicas", bounds.most());
    copy.set("spec", body);
    return copy;
  }

  /// Whether the live copy is the wanted one, its lower bound aside. Labels of others may stay.
  private static boolean isCurrent(ObjectNode live, Canary canary, ObjectNode wanted) {
    ObjectNode one = Json.object(live.deepCopy(), "spec");
    ObjectNode other = Json.object(wanted.deepCopy(), "spec");
    one.remove("minReplicas");
    other.remove("minReplicas");
    JsonNode labels = live.path("metadata").path("labels");
    return Owners.owns(canary, live)
        && one.equals(other)
        && wanted.path("metadata").path("labels").properties().stream()
            .allMatch(e -> e.getValue().equals(labels.path(e.getKey())));
  }

  private static Bounds primaryBounds(AutoscalerRef spec, JsonNode source) {
    return new Bounds(orElse(minimum(spec), least(source)), orElse(maximum(spec), most(source)));
  }

  private static @Nullable Integer minimum(AutoscalerRef spec) {
    ScalerReplicas bounds = spec.primaryScalerReplicas();
    return bounds == null ? null : bounds.minReplicas();
  }

  private static @Nullable Integer maximum(AutoscalerRef spec) {
    ScalerReplicas bounds = spec.primaryScalerReplicas();
    return bounds == null ? null : bounds.maxReplicas();
  }

  private static int orElse(@Nullable Integer value, int otherwise) {
    return value == null ? otherwise : value;
  }

  private static int least(JsonNode scaler) {
    return scaler.path("spec").path("minReplicas").asInt(1);
  }

  private static int most(JsonNode scaler) {
    return scaler.path("spec").path("maxReplicas").asInt(1);
  }

  private static String copyName(AutoscalerRef spec) {
    return spec.name() + "-primary";
  }

  private Optional<ObjectNode> cached(Canary canary, String name) {
    return cluster
        .cached(Kind.AUTOSCALER, new ObjectRef(canary.metadata().namespace(), name))
        .map(Json::tree);
  }
}

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
import dev.sluice.controller.rollout.Autoscaling.Rest;
import dev.sluice.crds.Canary;
import dev.sluice.crds.CanarySpec.AutoscalerRef;
import dev.sluice.crds.CanarySpec.ScalerReplicas;
import dev.sluice.crds.CanarySpec.TargetRef;
import dev.sluice.crds.ObjectRef;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// The target's autoscaler and its copy for the primary. Of the target's own nothing is written but
/// that it is to rest while the target has no pods, where it does not do so by itself.
public final class Autoscalers {
  private static final List<String> MARKS = List.of("labels", "annotations");

  private final Cluster cluster;
  private final Interest interest;

  public Autoscalers(Cluster cluster, Interest interest) {
    this.cluster = cluster;
    this.interest = interest;
  }

  /// From the cache; costs the API server nothing, but for the first ScaledObject that is asked
  /// for.
  public Autoscaling read(Canary canary) {
    boolean leftover = !leftovers(canary).isEmpty();
    AutoscalerRef spec = canary.spec().autoscalerRef();
    if (spec == null) {
      return new Autoscaling.None(leftover);
    }
    Scaler scaler = Scaler.named(spec.kind());
    interest.watch(canary.ref(), scaler.kind(), spec.name());
    interest.watch(canary.ref(), scaler.kind(), copyName(spec));
    String named = named(canary, scaler, spec);
    switch (cluster.follow(scaler.kind())) {
      case UNDEFINED -> {
        return unseen(
            named
                + " (spec.autoscalerRef) cannot exist: the cluster does not know its kind; install KEDA, or remove the reference",
            leftover);
      }
      case LISTING -> {
        return unseen(
            named
                + " (spec.autoscalerRef) cannot be read yet: the first list of its kind has not come",
            leftover);
      }
      case YES -> {}
    }
    return cached(canary, scaler, spec.name())
        .map(source -> read(canary, spec, scaler, source, leftover))
        .orElseGet(() ->
            new Autoscaling.Unusable(
                named + " (spec.autoscalerRef) does not exist; create it, or remove the reference",
                leftover));
  }

  /// No watch would tell when it is over.
  private static Autoscaling unseen(String why, boolean leftover) {
    return new Autoscaling.Unusable(why, leftover, Rest.BY_ITSELF, true);
  }

  private Autoscaling read(
      Canary canary, AutoscalerRef spec, Scaler scaler, ObjectNode source, boolean leftover) {
    Optional<String> why = unusable(canary, spec, scaler, source);
    Rest rest = scalesTarget(canary, scaler, source) ? scaler.rest(source) : Rest.BY_ITSELF;
    if (why.isPresent()) {
      return new Autoscaling.Unusable(
          named(canary, scaler, spec) + " " + why.get(), leftover, rest, false);
    }
    Optional<ObjectNode> copy = cached(canary, scaler, copyName(spec));
    return new Autoscaling.Present(
        new Bounds(scaler.least(source), scaler.most(source)),
        primaryBounds(spec, scaler, source),
        copy.map(live -> OptionalInt.of(scaler.least(live))).orElse(OptionalInt.empty()),
        copy.filter(live ->
                isCurrent(
                    live, canary, scaler, wanted(canary, spec, scaler, source, scaler.least(live))))
            .isPresent(),
        leftover,
        rest);
  }

  private static boolean scalesTarget(Canary canary, Scaler scaler, JsonNode source) {
    TargetRef target = canary.spec().targetRef();
    return scaler.scaled(source).equals(target.kind() + " " + target.name());
  }

  private static Optional<String> unusable(
      Canary canary, AutoscalerRef spec, Scaler scaler, ObjectNode source) {
    if (!scalesTarget(canary, scaler, source)) {
      return Optional.of(
          "scales %s, not the target %s (spec.targetRef)"
              .formatted(scaler.scaled(source), canary.spec().targetRef().name()));
    }
    return scaler
        .unusable(spec, source)
        .or(() -> {
          int least = orElse(minimum(spec), scaler.least(source));
          int most = orElse(maximum(spec), scaler.most(source));
          return least > most
              ? Optional.of(
                  "cannot be copied: the primary's lower bound %d is above its upper bound %d (primaryScalerReplicas)"
                      .formatted(least, most))
              : Optional.empty();
        });
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
    Scaler scaler = Scaler.named(spec.kind());
    String namespace = canary.metadata().namespace();
    ObjectNode source =
        cluster
            .get(scaler.kind(), new ObjectRef(namespace, spec.name()))
            .map(Json::tree)
            .filter(live -> unusable(canary, spec, scaler, live).isEmpty())
            .orElseThrow(() ->
                new ClusterFailure.Conflict(named(canary, scaler, spec) + " is not what it was"));
    ObjectNode wanted = wanted(canary, spec, scaler, source, least);
    Optional<ObjectNode> live =
        cluster.get(scaler.kind(), new ObjectRef(namespace, copyName(spec))).map(Json::tree);
    if (live.isEmpty()) {
      Owners.own(wanted, canary);
      cluster.create(scaler.kind(), Json.resource(wanted));
      return;
    }
    Owners.check(live.get(), canary);
    ObjectNode changed = live.get().deepCopy();
    changed.set("spec", wanted.path("spec"));
    for (String field : MARKS) {
      ObjectNode marks = Json.object(Json.object(changed, "metadata"), field);
      wanted
          .path("metadata")
          .path(field)
          .properties()
          .forEach(e -> marks.set(e.getKey(), e.getValue()));
    }
    if (scaler.rest(live.get()) == Rest.AT_ZERO) {
      ObjectNode annotations = Json.object(Json.object(changed, "metadata"), "annotations");
      annotations.remove(scaler.awake(live.get()).keySet());
    }
    changed.remove("status");
    if (!(isCurrent(live.get(), canary, scaler, wanted)
        && scaler.least(live.get()) == scaler.least(wanted))) {
      cluster.replace(scaler.kind(), Json.resource(changed));
    }
  }

  /// Makes the target's autoscaler keep the target at no pods, which stops those there are.
  public void rest(Canary canary) {
    annotate(canary, Scaler::resting, Set.of(Rest.AWAKE, Rest.AT_SOME));
  }

  /// Makes the target's autoscaler do again what people told it.
  public void wake(Canary canary) {
    annotate(canary, Scaler::awake, Set.of(Rest.AT_ZERO));
  }

  /// @param from what it does now, for there to be anything to write
  private void annotate(
      Canary canary,
      BiFunction<Scaler, JsonNode, Map<String, Object>> annotations,
      Set<Rest> from) {
    AutoscalerRef spec = canary.spec().autoscalerRef();
    if (spec == null) {
      return;
    }
    Scaler scaler = Scaler.named(spec.kind());
    ObjectRef ref = new ObjectRef(canary.metadata().namespace(), spec.name());
    cluster
        .get(scaler.kind(), ref)
        .map(Json::tree)
        .filter(live -> scalesTarget(canary, scaler, live) && from.contains(scaler.rest(live)))
        .ifPresent(live -> {
          Map<String, Object> meta = new HashMap<>();
          meta.put("resourceVersion", live.path("metadata").path("resourceVersion").asText());
          meta.put("annotations", annotations.apply(scaler, live));
          cluster.mergePatch(scaler.kind(), ref, Map.of("metadata", meta));
        });
  }

  /// Deletes copies that an earlier spec asked for. The pods they left stay as many as they are.
  public void dropLeftovers(Canary canary) {
    leftovers(canary)
        .forEach((object, kind) -> {
          JsonNode meta = object.path("metadata");
          cluster.delete(
              kind,
              new ObjectRef(canary.metadata().namespace(), meta.path("name").asText()),
              Optional.of(meta.path("uid").asText()));
        });
  }

  private Map<ObjectNode, Kind> leftovers(Canary canary) {
    AutoscalerRef spec = canary.spec().autoscalerRef();
    Map<ObjectNode, Kind> found = new LinkedHashMap<>();
    for (Scaler scaler : Scaler.ALL) {
      String wanted =
          spec != null && spec.kind().equals(scaler.kind().kind()) ? copyName(spec) : "";
      if (cluster.follows(scaler.kind())) {
        interest.of(canary.ref(), scaler.kind()).stream()
            .filter(ref -> !ref.name().equals(wanted))
            .flatMap(ref -> cached(canary, scaler, ref.name()).stream())
            .filter(object -> Owners.owns(canary, object))
            .filter(object -> !object.path("metadata").has("deletionTimestamp"))
            .forEach(object -> found.put(object, scaler.kind()));
      }
    }
    return found;
  }

  /// The copy without owner, as if it did not exist yet.
  private static ObjectNode wanted(
      Canary canary, AutoscalerRef spec, Scaler scaler, ObjectNode source, int least) {
    ObjectNode copy = Json.MAPPER.createObjectNode();
    copy.put("apiVersion", scaler.kind().apiVersion()).put("kind", scaler.kind().kind());
    ObjectNode meta = copy.putObject("metadata");
    meta.put("name", copyName(spec)).put("namespace", canary.metadata().namespace());
    for (String field : MARKS) {
      if (source.path("metadata").path(field) instanceof ObjectNode marks) {
        ObjectNode carried = marks.deepCopy();
        PrimaryCopy.dropForeign(carried);
        carried.properties().removeIf(mark -> !scaler.carries(field, mark.getKey()));
        if (!carried.isEmpty()) {
          meta.set(field, carried);
        }
      }
    }
    Bounds bounds = primaryBounds(spec, scaler, source);
    copy.set(
        "spec",
        scaler.copied(
            spec,
            source,
            Math.clamp(least, bounds.least(), bounds.most()),
            bounds.most(),
            canary.spec().targetRef().name(),
            canary.primaryName()));
    return copy;
  }

  /// Whether the live copy is the wanted one, its lower bound aside. Marks of others may stay, but
  /// for one that keeps the primary at no pods, as Flagger copies it.
  private static boolean isCurrent(
      ObjectNode live, Canary canary, Scaler scaler, ObjectNode wanted) {
    ObjectNode one = Json.object(live.deepCopy(), "spec");
    ObjectNode other = Json.object(wanted.deepCopy(), "spec");
    one.remove(scaler.least());
    other.remove(scaler.least());
    return Owners.owns(canary, live)
        && scaler.rest(live) != Rest.AT_ZERO
        && one.equals(other)
        && MARKS.stream()
            .allMatch(field ->
                wanted.path("metadata").path(field).properties().stream()
                    .allMatch(mark ->
                        mark.getValue()
                            .equals(live.path("metadata").path(field).path(mark.getKey()))));
  }

  private static Bounds primaryBounds(AutoscalerRef spec, Scaler scaler, JsonNode source) {
    return new Bounds(
        orElse(minimum(spec), scaler.least(source)), orElse(maximum(spec), scaler.most(source)));
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

  private static String copyName(AutoscalerRef spec) {
    return spec.name() + "-primary";
  }

  private static String named(Canary canary, Scaler scaler, AutoscalerRef spec) {
    return "%s %s/%s".formatted(scaler.kind().kind(), canary.metadata().namespace(), spec.name());
  }

  private Optional<ObjectNode> cached(Canary canary, Scaler scaler, String name) {
    return cluster
        .cached(scaler.kind(), new ObjectRef(canary.metadata().namespace(), name))
        .map(Json::tree);
  }
}

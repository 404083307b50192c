package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.sample.Meter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// What to do about a HorizontalPodAutoscaler: look at its metrics every fifteen seconds, scale its
/// target, and say why or why not.
final class AutoscalerPlan {
  static final Duration INTERVAL = Duration.ofSeconds(15);

  private static final String COMPONENT = "horizontal-pod-autoscaler";
  private static final Map<String, String> TOLD =
      Map.of(
          "ReadyForNewScale",
          "recommended size matches current size",
          "ScaleDownStabilized",
          "recent recommendations were higher than current one, applying the highest recent recommendation",
          "ScaleUpStabilized",
          "recent recommendations were lower than current one, applying the lowest recent recommendation",
          "DesiredWithinRange",
          "the desired count is within the acceptable range",
          "TooFewReplicas",
          "the desired replica count is less than the minimum replica count",
          "TooManyReplicas",
          "the desired replica count is more than the maximum replica count",
          "ScaleUpLimit",
          "the desired replica count is increasing faster than the maximum scale rate",
          "ScaleDownLimit",
          "the desired replica count is decreasing faster than the maximum scale rate");

  private final ObjectNode object;
  private final Instant now;
  private final Conditions conditions;
  private final Plan.Draft draft = new Plan.Draft();
  private ScalingLimits.Memory memory;

  /// What the autoscaler scales.
  ///
  /// @param pods that its selector matches
  record Target(Resource resource, ObjectNode object, List<ObjectNode> pods) {
    int wanted() {
      return object.at("/spec/replicas").asInt(1);
    }
  }

  record Outcome(Plan plan, ScalingLimits.Memory memory) {}

  private AutoscalerPlan(ObjectNode object, ScalingLimits.Memory memory, Instant now) {
    this.object = object;
    this.memory = memory;
    this.now = now;
    this.conditions = Conditions.of(object);
  }

  /// Looks early only the first time; whatever happens in between waits for the next look.
  ///
  /// @param target empty when it is not there
  /// @param work by the uid of a pod
  static Outcome of(
      ObjectNode object,
      Optional<Target> target,
      Function<String, Meter.Work> work,
      ScalingLimits.Memory memory,
      Instant now) {
    if (memory.next().isAfter(now)) {
      return new Outcome(new Plan.Draft().lookAgain(memory.next()).done(), memory);
    }
    var plan = new AutoscalerPlan(object, memory.until(now.plus(INTERVAL)), now);
    plan.draft.lookAgain(now.plus(INTERVAL));
    target.ifPresentOrElse(found -> plan.scales(found, work), plan::misses);
    return new Outcome(plan.draft.done(), plan.memory);
  }

  private int min() {
    return object.at("/spec/minReplicas").asInt(1);
  }

  private int max() {
    return object.at("/spec/maxReplicas").asInt();
  }

  private void misses() {
    var reference = object.at("/spec/scaleTargetRef");
    var kind = reference.path("kind").asText();
    var group = reference.path("apiVersion").asText().replaceFirst("/?[^/]*$", "");
    var known = Resource.scalable(kind);
    var why =
        known.isPresent()
            ? "%s.%s \"%s\" not found"
                .formatted(known.get().plural(), group, reference.path("name").asText())
            : "no matches for kind \"%s\" in group \"%s\"".formatted(kind, group);
    event(true, "FailedGetScale", why);
    condition(
        "AbleToScale",
        false,
        "FailedGetScale",
        "the HPA controller was unable to get the target's current scale: " + why);
    var status =
        object.path("status") instanceof ObjectNode before
            ? before.deepCopy()
            : JsonNodeFactory.instance.objectNode();
    status.put("desiredReplicas", status.path("desiredReplicas").asInt());
    report(status);
  }

  private void scales(Target target, Function<String, Meter.Work> work) {
    condition(
        "AbleToScale",
        true,
        "SucceededGetScale",
        "the HPA controller was able to get the target's current scale");
    int current = target.wanted();
    if (memory.wishes().isEmpty()) {
      memory = memory.wished(current, now);
    }
    if (current == 0 && min() != 0) {
      condition(
          "ScalingActive",
          false,
          "ScalingDisabled",
          "scaling is disabled since the replica count of the target is zero");
      reports(target, 0, List.of(), false);
    } else if (current > max()) {
      rescales(target, max(), "Current number of replicas above Spec.MaxReplicas", List.of());
    } else if (current < min()) {
      rescales(target, min(), "Current number of replicas below Spec.MinReplicas", List.of());
    } else {
      follows(target, work);
    }
  }

  private void follows(Target target, Function<String, Meter.Work> work) {
    int current = target.wanted();
    var pods = target.pods().stream().map(Pod::new).toList();
    var demand = new Demand(current, pods, work, now);
    var statuses = new ArrayList<ObjectNode>();
    Optional<Demand.Answer.Wanted> most = Optional.empty();
    Optional<Demand.Answer.Unknown> first = Optional.empty();
    int unknown = 0;
    for (var metric : object.at("/spec/metrics")) {
      switch (demand.of(metric)) {
        case Demand.Answer.Wanted wanted -> {
          statuses.add(wanted.status());
          if (most.isEmpty() || wanted.replicas() > most.get().replicas()) {
            most = Optional.of(wanted);
          }
        }
        case Demand.Answer.Unknown why -> {
          unknown++;
          first = first.or(() -> Optional.of(why));
          statuses.add(JsonNodeFactory.instance.objectNode().put("type", ""));
        }
      }
    }
    // A metric that is not known may not let pods go.
    if (most.isEmpty() || (unknown > 0 && most.get().replicas() < current)) {
      int invalid = unknown;
      first.ifPresent(why -> fails(target, why, invalid, statuses));
      return;
    }
    condition(
        "ScalingActive",
        true,
        "ValidMetricFound",
        "the HPA was able to successfully calculate a replica count from " + most.get().metric());
    var limits = new ScalingLimits(current, min(), max(), object.at("/spec/behavior"), memory, now);
    var outcome = limits.of(most.get().replicas());
    memory = outcome.memory();
    condition("AbleToScale", true, outcome.able(), TOLD.getOrDefault(outcome.able(), ""));
    condition(
        "ScalingLimited",
        !outcome.limited().equals("DesiredWithinRange"),
        outcome.limited(),
        TOLD.getOrDefault(outcome.limited(), ""));
    if (outcome.replicas() == current) {
      reports(target, current, statuses, false);
    } else {
      var reason =
          outcome.replicas() > current
              ? most.get().metric() + " above target"
              : "All metrics below target";
      rescales(target, outcome.replicas(), reason, statuses);
    }
  }

  private void fails(
      Target target, Demand.Answer.Unknown why, int invalid, List<ObjectNode> statuses) {
    event(true, why.reason(), why.why());
    condition(
        "ScalingActive",
        false,
        why.reason(),
        "the HPA was unable to compute the replica count: " + why.why());
    event(
        true,
        "FailedComputeMetricsReplicas",
        "invalid metrics (%d invalid out of %d), first error is: %s%s"
            .formatted(invalid, statuses.size(), why.prefix(), why.why()));
    var status = status(target, statuses);
    status.put("desiredReplicas", object.at("/status/desiredReplicas").asInt());
    report(status);
  }

  private void rescales(Target target, int replicas, String why, List<ObjectNode> statuses) {
    int current = target.wanted();
    draft.add(new Action.Scale(target.resource(), target.object(), replicas));
    condition(
        "AbleToScale",
        true,
        "SucceededRescale",
        "the HPA controller was able to update the target scale to " + replicas);
    event(false, "SuccessfulRescale", "New size: %d; reason: %s".formatted(replicas, why));
    memory = memory.changed(replicas - current, now);
    reports(target, replicas, statuses, true);
  }

  private void reports(Target target, int desired, List<ObjectNode> statuses, boolean rescaled) {
    var status = status(target, statuses);
    status.put("desiredReplicas", desired);
    if (rescaled) {
      status.put("lastScaleTime", Meta.text(now));
    }
    report(status);
  }

  private ObjectNode status(Target target, List<ObjectNode> statuses) {
    var status = JsonNodeFactory.instance.objectNode();
    if (target.wanted() > 0) {
      status.put("currentReplicas", target.wanted());
    }
    if (!statuses.isEmpty()) {
      status.putArray("currentMetrics").addAll(statuses);
    }
    var scaled = object.at("/status/lastScaleTime");
    if (scaled.isTextual()) {
      status.set("lastScaleTime", scaled);
    }
    return status;
  }

  private void report(ObjectNode status) {
    conditions.writeTo(status);
    status.path("conditions").forEach(one -> ((ObjectNode) one).remove("lastUpdateTime"));
    if (!Meta.same(status, object.path("status"))) {
      var changed = object.deepCopy();
      changed.set("status", status);
      draft.add(new Action.ReplaceStatus(Resource.AUTOSCALER, changed));
    }
  }

  private void condition(String type, boolean holds, String reason, String message) {
    conditions.keep(type, holds ? "True" : "False", reason, message, now);
  }

  private void event(boolean warning, String reason, String message) {
    draft.add(Events.event(Resource.AUTOSCALER, object, warning, reason, message, COMPONENT, now));
  }
}

package dev.sluice.playground.workloads;

import java.time.Instant;

/// What to do about a Pod that has no node: give it one, or say why there is none for it.
final class SchedulingPlan {
  private static final Events.Source SCHEDULER = Events.Source.of(Events.SCHEDULER);

  private final Pod pod;
  private final Instant now;
  private final Plan.Draft draft = new Plan.Draft();

  private SchedulingPlan(Pod pod, Instant now) {
    this.pod = pod;
    this.now = now;
  }

  static Plan of(Pod pod, PodPlan.Surroundings around, Instant now) {
    var plan = new SchedulingPlan(pod, now);
    plan.next(around);
    return plan.draft.done();
  }

  private void next(PodPlan.Surroundings around) {
    var scheduler = pod.object().at("/spec/schedulerName").asText();
    if (!scheduler.isEmpty() && !scheduler.equals(Events.SCHEDULER)) {
      return;
    }
    if (!pod.object().at("/spec/schedulingGates").isEmpty()) {
      waits("SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates");
      return;
    }
    switch (Scheduler.place(pod, around.nodes(), around.loads())) {
      case Scheduler.Answer.Unschedulable(var why) -> {
        if (waits("Unschedulable", why)) {
          tell(true, "FailedScheduling", why);
        }
      }
      case Scheduler.Answer.Assigned(var node) -> {
        var changed = pod.object().deepCopy();
        changed.withObject("/spec").put("nodeName", node);
        draft.add(new Action.Replace(Resource.POD, changed));
        var place = Meta.namespace(pod.object()) + "/" + pod.name();
        tell(false, "Scheduled", "Successfully assigned %s to %s".formatted(place, node));
      }
    }
  }

  /// @return whether this is news
  private boolean waits(String reason, String message) {
    var told = pod.condition("PodScheduled");
    if (told.filter(one -> one.path("message").asText().equals(message)).isPresent()) {
      return false;
    }
    var status =
        new PodStatus(pod, now).phase("Pending").condition("PodScheduled", false, reason, message);
    draft.add(new Action.ReplaceStatus(Resource.POD, status.pod()));
    return true;
  }

  private void tell(boolean warning, String reason, String message) {
    draft.add(Events.event(Resource.POD, pod.object(), warning, reason, message, SCHEDULER, now));
  }
}

package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// What to do about a Job: as many pods at a time as it wants, until enough of them have ended well
/// or too many have not.
final class JobPlan {
  private static final String COMPONENT = "job-controller";
  private static final long FIRST_WAIT = 10;
  private static final long LONGEST_WAIT = 600;

  private final ObjectNode job;
  private final List<Pod> pods;
  private final Instant now;
  private final RandomGenerator random;
  private final Plan.Draft draft = new Plan.Draft();

  private JobPlan(ObjectNode job, List<Pod> pods, Instant now, RandomGenerator random) {
    this.job = job;
    this.pods = pods;
    this.now = now;
    this.random = random;
  }

  /// @param owned the pods that the Job manages
  static Plan of(ObjectNode job, List<ObjectNode> owned, Instant now, RandomGenerator random) {
    if (Meta.deleted(job)) {
      return Plan.NOTHING;
    }
    var plan = new JobPlan(job, owned.stream().map(Pod::new).toList(), now, random);
    plan.next();
    return plan.draft.done();
  }

  private int number(String field, int otherwise) {
    return job.at("/spec/" + field).asInt(otherwise);
  }

  private void next() {
    var conditions = Conditions.of(job);
    if (conditions.isTrue("Complete") || conditions.isTrue("Failed")) {
      return;
    }
    long succeeded = count("Succeeded");
    long failed = count("Failed");
    var active = pods.stream().filter(Pod::active).toList();
    boolean suspended = job.at("/spec/suspend").asBoolean();
    if (failed > number("backoffLimit", 6)) {
      ends(
          conditions,
          "Failed",
          "BackoffLimitExceeded",
          "Job has reached the specified backoff limit");
      active.forEach(this::deletes);
      event(true, "BackoffLimitExceeded", "Job has reached the specified backoff limit");
      reports(conditions, 0, succeeded, failed, true);
      return;
    }
    if (succeeded >= number("completions", 1)) {
      var why = "Reached expected number of succeeded pods";
      ends(conditions, "SuccessCriteriaMet", "CompletionsReached", why);
      ends(conditions, "Complete", "CompletionsReached", why);
      event(false, "Completed", "Job completed");
      reports(conditions, active.size(), succeeded, failed, true);
      return;
    }
    if (suspended) {
      active.forEach(this::deletes);
    } else {
      long wanted = Math.min(number("parallelism", 1), number("completions", 1) - succeeded);
      var due = retry(failed);
      due.ifPresent(draft::lookAgain);
      for (long i = active.size(); i < wanted && due.isEmpty(); i++) {
        var pod = PodTemplates.pod(job, Resource.JOB, Meta.name(job) + "-", random);
        draft.add(new Action.Create(Resource.POD, pod));
        event(false, "SuccessfulCreate", "Created pod: " + Meta.name(pod));
      }
    }
    reports(conditions, active.size(), succeeded, failed, false);
  }

  /// When the next pod may be made after one has failed; empty when now.
  private Optional<Instant> retry(long failed) {
    if (failed == 0) {
      return Optional.empty();
    }
    long seconds = Math.min(LONGEST_WAIT, FIRST_WAIT << Math.min(failed - 1, 10));
    return pods.stream()
        .filter(pod -> pod.phase().equals("Failed"))
        .flatMap(pod -> pod.crashedAt().stream())
        .max(Comparator.naturalOrder())
        .map(at -> at.plusSeconds(seconds))
        .filter(at -> at.isAfter(now));
  }

  private long count(String phase) {
    return pods.stream().filter(pod -> pod.phase().equals(phase)).count();
  }

  private void deletes(Pod pod) {
    draft.add(new Action.Delete(Resource.POD, pod.object(), Optional.empty()));
    event(false, "SuccessfulDelete", "Deleted pod: " + pod.name());
  }

  private void ends(Conditions conditions, String type, String reason, String message) {
    conditions.keep(type, "True", reason, message, now);
  }

  private void event(boolean warning, String reason, String message) {
    draft.add(Events.event(Resource.JOB, job, warning, reason, message, COMPONENT, now));
  }

  private void reports(
      Conditions conditions, int active, long succeeded, long failed, boolean over) {
    var status = JsonNodeFactory.instance.objectNode();
    put(status, "active", active);
    if (conditions.isTrue("Complete")) {
      status.put("completionTime", Meta.text(now));
    }
    conditions.writeTo(status);
    for (var condition : status.path("conditions")) {
      var one = (ObjectNode) condition;
      one.set("lastProbeTime", one.path("lastTransitionTime"));
      one.remove("lastUpdateTime");
    }
    put(status, "failed", failed);
    status.put("ready", over ? 0 : pods.stream().filter(Pod::active).filter(Pod::ready).count());
    var began = job.at("/status/startTime");
    if (began.isTextual()) {
      status.set("startTime", began);
    } else if (!job.at("/spec/suspend").asBoolean()) {
      status.put("startTime", Meta.text(now));
    }
    put(status, "succeeded", succeeded);
    status.put("terminating", pods.stream().filter(pod -> pod.deleted() && !pod.ended()).count());
    status.putObject("uncountedTerminatedPods");
    if (!Meta.same(status, job.path("status"))) {
      var changed = job.deepCopy();
      changed.set("status", status);
      draft.add(new Action.ReplaceStatus(Resource.JOB, changed));
    }
  }

  private static void put(ObjectNode status, String name, long value) {
    if (value != 0) {
      status.put(name, value);
    }
  }
}

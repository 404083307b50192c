package dev.sluice.controller.rollout;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// A Deployment with its pods in the model world: a rolling update that never goes below the wanted
/// number, pods that take their time, crash, or never become ready.
final class ModelDeployment {
  /// What a pod template and its config stand for in the model.
  ///
  /// @param startup seconds until a pod is ready; negative for never
  record Template(int image, int config, boolean bad, int startup) {
    String name() {
      return "v" + image + (config == 0 ? "" : "c" + config);
    }
  }

  private static final int DEADLINE = 120;

  /// Pods of a primary follow its config, since each promotion marks the template; a target's pods
  /// only follow its template.
  private final boolean followsConfig;

  Template template;
  int replicas;
  long generation = 1;
  long observedGeneration = 1;
  OptionalInt wish = OptionalInt.empty();
  Optional<Revision> copyOf = Optional.empty();

  /// The most pods that the namespace's quota leaves room for.
  int room = Integer.MAX_VALUE;

  private Template actedTemplate;
  private int actedReplicas;
  private long changedAt;

  /// Whether the latest change was rolled out once; pods that fail later do not undo that.
  private boolean complete;

  private final List<Pod> pods = new ArrayList<>();

  private static final class Pod {
    final Template template;
    long readyAt;

    Pod(Template template, long readyAt) {
      this.template = template;
      this.readyAt = readyAt;
    }
  }

  ModelDeployment(Template template, int replicas, boolean followsConfig) {
    this.followsConfig = followsConfig;
    this.template = template;
    this.replicas = replicas;
    actedTemplate = template;
    actedReplicas = replicas;
  }

  void change(Template wanted, long now) {
    var isEdit = followsConfig || wanted.image() != template.image();
    var isNew = !wanted.equals(template);
    template = wanted;
    if (isNew && isEdit) {
      touch(now);
    } else if (isNew) {
      actedTemplate = wanted;
    }
  }

  void scale(int wanted, long now) {
    if (wanted != replicas) {
      replicas = wanted;
      touch(now);
    }
  }

  private void touch(long now) {
    generation++;
    changedAt = now;
    complete = false;
  }

  /// Some pods stop being ready for a while.
  void crash(int count, long now, int seconds) {
    pods.stream().limit(count).forEach(pod -> pod.readyAt = now + seconds);
  }

  /// One second of the Deployment controller, which looks at a change a moment after it was made.
  void step(long now, int lag) {
    if (observedGeneration < generation && now >= changedAt + lag) {
      observedGeneration = generation;
      actedTemplate = template;
      actedReplicas = replicas;
    }
    if (isAtRest(now)) {
      complete |= observedGeneration == generation;
      return;
    }
    var fresh = pods.stream().filter(this::isFresh).count();
    for (long i = fresh; i < Math.min(actedReplicas, room); i++) {
      pods.add(new Pod(actedTemplate, readyAt(now)));
    }
    var available = (int) pods.stream().filter(p -> isFresh(p) && p.readyAt <= now).count();
    trim(false, Math.max(0, actedReplicas - available), now);
    trim(true, actedReplicas, now);
  }

  private boolean isAtRest(long now) {
    if (pods.size() != Math.min(actedReplicas, room)) {
      return false;
    }
    for (var pod : pods) {
      if (pod.readyAt > now || !isFresh(pod)) {
        return false;
      }
    }
    return true;
  }

  private long readyAt(long now) {
    return actedTemplate.startup() < 0 ? Long.MAX_VALUE : now + actedTemplate.startup();
  }

  private boolean isFresh(Pod pod) {
    return followsConfig
        ? pod.template.equals(actedTemplate)
        : pod.template.image() == actedTemplate.image();
  }

  /// Keeps so many pods of the new or of the old template, the ready ones first.
  private void trim(boolean fresh, int keep, long now) {
    pods.sort(java.util.Comparator.comparing(pod -> pod.readyAt > now));
    var left = keep;
    for (var pods = this.pods.iterator(); pods.hasNext(); ) {
      if (isFresh(pods.next()) == fresh && left-- <= 0) {
        pods.remove();
      }
    }
  }

  /// Whether every pod that takes traffic runs what the Deployment says now, config included.
  boolean runsItsTemplate(long now) {
    return pods.stream().filter(p -> p.readyAt <= now).allMatch(p -> p.template.equals(template));
  }

  int available(long now) {
    var ready = 0;
    for (var pod : pods) {
      ready += pod.readyAt <= now ? 1 : 0;
    }
    return ready;
  }

  Workload status(long now) {
    var updated = 0;
    for (var pod : pods) {
      updated += isFresh(pod) ? 1 : 0;
    }
    var late =
        !complete && now - changedAt > DEADLINE
            ? Optional.of("has timed out progressing")
            : Optional.<String>empty();
    return new Workload(
        generation,
        observedGeneration,
        replicas,
        pods.size(),
        updated,
        available(now),
        late,
        Optional.empty(),
        copyOf,
        wish,
        true,
        Optional.empty());
  }

  @Override
  public String toString() {
    return "%s x%d (%d pods)".formatted(template.name(), replicas, pods.size());
  }
}

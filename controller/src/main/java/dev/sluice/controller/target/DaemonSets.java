package dev.sluice.controller.target;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.object.Json;
import dev.sluice.controller.rollout.Revision;
import dev.sluice.controller.rollout.Workload;
import dev.sluice.crds.ObjectRef;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// DaemonSets: a pod on every node that takes it. Their number is nobody's to set, so one is at
/// rest when it asks for a node that there is not; the name for that is Flagger's, which can take
/// over in any state. All else of the user's node selector stays where it is.
final class DaemonSets implements TargetKind {
  /// Name of the label that no node has.
  static final String ASLEEP = "flagger.app/scale-to-zero";

  private static final String SELECTOR = "nodeSelector";

  private static final List<String> CARRIED = List.of("minReadySeconds", "revisionHistoryLimit");

  @Override
  public Kind kind() {
    return Kind.DAEMON_SET;
  }

  /// Pods on nodes that should have none count while it goes to rest, so that it is not gone before
  /// they are. Afterwards they may be on a node that was closed to new pods, and are nobody's
  /// business.
  @Override
  public Workload workload(JsonNode live) {
    JsonNode meta = live.path("metadata");
    JsonNode status = live.path("status");
    long generation = meta.path("generation").asLong();
    long observed = status.path("observedGeneration").asLong();
    boolean asleep = isAsleep(live);
    int desired = status.path("desiredNumberScheduled").asInt();
    int scheduled = status.path("currentNumberScheduled").asInt();
    return new Workload(
        generation,
        observed,
        asleep ? 0 : Math.max(1, desired),
        asleep ? scheduled + status.path("numberMisscheduled").asInt() : scheduled,
        status.path("updatedNumberScheduled").asInt(),
        status.path("numberAvailable").asInt(),
        // It has no deadline of its own; that of the Canary counts.
        Optional.empty(),
        !asleep && desired == 0 && observed >= generation
            ? Optional.of("no node takes a pod of it: its node selector, affinity or tolerations")
            : Optional.empty(),
        TargetReader.annotation(live, TargetReader.REVISION).map(Revision::new),
        OptionalInt.empty(),
        false,
        Optional.empty());
  }

  private static boolean isAsleep(JsonNode live) {
    return live.path("spec").path("template").path("spec").path(SELECTOR).has(ASLEEP);
  }

  @Override
  public JsonNode template(JsonNode live) {
    ObjectNode template = live.path("spec").path("template").deepCopy();
    if (template.path("spec") instanceof ObjectNode pod
        && pod.path(SELECTOR) instanceof ObjectNode selector) {
      selector.remove(ASLEEP);
      if (selector.isEmpty()) {
        pod.remove(SELECTOR);
      }
    }
    return template;
  }

  @Override
  public Optional<String> unfit(JsonNode target) {
    return target.path("spec").path("updateStrategy").path("type").asText().equals("OnDelete")
        ? Optional.of(
            "has updateStrategy OnDelete, so an edit would reach no pod; it must be RollingUpdate")
        : Optional.empty();
  }

  @Override
  public void size(ObjectNode spec, int pods) {
    // The nodes decide.
  }

  @Override
  public void carry(JsonNode target, ObjectNode primary) {
    ObjectNode spec = Json.object(primary, "spec");
    PrimaryCopy.carry(target, spec, CARRIED);
    int nodes =
        Math.max(
            target.path("status").path("desiredNumberScheduled").asInt(),
            primary.path("status").path("desiredNumberScheduled").asInt());
    spec.set(
        "updateStrategy",
        RollingUpdate.onNodes(
            target.path("spec").path("updateStrategy"),
            target.path("spec").path("template").path("spec"),
            nodes));
  }

  @Override
  public void scaleTarget(Cluster cluster, ObjectRef target, int pods) {
    scale(cluster, target, pods);
  }

  @Override
  public void scalePrimary(Cluster cluster, ObjectRef primary, int pods) {
    scale(cluster, primary, pods);
  }

  /// A merge patch of the one label: a node selector has one owner as a whole, and whoever applies
  /// nothing but this label would take the user's others away.
  private void scale(Cluster cluster, ObjectRef ref, int pods) {
    Map<String, Object> label = new HashMap<>();
    label.put(ASLEEP, pods == 0 ? "true" : null);
    cluster.mergePatch(
        kind(),
        ref,
        Map.of(
            "metadata",
            Map.of("resourceVersion", TargetKind.version(cluster, kind(), ref)),
            "spec",
            Map.of("template", Map.of("spec", Map.of(SELECTOR, label)))));
  }
}

package dev.sluice.controller.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.crds.Canary;
import dev.sluice.crds.ObjectRef;
import dev.sluice.crds.RolloutStatus;
import dev.sluice.crds.shape.Unreadable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps in `status.rollout.alerts` who does not get a Canary's alerts; written when that changes,
/// and only then.
final class Undelivered {
  private static final Logger LOG = LoggerFactory.getLogger(Undelivered.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  /// The status has another writer, who is quick.
  private static final int TRIES = 3;

  private final Cluster cluster;

  /// What this process knows to stand in status.
  private final Map<ObjectRef, List<RolloutStatus.Undelivered>> known = new ConcurrentHashMap<>();

  Undelivered(Cluster cluster) {
    this.cluster = cluster;
  }

  /// What status should say after an alert.
  ///
  /// @param before what it says
  /// @param receivers whom alerts are still meant for
  /// @param outcomes by receiver, what went wrong; empty where it went well
  static List<RolloutStatus.Undelivered> after(
      List<RolloutStatus.Undelivered> before,
      Set<String> receivers,
      Map<String, Optional<String>> outcomes,
      Instant now) {
    List<RolloutStatus.Undelivered> after = new ArrayList<>();
    for (String to : receivers) {
      Optional<RolloutStatus.Undelivered> was =
          before.stream().filter(one -> one.to().equals(to)).findFirst();
      Optional<String> outcome = outcomes.get(to);
      if (outcome == null) {
        was.ifPresent(after::add);
      } else {
        outcome.ifPresent(why ->
            after.add(
                new RolloutStatus.Undelivered(
                    to, was.map(RolloutStatus.Undelivered::since).orElse(now), why)));
      }
    }
    return List.copyOf(after);
  }

  /// Never throws: what cannot be noted is in an Event and a metric all the same, and is tried
  /// again with the next alert.
  void note(
      Canary canary, Set<String> receivers, Map<String, Optional<String>> outcomes, Instant now) {
    List<RolloutStatus.Undelivered> before =
        known.computeIfAbsent(canary.ref(), _ -> alerts(canary));
    if (after(before, receivers, outcomes, now).equals(before)) {
      return;
    }
    try {
      for (int i = 0; i < TRIES && !write(canary, receivers, outcomes, now); i++) {
        // once more, on what the other writer left
      }
    } catch (ClusterFailure | Unreadable e) {
      LOG.atWarn()
          .addKeyValue("canary", canary.ref())
          .addKeyValue("why", e.getMessage())
          .log("undelivered alert not noted in status");
    }
  }

  private boolean write(
      Canary canary, Set<String> receivers, Map<String, Optional<String>> outcomes, Instant now) {
    Optional<Canary> live =
        cluster
            .get(Kind.CANARY, canary.ref())
            .map(object -> Canary.read(JSON.valueToTree(object)))
            .filter(found -> found.metadata().uid().equals(canary.metadata().uid()))
            .filter(found -> found.status().rollout() != null);
    if (live.isEmpty()) {
      return true;
    }
    List<RolloutStatus.Undelivered> before = alerts(live.get());
    List<RolloutStatus.Undelivered> after = after(before, receivers, outcomes, now);
    try {
      if (!after.equals(before)) {
        cluster.patchStatus(
            Kind.CANARY,
            canary.ref(),
            Map.of("rollout", Map.of("alerts", after.stream().map(Undelivered::json).toList())),
            live.get().metadata().resourceVersion());
      }
      known.put(canary.ref(), after);
      return true;
    } catch (ClusterFailure.Conflict _) {
      return false;
    }
  }

  private static Map<String, Object> json(RolloutStatus.Undelivered one) {
    return Map.of("to", one.to(), "since", one.since().toString(), "why", one.why());
  }

  private static List<RolloutStatus.Undelivered> alerts(Canary canary) {
    RolloutStatus rollout = canary.status().rollout();
    return rollout == null ? List.of() : rollout.alerts();
  }
}

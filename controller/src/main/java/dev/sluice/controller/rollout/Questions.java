package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.policy.Policy.Hook;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What must be asked outside now, because a decision waits for it: in the order of the fields, and
/// nothing more once an answer has decided.
///
/// @param about the revision in question
/// @param phase where the rollout is, one of Flagger's phases
/// @param rollback webhooks of which the first that agrees ends the run
/// @param checks webhooks of which the first that refuses is a failed check
/// @param metrics whether the metrics are to be judged
/// @param gates webhooks of which the first that refuses makes the rollout wait
/// @param notices webhooks that are all called, whatever they answer
/// @param firstTraffic samples older than this do not count
/// @param failedChecks of this run so far, for the judge
/// @param threshold failed checks that end the run, for the judge
/// @param chosen names of the metrics that are judged; empty for all of the specification
public record Questions(
    Revision about,
    String phase,
    List<Hook> rollback,
    List<Hook> checks,
    boolean metrics,
    List<Hook> gates,
    List<Hook> notices,
    Optional<Instant> firstTraffic,
    int failedChecks,
    int threshold,
    Optional<List<String>> chosen) {
  public static final Questions NONE =
      hooks(Revision.UNKNOWN, "", List.of(), List.of(), List.of(), List.of());

  public Questions {
    rollback = List.copyOf(rollback);
    checks = List.copyOf(checks);
    gates = List.copyOf(gates);
    notices = List.copyOf(notices);
    chosen = chosen.map(List::copyOf);
  }

  /// Webhooks only.
  static Questions hooks(
      Revision about,
      String phase,
      List<Hook> rollback,
      List<Hook> checks,
      List<Hook> gates,
      List<Hook> notices) {
    return new Questions(
        about,
        phase,
        rollback,
        checks,
        false,
        gates,
        notices,
        Optional.empty(),
        0,
        1,
        Optional.empty());
  }

  /// The metrics as well.
  Questions metrics(Optional<Instant> first, int failed, int allowed) {
    return new Questions(
        about, phase, rollback, checks, true, gates, notices, first, failed, allowed, chosen);
  }

  /// With these of the metrics only.
  ///
  /// @param names empty for all
  Questions only(Optional<List<String>> names) {
    return new Questions(
        about,
        phase,
        rollback,
        checks,
        metrics,
        gates,
        notices,
        firstTraffic,
        failedChecks,
        threshold,
        names);
  }

  /// What a webhook is told about where the rollout is; as with Flagger, those of an analysis hear
  /// nothing of what it waits for.
  public String phase(Hook hook) {
    return switch (hook.type()) {
      case PRE_ROLLOUT, ROLLOUT, CONFIRM_TRAFFIC_INCREASE, CONFIRM_PROMOTION -> "Progressing";
      case CONFIRM_ROLLOUT, ROLLBACK, POST_ROLLOUT -> phase;
    };
  }

  /// Whether this metric is judged, where metrics are.
  ///
  /// @param name in the specification
  public boolean asks(String name) {
    return chosen.map(names -> names.contains(name)).orElse(true);
  }

  public boolean any() {
    return metrics
        || Stream.of(rollback, checks, gates, notices).anyMatch(hooks -> !hooks.isEmpty());
  }
}

package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.policy.Problem;
import dev.sluice.controller.rollout.policy.Stage.Position;
import dev.sluice.crds.CanaryStatus;
import dev.sluice.crds.Condition;
import dev.sluice.crds.Condition.Status;
import dev.sluice.crds.RolloutStatus;
import dev.sluice.mesh.Percent;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Writes a [Standing] into Flagger's status fields and our own, so that [StatusReader] reads
/// exactly the same again.
public final class StatusWriter {
  static final String ROLLING_BACK = "RollingBack";
  static final String WAITING_TRAFFIC_INCREASE = "WaitingTrafficIncrease";
  static final String WAITING_EVIDENCE = "WaitingEvidence";
  static final String ENDING = "PostRollout";
  static final String LEFT_BEHIND = "LeftBehind";
  static final String TAKEN = "Taken";
  private static final String REFUSED = "Refused";

  private StatusWriter() {}

  /// The whole status as it should be.
  ///
  /// @param before fields that are not ours stay as they are there
  /// @param kind of the target, such as `Deployment`
  public static CanaryStatus write(
      CanaryStatus before, Standing standing, String kind, Instant now) {
    var phase = standing.phase();
    var promoted = promoted(phase).filter(_ -> promotes(before));
    return new CanaryStatus(
        title(phase),
        failedChecks(phase),
        shownWeight(phase),
        iterations(phase),
        snapshot(phase).map(Snapshot::configs).orElse(Map.of()),
        promoted.orElse(before.lastAppliedSpec()),
        promoted.orElse(before.lastPromotedSpec()),
        now,
        orNull(standing.cookies().canary()),
        orNull(standing.cookies().previous()),
        orNull(standing.cookies().primary()),
        conditions(before.conditions(), standing, kind, now),
        standing.observedGeneration(),
        rollout(standing, before));
  }

  private static CanaryStatus.Phase title(Phase phase) {
    return Arrays.stream(CanaryStatus.Phase.values())
        .filter(candidate -> candidate.toString().equals(phase.name()))
        .findFirst()
        .orElseThrow();
  }

  /// Flagger's own hashes cannot be computed. What it would take for promoted is only written when
  /// something was; until then it finds its own, and nothing to analyse.
  private static boolean promotes(CanaryStatus before) {
    return before.phase() == null
        || before.phase() == CanaryStatus.Phase.INITIALIZING
        || before.phase() == CanaryStatus.Phase.FINALISING;
  }

  private static Optional<String> promoted(Phase phase) {
    return switch (phase) {
      case Phase.Initialized(var seen) -> known(seen);
      case Phase.Succeeded(var seen, _) -> known(seen);
      case Phase.Initializing _, Phase.Failed _, Phase.Running _, Phase.Leaving _ ->
          Optional.empty();
    };
  }

  /// What the primary runs: what was promoted, and where Flagger promotes, what it has copied.
  private static Optional<String> copied(Phase phase, CanaryStatus before) {
    return switch (phase) {
      case Phase.Promoting(var run, _, _, _) when before.rollout() == null -> known(run.target());
      case Phase.Finalising(var run, _) -> known(run.target());
      case Phase.Idle _, Phase.Initializing _, Phase.Running _, Phase.Leaving _ -> promoted(phase);
    };
  }

  private static Optional<String> known(Snapshot seen) {
    return Optional.of(seen.revision())
        .filter(revision -> !revision.equals(Revision.UNKNOWN))
        .map(Revision::hash);
  }

  /// As Flagger has it: where looks are counted, no share is shown.
  private static int shownWeight(Phase phase) {
    return iterations(phase) > 0 ? 0 : phase.weight().value();
  }

  private static int iterations(Phase phase) {
    return phase instanceof Phase.Progressing progressing ? progressing.stage().iteration() : 0;
  }

  private static int failedChecks(Phase phase) {
    return phase instanceof Phase.Progressing progressing ? progressing.failedChecks() : 0;
  }

  private static Optional<Snapshot> snapshot(Phase phase) {
    return switch (phase) {
      case Phase.Initializing initializing -> initializing.copied();
      case Phase.Idle idle -> Optional.of(idle.seen());
      case Phase.Running running -> Optional.of(running.run().target());
      case Phase.Leaving _ -> Optional.empty();
    };
  }

  private static RolloutStatus rollout(Standing standing, CanaryStatus status) {
    var before = status.rollout();
    var phase = standing.phase();
    var snapshot = snapshot(phase);
    var run =
        phase instanceof Phase.Running running ? Optional.of(running.run()) : Optional.<Run>empty();
    var cause = cause(phase);
    return new RolloutStatus(
        orNull(run.map(Run::id).filter(id -> !id.isEmpty())),
        orNull(stage(phase)),
        orNull(snapshot.map(s -> s.revision().hash())),
        orNull(snapshot.map(Snapshot::uid).filter(uid -> !uid.isEmpty())),
        orNull(snapshot.map(Snapshot::generation)),
        orNull(run.flatMap(Run::commit)),
        orNull(run.map(Run::started)),
        orNull(since(phase)),
        orNull(next(phase)),
        orNull(run.flatMap(Run::firstTraffic)),
        phase instanceof Phase.Progressing progressing ? progressing.checks() : null,
        orNull(cause.map(c -> c.kind().title())),
        orNull(cause.map(Cause::why)),
        orNull(
            standing
                .hold()
                .map(h ->
                    new RolloutStatus.Held(
                        h.reason().title(), h.message(), h.since(), h.alerted()))),
        standing.problems().stream()
            .map(problem -> new RolloutStatus.Problem(problem.field(), problem.why()))
            .toList(),
        before == null ? List.of() : before.news(),
        before == null ? null : before.subject(),
        pods(standing.pods()),
        iterations(phase) > 0 ? phase.weight().value() : null,
        orNull(
            Optional.of(phase.split().mirrored())
                .filter(mirrored -> !mirrored.equals(Percent.NONE))
                .map(Percent::value)),
        orders(standing.orders()),
        run.map(Run::counts).map(StatusWriter::looks).orElse(List.of()),
        phase instanceof Phase.Progressing progressing
            ? orNull(progressing.stage().position().map(StatusWriter::step))
            : null,
        orNull(run.map(Run::stopped).filter(Duration::isPositive).map(Duration::toSeconds)),
        orNull(standing.lastCheck().map(LastCheck::written)),
        copied(phase, status).orElse(before == null ? null : before.promoted()),
        before == null ? List.of() : before.alerts());
  }

  private static RolloutStatus.@Nullable Orders orders(Orders orders) {
    return orders.equals(Orders.NONE)
        ? null
        : new RolloutStatus.Orders(
            orNull(orders.last().map(StatusWriter::command)),
            orNull(
                orders
                    .pause()
                    .map(p -> new RolloutStatus.Pause(p.by(), blankAsNull(p.why()), p.since()))),
            orNull(
                orders
                    .waiver()
                    .map(w ->
                        new RolloutStatus.Waiver(
                            w.scope().title(), w.run(), w.by(), blankAsNull(w.why())))));
  }

  private static RolloutStatus.Command command(Orders.Answered answered) {
    return new RolloutStatus.Command(
        answered.id(),
        answered.what(),
        blankAsNull(answered.by()),
        blankAsNull(answered.through()),
        blankAsNull(answered.why()),
        answered.at(),
        answered.taken() ? TAKEN : REFUSED,
        answered.message(),
        answered.open());
  }

  private static @Nullable String blankAsNull(String text) {
    return text.isEmpty() ? null : text;
  }

  private static List<RolloutStatus.MetricLooks> looks(MetricCounts counts) {
    return counts.of().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(of -> {
          var count = of.getValue();
          return new RolloutStatus.MetricLooks(
              of.getKey(),
              count.measured(),
              count.failed(),
              count.errorsInRow(),
              count.inconclusive());
        })
        .toList();
  }

  private static RolloutStatus.Step step(Position at) {
    return new RolloutStatus.Step(at.title(), at.look() > 1 ? at.look() : null, at.resumed());
  }

  private static RolloutStatus.@Nullable Pods pods(Pods pods) {
    return pods.equals(Pods.UNKNOWN)
        ? null
        : new RolloutStatus.Pods(orNull(pods.primary()), orNull(pods.canary()));
  }

  private static @Nullable Integer orNull(OptionalInt number) {
    return number.isPresent() ? number.getAsInt() : null;
  }

  private static Optional<String> stage(Phase phase) {
    return switch (phase) {
      case Phase.RollingBack _ -> Optional.of(ROLLING_BACK);
      case Phase.Progressing progressing ->
          switch (progressing.awaits()) {
            case TRAFFIC_INCREASE -> Optional.of(WAITING_TRAFFIC_INCREASE);
            case EVIDENCE -> Optional.of(WAITING_EVIDENCE);
            case NONE, PROMOTION -> Optional.empty();
          };
      case Phase.Idle idle -> idle.ending() ? Optional.of(ENDING) : Optional.empty();
      case Phase.Terminated(var leftBehind) ->
          leftBehind ? Optional.of(LEFT_BEHIND) : Optional.empty();
      case Phase.Initializing _,
          Phase.Waiting _,
          Phase.Promoting _,
          Phase.Finalising _,
          Phase.Terminating _ ->
          Optional.empty();
    };
  }

  private static Optional<Cause> cause(Phase phase) {
    return switch (phase) {
      case Phase.Failed(_, var cause, _) -> Optional.of(cause);
      case Phase.RollingBack(_, var cause, _) -> Optional.of(cause);
      case Phase.Initializing _,
          Phase.Initialized _,
          Phase.Succeeded _,
          Phase.Waiting _,
          Phase.Progressing _,
          Phase.Promoting _,
          Phase.Finalising _,
          Phase.Leaving _ ->
          Optional.empty();
    };
  }

  private static Optional<Instant> since(Phase phase) {
    return switch (phase) {
      case Phase.Idle _ -> Optional.empty();
      case Phase.Initializing(_, var since) -> Optional.of(since);
      case Phase.Waiting waiting -> Optional.of(waiting.since());
      case Phase.Progressing progressing -> Optional.of(progressing.since());
      case Phase.Promoting promoting -> Optional.of(promoting.since());
      case Phase.Finalising finalising -> Optional.of(finalising.since());
      case Phase.RollingBack rollingBack -> Optional.of(rollingBack.since());
      case Phase.Terminating(var since) -> Optional.of(since);
      case Phase.Terminated _ -> Optional.empty();
    };
  }

  private static Optional<Instant> next(Phase phase) {
    return switch (phase) {
      case Phase.Waiting waiting -> Optional.of(waiting.nextCheck());
      case Phase.Progressing progressing -> Optional.of(progressing.nextCheck());
      case Phase.Promoting promoting -> Optional.of(promoting.nextStep());
      case Phase.Idle _,
          Phase.Initializing _,
          Phase.Finalising _,
          Phase.RollingBack _,
          Phase.Leaving _ ->
          Optional.empty();
    };
  }

  private static <T> @Nullable T orNull(Optional<T> value) {
    return value.orElse(null);
  }

  private static List<Condition> conditions(
      List<Condition> before, Standing standing, String kind, Instant now) {
    var generation = standing.observedGeneration();
    var conditions =
        Condition.put(before, of(promotedCondition(standing.phase(), kind), generation, now));
    conditions = Condition.put(conditions, of(ready(standing, kind), generation, now));
    conditions =
        put(conditions, Condition.RECONCILING, reconciling(standing, kind), generation, now);
    conditions = put(conditions, Condition.STALLED, stalled(standing), generation, now);
    return put(conditions, Condition.HELD, held(standing), generation, now);
  }

  private record Fact(String type, Status status, String reason, String message) {}

  private static Condition of(Fact fact, long generation, Instant now) {
    return Condition.of(fact.type(), fact.status(), fact.reason(), fact.message(), generation, now);
  }

  /// Conditions that are only there when something is out of the ordinary.
  private static List<Condition> put(
      List<Condition> before, String type, Optional<Fact> fact, long generation, Instant now) {
    return fact.map(f -> Condition.put(before, of(f, generation, now)))
        .orElseGet(() -> Condition.remove(before, type));
  }

  /// The condition that Flagger's users wait for; its reason is the phase.
  private static Fact promotedCondition(Phase phase, String kind) {
    var status =
        switch (phase) {
          case Phase.Initialized _, Phase.Succeeded _ -> Status.TRUE;
          case Phase.Failed _ -> Status.FALSE;
          case Phase.Initializing _, Phase.Running _, Phase.Leaving _ -> Status.UNKNOWN;
        };
    return new Fact(Condition.PROMOTED, status, phase.name(), words(phase, kind));
  }

  private static String words(Phase phase, String kind) {
    return switch (phase) {
      case Phase.Terminating _ -> "Terminating, giving all traffic back to the target.";
      case Phase.Terminated _ -> "Terminated.";
      case Phase.Initializing _ -> "New %s detected, starting initialization.".formatted(kind);
      case Phase.Initialized _ -> "%s initialization completed.".formatted(kind);
      case Phase.Waiting _ -> "Waiting for approval.";
      case Phase.Progressing progressing when progressing.awaits() == Phase.Approval.PROMOTION ->
          "Waiting for approval.";
      case Phase.Progressing _ -> "New revision detected, progressing canary analysis.";
      case Phase.Promoting _ -> "Canary analysis completed, starting primary rolling update.";
      case Phase.Finalising _ -> "Canary analysis completed, routing all traffic to primary.";
      case Phase.RollingBack(_, var cause, _) when cause.kind() == Cause.Kind.REVERTED ->
          "Reverted to the promoted revision, routing all traffic to primary.";
      case Phase.RollingBack(_, var cause, _) when cause.kind() == Cause.Kind.SUPERSEDED ->
          "New revision detected, restarting canary analysis.";
      case Phase.RollingBack(_, var cause, _) ->
          "Rolling back, routing all traffic to primary: " + cause.why();
      case Phase.Succeeded _ -> "Canary analysis completed successfully, promotion finished.";
      case Phase.Failed(_, var cause, _) ->
          kind.equals("Service")
              ? "Canary analysis failed: " + cause.why()
              : "Canary analysis failed, %s scaled to zero: %s".formatted(kind, cause.why());
    };
  }

  private static Fact ready(Standing standing, String kind) {
    var phase = standing.phase();
    var words = stalled(standing).or(() -> held(standing)).map(Fact::message);
    var status =
        switch (phase) {
          case Phase.Failed _ -> Status.FALSE;
          case Phase.Initialized _, Phase.Succeeded _ ->
              words.isPresent() ? Status.FALSE : Status.TRUE;
          case Phase.Initializing _, Phase.Running _, Phase.Leaving _ ->
              stalled(standing).isPresent() ? Status.FALSE : Status.UNKNOWN;
        };
    var reason = stalled(standing).or(() -> held(standing)).map(Fact::reason).orElse(phase.name());
    return new Fact(Condition.READY, status, reason, words.orElseGet(() -> words(phase, kind)));
  }

  private static Optional<Fact> reconciling(Standing standing, String kind) {
    var busy =
        switch (standing.phase()) {
          case Phase.Initializing _, Phase.Running _, Phase.Leaving _ ->
              stalled(standing).isEmpty();
          case Phase.Idle _ -> false;
        };
    return busy
        ? Optional.of(
            new Fact(
                Condition.RECONCILING,
                Status.TRUE,
                standing.phase().name(),
                words(standing.phase(), kind)))
        : Optional.empty();
  }

  private static Optional<Fact> stalled(Standing standing) {
    if (!standing.problems().isEmpty()) {
      var message =
          standing.problems().stream().map(Problem::toString).collect(Collectors.joining("; "));
      return Optional.of(new Fact(Condition.STALLED, Status.TRUE, "InvalidSpec", message));
    }
    return standing
        .hold()
        .filter(hold -> hold.reason().isStalled())
        .map(h -> new Fact(Condition.STALLED, Status.TRUE, h.reason().title(), h.message()));
  }

  private static Optional<Fact> held(Standing standing) {
    return standing
        .hold()
        .map(h -> new Fact(Condition.HELD, Status.TRUE, h.reason().title(), h.message()));
  }
}

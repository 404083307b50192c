package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.policy.Problem;
import dev.sluice.controller.rollout.policy.Stage;
import dev.sluice.controller.rollout.policy.Stage.Position;
import dev.sluice.crds.CanaryStatus;
import dev.sluice.crds.RolloutStatus;
import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads back what [StatusWriter] wrote, and what Flagger wrote where it was here before us.
public final class StatusReader {
  private static final Pattern POSITION = Pattern.compile("([0-9]{1,4})/([0-9]{1,4})");

  private StatusReader() {}

  /// @return empty before anybody looked at the canary
  public static Optional<Standing> read(CanaryStatus status) {
    var phase = status.phase();
    if (phase == null) {
      return Optional.empty();
    }
    var rollout = status.rollout();
    var found = phase(phase, status, rollout);
    return Optional.of(
        new Standing(
            found,
            rollout == null ? Optional.empty() : hold(rollout),
            rollout == null
                ? List.of()
                : rollout.problems().stream().map(p -> new Problem(p.field(), p.why())).toList(),
            status.observedGeneration(),
            rollout == null ? Pods.UNKNOWN : pods(rollout.pods()),
            new Cookies(
                cookie(status.sessionAffinityCookie()),
                cookie(status.previousSessionAffinityCookie()),
                cookie(status.primarySessionAffinityCookie())),
            rollout == null || rollout.orders() == null ? Orders.NONE : orders(rollout.orders()),
            Optional.ofNullable(rollout)
                .flatMap(r -> Optional.ofNullable(r.lastCheck()))
                .map(LastCheck::read),
            rollout == null || Adoption.isForeign(found)
                ? Optional.of(since(status, rollout))
                : Optional.empty()));
  }

  private static Orders orders(RolloutStatus.Orders orders) {
    return new Orders(
        Optional.ofNullable(orders.paused())
            .map(p -> new Orders.Pause(p.by(), orEmpty(p.reason()), p.since())),
        Optional.ofNullable(orders.waived()).flatMap(StatusReader::waiver),
        Optional.ofNullable(orders.command()).map(StatusReader::answered));
  }

  /// What another version of Sluice may waive is not waived here.
  private static Optional<Orders.Waiver> waiver(RolloutStatus.Waiver waiver) {
    return Arrays.stream(Orders.Scope.values())
        .filter(scope -> scope.title().equals(waiver.scope()))
        .findFirst()
        .map(
            scope -> new Orders.Waiver(scope, waiver.run(), waiver.by(), orEmpty(waiver.reason())));
  }

  private static Orders.Answered answered(RolloutStatus.Command command) {
    return new Orders.Answered(
        command.id(),
        command.what(),
        orEmpty(command.by()),
        orEmpty(command.through()),
        orEmpty(command.reason()),
        command.at(),
        command.outcome().equals(StatusWriter.TAKEN),
        command.message(),
        command.open());
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  /// What the primary ran when it last was there: empty before it is initialised, and where nobody
  /// but Flagger knew, whose hashes are others.
  public static Optional<Revision> promoted(CanaryStatus status) {
    var served =
        read(status)
            .map(Standing::phase)
            .filter(phase -> phase instanceof Phase.Idle || phase instanceof Phase.Running)
            .isPresent();
    var rollout = status.rollout();
    return served && rollout != null
        ? Optional.ofNullable(rollout.promoted()).filter(hash -> !hash.isBlank()).map(Revision::new)
        : Optional.empty();
  }

  private static Phase phase(
      CanaryStatus.Phase phase, CanaryStatus status, @Nullable RolloutStatus rollout) {
    var snapshot = snapshot(status, rollout);
    return switch (phase) {
      case INITIALIZING ->
          new Phase.Initializing(
              Optional.of(snapshot).filter(s -> !s.revision().equals(Revision.UNKNOWN)),
              since(status, rollout));
      case INITIALIZED -> new Phase.Initialized(snapshot);
      case SUCCEEDED -> new Phase.Succeeded(snapshot, is(StatusWriter.ENDING, rollout));
      case TERMINATING -> new Phase.Terminating(since(status, rollout));
      case TERMINATED -> new Phase.Terminated(is(StatusWriter.LEFT_BEHIND, rollout));
      case WAITING -> {
        var since = since(status, rollout);
        yield new Phase.Waiting(run(status, rollout, snapshot), since, next(rollout, since));
      }
      case FAILED -> new Phase.Failed(snapshot, cause(rollout), is(StatusWriter.ENDING, rollout));
      case PROGRESSING, WAITING_PROMOTION -> progressing(status, rollout, snapshot);
      case PROMOTING -> {
        var since = since(status, rollout);
        yield new Phase.Promoting(
            run(status, rollout, snapshot), weight(status), since, next(rollout, since));
      }
      case FINALISING ->
          new Phase.Finalising(run(status, rollout, snapshot), since(status, rollout));
    };
  }

  private static boolean is(String stage, @Nullable RolloutStatus rollout) {
    return rollout != null && stage.equals(rollout.stage());
  }

  private static Phase progressing(
      CanaryStatus status, @Nullable RolloutStatus rollout, Snapshot snapshot) {
    var run = run(status, rollout, snapshot);
    var since = since(status, rollout);
    if (is(StatusWriter.ROLLING_BACK, rollout)) {
      return new Phase.RollingBack(run, cause(rollout), since);
    }
    var checks = rollout == null || rollout.checks() == null ? 0 : rollout.checks();
    return new Phase.Progressing(
        run,
        stage(status, rollout),
        status.failedChecks(),
        checks,
        since,
        next(rollout, since),
        awaits(status, rollout));
  }

  /// Flagger writes a weight of 0 while it waits with a promotion: nobody can say what was passed.
  private static Phase.Approval awaits(CanaryStatus status, @Nullable RolloutStatus rollout) {
    if (is(StatusWriter.WAITING_TRAFFIC_INCREASE, rollout)) {
      return Phase.Approval.TRAFFIC_INCREASE;
    }
    if (is(StatusWriter.WAITING_EVIDENCE, rollout)) {
      return Phase.Approval.EVIDENCE;
    }
    return status.phase() == CanaryStatus.Phase.WAITING_PROMOTION && rollout != null
        ? Phase.Approval.PROMOTION
        : Phase.Approval.NONE;
  }

  private static Run run(CanaryStatus status, @Nullable RolloutStatus rollout, Snapshot snapshot) {
    var since = since(status, rollout);
    return rollout == null
        ? new Run("", snapshot, since, Optional.empty(), Optional.empty())
        : new Run(
            rollout.id() == null ? "" : rollout.id(),
            snapshot,
            rollout.started() == null ? since : rollout.started(),
            Optional.ofNullable(rollout.firstTrafficAt()),
            Optional.ofNullable(rollout.commit()),
            counts(rollout),
            Duration.ofSeconds(rollout.stopped() == null ? 0 : Math.max(0, rollout.stopped())));
  }

  private static MetricCounts counts(RolloutStatus rollout) {
    return new MetricCounts(
        rollout.metrics().stream()
            .collect(
                Collectors.toMap(
                    RolloutStatus.MetricLooks::name, StatusReader::count, (first, _) -> first)));
  }

  private static MetricCounts.Count count(RolloutStatus.MetricLooks looks) {
    return new MetricCounts.Count(
        Math.max(0, looks.measured()),
        Math.max(0, looks.failed()),
        Math.max(0, looks.errorsInRow()),
        Math.max(0, looks.inconclusive()));
  }

  private static Snapshot snapshot(CanaryStatus status, @Nullable RolloutStatus rollout) {
    var revision =
        rollout == null || rollout.revision() == null || rollout.revision().isBlank()
            ? Revision.UNKNOWN
            : new Revision(rollout.revision());
    var generation =
        rollout == null || rollout.targetGeneration() == null ? 0 : rollout.targetGeneration();
    var uid = rollout == null || rollout.targetUid() == null ? "" : rollout.targetUid();
    return new Snapshot(revision, uid, generation, status.trackedConfigs());
  }

  private static Cause cause(@Nullable RolloutStatus rollout) {
    var why = rollout == null || rollout.failure() == null ? "" : rollout.failure();
    var kind =
        Arrays.stream(Cause.Kind.values())
            .filter(k -> rollout != null && k.title().equals(rollout.cause()))
            .findFirst()
            .orElse(Cause.Kind.FAILED_CHECKS);
    return new Cause(kind, why);
  }

  private static Optional<Hold> hold(RolloutStatus rollout) {
    return Optional.ofNullable(rollout.held())
        .flatMap(held ->
            Arrays.stream(HoldReason.values())
                .filter(reason -> reason.title().equals(held.reason()))
                .findFirst()
                .map(r -> new Hold(r, held.message(), held.since(), held.alerted())));
  }

  private static Pods pods(RolloutStatus.@Nullable Pods pods) {
    return pods == null ? Pods.UNKNOWN : new Pods(number(pods.primary()), number(pods.canary()));
  }

  private static OptionalInt number(@Nullable Integer number) {
    return number == null ? OptionalInt.empty() : OptionalInt.of(number);
  }

  /// What Flagger wrote does not say what was routed; [Adoption] reads that from the route.
  private static Stage stage(CanaryStatus status, @Nullable RolloutStatus rollout) {
    if (rollout == null) {
      return new Stage(Split.of(weight(status)), Math.max(0, status.iterations()));
    }
    var weight = rollout.share() == null ? weight(status) : percent(rollout.share());
    var mirrored = rollout.mirrored() == null ? Percent.NONE : percent(rollout.mirrored());
    var split =
        mirrored.equals(Percent.NONE) || !weight.equals(Percent.NONE)
            ? Split.of(weight)
            : Split.mirror(mirrored);
    return new Stage(
        split,
        rollout.share() == null ? 0 : Math.max(0, status.iterations()),
        Optional.ofNullable(rollout.step()).flatMap(StatusReader::position));
  }

  /// What nobody of us would have written says nothing.
  private static Optional<Position> position(RolloutStatus.Step step) {
    var at = POSITION.matcher(step.at());
    if (!at.matches()) {
      return Optional.empty();
    }
    var number = Integer.parseInt(at.group(1));
    return number < 1
        ? Optional.empty()
        : Optional.of(
            new Position(
                number,
                Math.max(number, Integer.parseInt(at.group(2))),
                step.look() == null ? 1 : Math.max(1, step.look()),
                step.resumed()));
  }

  /// Anything else than a name and letters or digits is none that we would have written.
  private static Optional<String> cookie(@Nullable String text) {
    return Optional.ofNullable(text).filter(given -> given.matches("[^=]+=[A-Za-z0-9]+"));
  }

  private static Percent percent(int value) {
    return new Percent(Math.clamp(value, 0, 100));
  }

  private static Percent weight(CanaryStatus status) {
    return percent(status.canaryWeight());
  }

  private static Instant since(CanaryStatus status, @Nullable RolloutStatus rollout) {
    if (rollout != null && rollout.since() != null) {
      return rollout.since();
    }
    var written = status.lastTransitionTime();
    return written == null ? Instant.EPOCH : written;
  }

  private static Instant next(@Nullable RolloutStatus rollout, Instant since) {
    return rollout == null || rollout.nextStepAt() == null ? since : rollout.nextStepAt();
  }
}

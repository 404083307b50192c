package dev.sluice.controller.rollout;

import dev.sluice.analysis.Look;
import dev.sluice.analysis.Look.Outcome;
import dev.sluice.controller.rollout.Phase.Progressing;
import dev.sluice.controller.rollout.Step.Obstacle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/// What the limits of single metrics make of a check whose looks are counted already.
final class MetricLimits {
  private MetricLimits() {}

  /// A metric failed, or got no answer, once more than it may: the end of the run, whatever all
  /// others say.
  static Optional<Step> exceeded(Progressing phase, Observation seen, List<Look> looks) {
    return looks.stream()
        .filter(look -> !look.limits().dryRun())
        .flatMap(look -> exceeded(phase, seen, look).stream())
        .findFirst();
  }

  private static Optional<Step> exceeded(Progressing phase, Observation seen, Look look) {
    var count = phase.run().counts().count(look.metric());
    return switch (look.outcome()) {
      case FAILED ->
          over(count.failed(), look.limits().failures())
              .map(limit ->
                  withdrawn(
                      phase,
                      seen,
                      look,
                      Cause.Kind.FAILED_CHECKS,
                      "failed %d times in this run, more than its failureLimit of %d"
                          .formatted(count.failed(), limit)));
      case ERROR ->
          over(count.errorsInRow(), look.limits().errorsInRow())
              .map(limit ->
                  withdrawn(
                      phase,
                      seen,
                      look,
                      Cause.Kind.METRICS_UNAVAILABLE,
                      "got no answer %d times in a row, more than its consecutiveErrorLimit of %d"
                          .formatted(count.errorsInRow(), limit)));
      case PASSED, DELAYED, EARLY, INCONCLUSIVE, SILENT -> Optional.empty();
    };
  }

  private static Step withdrawn(
      Progressing phase, Observation seen, Look look, Cause.Kind kind, String what) {
    return Withdrawal.begin(
        phase.run(),
        seen,
        new Cause(kind, look.evidence().sentence()),
        "metric %s %s".formatted(look.metric(), what),
        "Metric %s %s".formatted(look.metric(), what));
  }

  /// What a check that passed does not overcome.
  static Optional<Obstacle> obstacle(Progressing phase, Observation seen, List<Look> looks) {
    return undecided(phase, seen, looks).or(() -> unseen(phase, seen, looks));
  }

  /// A metric had no data once more than it may: values that come now say nothing about the time
  /// without, so it does not go on by itself.
  static Optional<Obstacle> undecided(Progressing phase, Observation seen, List<Look> looks) {
    return looks.stream()
        .filter(look -> !look.limits().dryRun())
        .flatMap(look -> undecided(phase, seen, look).stream())
        .findFirst();
  }

  private static Optional<Obstacle> undecided(Progressing phase, Observation seen, Look look) {
    var found = phase.run().counts().count(look.metric()).inconclusive();
    return over(found, look.limits().inconclusive())
        .map(limit ->
            new Obstacle(
                HoldReason.METRIC_INCONCLUSIVE,
                "%s at %s waits for a person: metric %s had no data %d times in this run, more than its inconclusiveLimit of %d"
                    .formatted(
                        phase.run().title(), seen.share(phase), look.metric(), found, limit)));
  }

  /// Nothing is promoted that was not judged by every metric at least once.
  private static Optional<Obstacle> unseen(Progressing phase, Observation seen, List<Look> looks) {
    return seen.policy().strategy().after(phase.stage()).isPresent()
        ? Optional.empty()
        : looks.stream()
            .filter(look -> look.outcome() == Outcome.DELAYED && !look.limits().dryRun())
            .findFirst()
            .map(look ->
                new Obstacle(
                    HoldReason.INITIAL_DELAY,
                    "%s at %s passed all other checks and waits for the first look at metric %s: %s"
                        .formatted(
                            phase.run().title(),
                            seen.share(phase),
                            look.metric(),
                            look.evidence().sentence())));
  }

  /// How near those that are not well are to their limits, in brackets after other words; may be
  /// empty.
  static String nearness(Progressing phase, List<Look> looks) {
    var words = new ArrayList<String>();
    for (var look : looks) {
      nearness(phase, look).filter(said -> !words.contains(said)).ifPresent(words::add);
    }
    return words.isEmpty() ? "" : " (" + String.join(", ", words) + ")";
  }

  private static Optional<String> nearness(Progressing phase, Look look) {
    var limits = look.limits();
    var count = phase.run().counts().count(look.metric());
    if (limits.dryRun()) {
      return Optional.empty();
    }
    return switch (look.outcome()) {
      case FAILED -> near(look, "failed", count.failed(), limits.failures(), "");
      case ERROR ->
          near(look, "got no answer", count.errorsInRow(), limits.errorsInRow(), " in a row");
      case INCONCLUSIVE ->
          near(look, "had no data", count.inconclusive(), limits.inconclusive(), "");
      case PASSED, DELAYED, EARLY, SILENT -> Optional.empty();
    };
  }

  private static Optional<String> near(
      Look look, String what, int count, OptionalInt limit, String how) {
    return limit.isPresent() && count <= limit.getAsInt()
        ? Optional.of(
            "%s %s %d of the %d times%s that it may"
                .formatted(look.metric(), what, count, limit.getAsInt(), how))
        : Optional.empty();
  }

  /// What dry runs came to by now, for the message that ends an analysis.
  static Stream<String> rehearsed(Progressing phase, List<Look> looks) {
    return looks.stream()
        .filter(look -> look.limits().dryRun())
        .map(Look::metric)
        .distinct()
        .map(metric -> {
          var count = phase.run().counts().count(metric);
          return "dry run %s failed %d of %d looks"
              .formatted(metric, count.failed(), count.measured());
        });
  }

  /// The limit, where the count is above it.
  private static Optional<Integer> over(int count, OptionalInt limit) {
    return limit.isPresent() && count > limit.getAsInt()
        ? Optional.of(limit.getAsInt())
        : Optional.empty();
  }
}

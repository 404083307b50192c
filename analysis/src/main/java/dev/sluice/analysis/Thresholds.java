package dev.sluice.analysis;

import dev.sluice.analysis.Look.Outcome;
import dev.sluice.analysis.SilencePolicy.Cost;
import dev.sluice.analysis.Verdict.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Judges each metric against its bound, as Flagger does: a check passes or fails, and enough
/// failed checks take the traffic away. Pure.
public final class Thresholds {
  private Thresholds() {}

  /// What each reading comes to by itself.
  ///
  /// @param readings in the order of the analysis
  public static List<Look> looks(List<Reading> readings, SilencePolicy policy) {
    return readings.stream().map(reading -> look(reading, policy)).toList();
  }

  /// A broken bound outweighs every silence, and a silence outweighs whatever passed: what is known
  /// to be bad must not wait for a source that is down. What is only a dry run is shown and weighs
  /// nothing. Whether a metric's own limit is exceeded is for those to say who count its looks; its
  /// failures alone only hold.
  ///
  /// @param looks in the order of the analysis; without any the answer is safe
  /// @param failedBefore failed checks of this rollout so far
  /// @param allowed the number of failed checks that takes the traffic away, at least 1
  public static Verdict judge(List<Look> looks, int failedBefore, int allowed) {
    var sorted = looks.stream().sorted(WORST_FIRST).toList();
    var evidence = sorted.stream().map(Look::evidence).toList();
    if (sorted.isEmpty()) {
      return new Verdict.Safe(evidence);
    }
    var worst = sorted.getFirst();
    return switch (weight(worst)) {
      case NONE -> new Verdict.Safe(evidence);
      case EARLY -> new Verdict.Continue(evidence);
      case INCONCLUSIVE, HELD -> new Verdict.Hold(why(worst), false, evidence);
      case FAILED, BROKEN -> {
        var failed = looks.stream().anyMatch(Look::failsForAll);
        yield failed && failedBefore + 1 >= allowed
            ? new Verdict.Rollback(evidence)
            : new Verdict.Hold(why(worst), failed, evidence);
      }
    };
  }

  private enum Weight {
    NONE,
    EARLY,
    INCONCLUSIVE,
    HELD,
    FAILED,
    BROKEN
  }

  private static Weight weight(Look look) {
    if (look.limits().dryRun()) {
      return Weight.NONE;
    }
    return switch (look.outcome()) {
      case PASSED, DELAYED -> Weight.NONE;
      case EARLY -> Weight.EARLY;
      case INCONCLUSIVE -> Weight.INCONCLUSIVE;
      case SILENT, ERROR -> Weight.HELD;
      case FAILED -> look.isMeasured() ? Weight.BROKEN : Weight.FAILED;
    };
  }

  private static Reason why(Look look) {
    return look.reason() == null ? Reason.CHECK_FAILED : look.reason();
  }

  /// What weighs nothing because it is a dry run comes last.
  private static final Comparator<Look> WORST_FIRST =
      Comparator.comparing(Thresholds::weight)
          .reversed()
          .thenComparing(look -> look.limits().dryRun());

  private static Look look(Reading reading, SilencePolicy policy) {
    return switch (reading) {
      case Reading.TooEarly(var check, var seen, var needed) ->
          new Look(
              check.limits(),
              Outcome.EARLY,
              null,
              unasked(
                  check,
                  "%s is not judged yet: the revision has had traffic for %s of the %s that a first look needs"
                      .formatted(check.metric(), words(seen), words(needed))));
      case Reading.Delayed(var check, var seen) ->
          new Look(
              check.limits(),
              Outcome.DELAYED,
              null,
              unasked(
                  check,
                  "%s is not asked before the revision has had traffic for %s (initialDelay), %s by now"
                      .formatted(
                          check.metric(), words(check.limits().initialDelay()), words(seen))));
      case Reading.Asked asked -> look(asked, policy);
    };
  }

  private static Evidence unasked(Check check, String sentence) {
    return new Evidence(check.metric(), null, check.bound(), null, null, sentence);
  }

  private static Look look(Reading.Asked asked, SilencePolicy policy) {
    var metric = asked.check().metric();
    return switch (asked.sample()) {
      case Sample.Value(double value, var warning) -> {
        var good = asked.check().bound().holds(value);
        yield look(
            asked,
            good ? Outcome.PASSED : Outcome.FAILED,
            good ? null : Reason.CHECK_FAILED,
            value,
            valueSentence(asked, value, good) + warned(warning));
      }
      case Sample.NoData _ -> {
        var borne = asked.check().limits().inconclusive().isPresent();
        yield look(
            asked,
            borne ? Outcome.INCONCLUSIVE : outcome(policy.noData(), Outcome.SILENT),
            borne ? Reason.INCONCLUSIVE : Reason.NO_DATA,
            null,
            "%s has no value over the last %s: the revision probably receives no traffic%s"
                .formatted(
                    metric,
                    words(asked.window()),
                    MeshQueries.asksTheApplication(asked.check().query().template())
                        ? ", or does not report http_request_duration_seconds, which is the application's own"
                        : ""));
      }
      case Sample.Unavailable(var why) -> {
        var borne = asked.check().limits().errorsInRow().isPresent();
        yield look(
            asked,
            borne ? Outcome.ERROR : outcome(policy.unavailable(), Outcome.ERROR),
            Reason.SOURCE_UNAVAILABLE,
            null,
            "%s could not be asked: %s; this says nothing about the release"
                .formatted(metric, why));
      }
      case Sample.Refused(var why) ->
          look(
              asked,
              Outcome.ERROR,
              Reason.QUERY_REFUSED,
              null,
              "%s cannot be answered until %s is edited: %s"
                  .formatted(metric, asked.check().query().origin(), why));
    };
  }

  private static Outcome outcome(Cost cost, Outcome held) {
    return switch (cost) {
      case FAIL -> Outcome.FAILED;
      case HOLD -> held;
      case PASS -> Outcome.PASSED;
    };
  }

  private static Look look(
      Reading.Asked asked,
      Outcome outcome,
      @Nullable Reason reason,
      @Nullable Double value,
      String sentence) {
    var limits = asked.check().limits();
    return new Look(
        limits,
        outcome,
        outcome == Outcome.PASSED ? null : reason,
        evidence(
            asked,
            value,
            sentence + (limits.dryRun() ? " (a dry run, which decides nothing)" : "")));
  }

  private static Evidence evidence(Reading.Asked asked, @Nullable Double value, String sentence) {
    var check = asked.check();
    return new Evidence(
        check.metric(), value, check.bound(), asked.baseline(), asked.samples(), sentence);
  }

  private static String valueSentence(Reading.Asked asked, double value, boolean good) {
    var bound = asked.check().bound();
    var words = new ArrayList<String>();
    words.add(
        "%s is %s over the last %s, %s %s"
            .formatted(
                asked.check().metric(),
                bound.unit().write(value),
                words(asked.window()),
                good ? "allowed is" : "but allowed is",
                bound.words()));
    if (asked.baseline() != null) {
      words.add("the primary has " + bound.unit().write(asked.baseline()));
    }
    if (asked.samples() != null) {
      words.add(asked.samples() + (asked.samples() == 1 ? " request" : " requests") + " seen");
    }
    return String.join(", ", words);
  }

  private static String warned(String warning) {
    return warning.isEmpty() ? "" : " (the source warns: " + warning + ")";
  }

  static String words(Duration duration) {
    return Window.promql(duration);
  }
}

package dev.sluice.analysis;

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

  /// A broken bound outweighs every silence, and a silence outweighs whatever passed: what is known
  /// to be bad must not wait for a source that is down.
  ///
  /// @param readings in the order of the analysis; without any the answer is safe
  /// @param failedBefore failed checks of this rollout so far
  /// @param allowed the number of failed checks that takes the traffic away, at least 1
  public static Verdict judge(
      List<Reading> readings, SilencePolicy policy, int failedBefore, int allowed) {
    var findings = readings.stream().map(r -> find(r, policy)).sorted(WORST_FIRST).toList();
    var evidence = findings.stream().map(Finding::evidence).toList();
    if (findings.isEmpty()) {
      return new Verdict.Safe(evidence);
    }
    var worst = findings.getFirst();
    return switch (worst.weight()) {
      case PASSED -> new Verdict.Safe(evidence);
      case EARLY -> new Verdict.Continue(evidence);
      case HELD -> new Verdict.Hold(worst.why(), false, evidence);
      case FAILED, BROKEN ->
          failedBefore + 1 >= allowed
              ? new Verdict.Rollback(evidence)
              : new Verdict.Hold(worst.why(), true, evidence);
    };
  }

  private enum Weight {
    PASSED,
    EARLY,
    HELD,
    FAILED,
    BROKEN
  }

  /// @param reason null when it passed or nothing was asked
  private record Finding(Weight weight, @Nullable Reason reason, Evidence evidence) {
    Reason why() {
      return reason == null ? Reason.CHECK_FAILED : reason;
    }
  }

  private static final Comparator<Finding> WORST_FIRST =
      Comparator.comparing(Finding::weight).reversed();

  private static Finding find(Reading reading, SilencePolicy policy) {
    return switch (reading) {
      case Reading.TooEarly(var check, var seen, var needed) ->
          new Finding(
              Weight.EARLY,
              null,
              new Evidence(
                  check.metric(),
                  null,
                  check.bound(),
                  null,
                  null,
                  "%s is not judged yet: the revision has had traffic for %s of the %s that a first look needs"
                      .formatted(check.metric(), words(seen), words(needed))));
      case Reading.Asked asked -> find(asked, policy);
    };
  }

  private static Finding find(Reading.Asked asked, SilencePolicy policy) {
    var metric = asked.check().metric();
    return switch (asked.sample()) {
      case Sample.Value(double value, var warning) -> {
        var good = asked.check().bound().holds(value);
        yield new Finding(
            good ? Weight.PASSED : Weight.BROKEN,
            good ? null : Reason.CHECK_FAILED,
            evidence(asked, value, valueSentence(asked, value, good) + warned(warning)));
      }
      case Sample.NoData _ ->
          new Finding(
              weight(policy.noData()),
              Reason.NO_DATA,
              evidence(
                  asked,
                  null,
                  "%s has no value over the last %s: the revision probably receives no traffic"
                      .formatted(metric, words(asked.window()))));
      case Sample.Unavailable(var why) ->
          new Finding(
              weight(policy.unavailable()),
              Reason.SOURCE_UNAVAILABLE,
              evidence(
                  asked,
                  null,
                  "%s could not be asked: %s; this says nothing about the release"
                      .formatted(metric, why)));
      case Sample.Refused(var why) ->
          new Finding(
              Weight.HELD,
              Reason.QUERY_REFUSED,
              evidence(
                  asked,
                  null,
                  "%s cannot be answered until %s is edited: %s"
                      .formatted(metric, asked.check().query().origin(), why)));
    };
  }

  private static Weight weight(Cost cost) {
    return switch (cost) {
      case FAIL -> Weight.FAILED;
      case HOLD -> Weight.HELD;
      case PASS -> Weight.PASSED;
    };
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

package dev.sluice.controller.rollout;

import dev.sluice.analysis.Bound;
import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.Look;
import dev.sluice.analysis.Verdict;
import dev.sluice.crds.RolloutStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What the last look of a run at its metrics saw, for whoever looks at the rollout.
///
/// @param run its id
/// @param findings at most [#MOST], the most important first
public record LastCheck(String run, Instant at, List<Finding> findings) {
  /// A status must stay small; who looks at more metrics reads the Events.
  private static final int MOST = 12;

  private static final int LONGEST = 240;

  public LastCheck {
    findings = List.copyOf(findings);
  }

  /// @param metric its name in the analysis
  /// @param isWell whether the value is within its bound, or nothing speaks against the release
  /// @param value with its unit; empty when there was none
  /// @param bound such as `at least 99%`; empty where there is none
  /// @param baseline the primary's value with its unit; empty when not known
  /// @param samples requests behind the value
  /// @param note in words, where value and bound do not say it; may be empty
  public record Finding(
      String metric,
      boolean isWell,
      String value,
      String bound,
      String baseline,
      OptionalLong samples,
      String note) {

    /// @param dryRun whether it decides nothing, which the sentence says
    static Finding of(Evidence evidence, boolean passed, boolean dryRun) {
      var bound = evidence.bound();
      var value = evidence.value();
      var isNumber = value != null && bound != null;
      return new Finding(
          evidence.metric(),
          (value != null && bound != null) ? bound.holds(value) : passed,
          written(bound, value),
          bound == null ? "" : bound.words(),
          written(bound, evidence.baseline()),
          evidence.samples() == null ? OptionalLong.empty() : OptionalLong.of(evidence.samples()),
          isNumber && evidence.comparison() == null && !dryRun ? "" : cut(evidence.sentence()));
    }

    private static String written(@Nullable Bound bound, @Nullable Double value) {
      return bound == null || value == null ? "" : bound.unit().write(value);
    }
  }

  /// What status says after a decision: what was just seen, else what was seen before, as long as
  /// it is about the run under way or the one that has just ended.
  static Optional<LastCheck> after(Observation seen, Phase next) {
    var before =
        seen.standing()
            .flatMap(Standing::lastCheck)
            .filter(check -> next instanceof Phase.Idle || isOf(next, check.run()));
    return seen.standing()
        .map(Standing::phase)
        .filter(Phase.Progressing.class::isInstance)
        .map(Phase.Running.class::cast)
        .map(Phase.Running::run)
        .filter(run -> isOf(next, run.id()))
        .flatMap(run -> seen.answersAbout(run.revision()).flatMap(said -> of(run, said, seen)))
        .or(() -> before);
  }

  private static boolean isOf(Phase phase, String run) {
    return phase instanceof Phase.Running running && running.run().id().equals(run);
  }

  private static Optional<LastCheck> of(Run run, Answers said, Observation seen) {
    var dryRuns =
        said.looks().stream()
            .filter(look -> look.limits().dryRun())
            .map(Look::metric)
            .collect(Collectors.toSet());
    return said.verdict()
        .map(verdict ->
            new LastCheck(
                run.id(),
                seen.now(),
                verdict.evidence().stream()
                    .limit(MOST)
                    .map(evidence ->
                        Finding.of(
                            evidence,
                            verdict instanceof Verdict.Safe,
                            dryRuns.contains(evidence.metric())))
                    .toList()));
  }

  RolloutStatus.LastCheck written() {
    return new RolloutStatus.LastCheck(
        run,
        at,
        findings.stream()
            .map(f ->
                new RolloutStatus.Finding(
                    f.metric(),
                    f.isWell(),
                    orNull(f.value()),
                    orNull(f.bound()),
                    orNull(f.baseline()),
                    f.samples().isPresent() ? f.samples().getAsLong() : null,
                    orNull(f.note())))
            .toList());
  }

  static LastCheck read(RolloutStatus.LastCheck wire) {
    return new LastCheck(
        wire.run(),
        wire.at(),
        wire.findings().stream()
            .map(f ->
                new Finding(
                    f.metric(),
                    f.well(),
                    orEmpty(f.value()),
                    orEmpty(f.bound()),
                    orEmpty(f.baseline()),
                    f.samples() == null ? OptionalLong.empty() : OptionalLong.of(f.samples()),
                    orEmpty(f.note())))
            .toList());
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static String cut(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
  }
}

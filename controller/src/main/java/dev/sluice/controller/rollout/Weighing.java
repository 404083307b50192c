package dev.sluice.controller.rollout;

import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.Verdict;
import dev.sluice.controller.rollout.Phase.Approval;
import dev.sluice.controller.rollout.Phase.Progressing;
import dev.sluice.controller.rollout.policy.Comparing;
import dev.sluice.controller.rollout.policy.Strategy.Consent;
import dev.sluice.crds.Comparison.Blind;
import dev.sluice.crds.Comparison.Unsure;
import dev.sluice.mesh.Percent;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What the comparison with the primary means for a revision under analysis: it ends the run at any
/// look, and a step waits until it knows enough for the traffic that the step gives.
///
/// Between two steps nothing but an end is made of a look, so that looks cost no writes.
final class Weighing {
  /// Who is known to be no worse than that may go on before the interval is over.
  private static final double WELL_KNOWN = 0.002;

  /// How long a mistaken step lasts until the next look takes it back.
  private static final double SECONDS_OF_A_STEP = 60;

  /// How long it takes people to notice a mistaken promotion and take it back.
  private static final double SECONDS_OF_A_PROMOTION = 600;

  /// At the last weight the margin that a manifest asks for is waited for so long; then what the
  /// error budget can afford is enough.
  private static final Duration LAST_WEIGHT = Duration.ofMinutes(5);

  /// So many looks, and at least so long, may be missing before that is news.
  private static final int LATE_LOOKS = 3;

  private static final Duration LATE = Duration.ofSeconds(30);

  private Weighing() {}

  /// Whether a step may be taken.
  sealed interface Finding {}

  record Enough() implements Finding {}

  /// @param message for the person on call
  record Lacking(HoldReason reason, String message) implements Finding {}

  /// The last look, if something is compared and it was about this run.
  static Optional<Compared> about(Progressing phase, Observation seen) {
    return comparing(seen)
        .flatMap(_ -> seen.compared())
        .filter(compared -> compared.run().equals(phase.run().id()));
  }

  private static Optional<Comparing> comparing(Observation seen) {
    return seen.policy().skipAnalysis() ? Optional.empty() : seen.policy().comparison();
  }

  /// What is to be compared: a run that has had traffic, until its analysis is over.
  static Optional<Survey.ToCompare> wanted(Observation seen) {
    return Gate.isClosed(seen)
        ? Optional.empty()
        : seen.standing()
            .map(Standing::phase)
            .flatMap(phase ->
                phase instanceof Progressing(var run, _, _, _, _, _, _)
                    ? run.firstTraffic()
                        .flatMap(first ->
                            comparing(seen).map(how -> new Survey.ToCompare(run.id(), first, how)))
                    : Optional.empty());
  }

  /// What ends the run whatever else is under way.
  static Optional<Step> ends(Progressing phase, Observation seen) {
    if (comparing(seen).isEmpty() || phase.run().firstTraffic().isEmpty()) {
      return Optional.empty();
    }
    return worse(phase, seen)
        .or(() -> blind(phase, seen, comparing(seen).get()))
        .or(() -> unsure(phase, seen, comparing(seen).get()));
  }

  private static Optional<Step> worse(Progressing phase, Observation seen) {
    return about(phase, seen)
        .filter(compared -> compared.verdict() instanceof Verdict.Rollback)
        .map(compared ->
            Withdrawal.begin(
                phase.run(),
                seen,
                new Cause(Cause.Kind.WORSE_THAN_PRIMARY, words(compared)),
                "worse than the primary",
                "Worse than the primary"));
  }

  private static Optional<Step> blind(Progressing phase, Observation seen, Comparing comparing) {
    var since = seen.heldSince(reason -> reason == HoldReason.METRICS_UNAVAILABLE);
    if (comparing.blind() != Blind.ROLLBACK
        || since.isEmpty()
        || seen.now().isBefore(since.get().plus(comparing.outage()))
        || isSeeing(phase, seen)) {
      return Optional.empty();
    }
    var why =
        "the metrics have been unavailable since %s, and nobody can see how it does"
            .formatted(since.get());
    return Optional.of(
        Withdrawal.begin(
            phase.run(),
            seen,
            new Cause(Cause.Kind.METRICS_UNAVAILABLE, why),
            "metrics unavailable",
            "Metrics unavailable"));
  }

  /// Whether the last look saw anything, whatever it was.
  private static boolean isSeeing(Progressing phase, Observation seen) {
    return !(of(phase, seen) instanceof Lacking(var reason, _)
        && reason == HoldReason.METRICS_UNAVAILABLE);
  }

  private static Optional<Step> unsure(Progressing phase, Observation seen, Comparing comparing) {
    if (comparing.unsure() != Unsure.ROLLBACK
        || !isOverdue(seen, comparing)
        || !(of(phase, seen) instanceof Lacking(_, var message))) {
      return Optional.empty();
    }
    var why = "no conclusion within %s: %s".formatted(words(comparing.patience()), message);
    return Optional.of(
        Withdrawal.begin(
            phase.run(),
            seen,
            new Cause(Cause.Kind.INCONCLUSIVE, why),
            "inconclusive",
            "Inconclusive"));
  }

  /// Whether evidence has been waited for, without a pause, for as long as the manifest allows.
  private static boolean isOverdue(Observation seen, Comparing comparing) {
    return seen.heldSince(HoldReason::isAboutEvidence)
        .filter(since -> !seen.now().isBefore(since.plus(comparing.patience())))
        .isPresent();
  }

  /// Whether the step after this weight may be taken, as far as the comparison goes.
  static boolean allows(Progressing phase, Observation seen) {
    return of(phase, seen) instanceof Enough;
  }

  static Finding of(Progressing phase, Observation seen) {
    var comparing = comparing(seen);
    if (comparing.isEmpty() || phase.weight().equals(Percent.NONE)) {
      return new Enough();
    }
    var compared = about(phase, seen);
    if (compared.isEmpty()) {
      return unsure(
          "the comparison of %s with the primary has not looked yet".formatted(phase.run().title()),
          HoldReason.AWAITING_EVIDENCE,
          seen,
          comparing.get());
    }
    return weigh(phase, seen, comparing.get(), compared.get());
  }

  private static Finding weigh(
      Progressing phase, Observation seen, Comparing comparing, Compared compared) {
    var silent = Duration.between(compared.at(), seen.now());
    if (silent.compareTo(LATE) > 0
        && silent.compareTo(comparing.tick().multipliedBy(LATE_LOOKS)) > 0) {
      return new Lacking(
          HoldReason.METRICS_UNAVAILABLE,
          "the metrics have not been looked at since %s; this says nothing about the release"
              .formatted(compared.at()));
    }
    if (compared.verdict() instanceof Verdict.Hold hold) {
      var reason = HoldReason.of(hold.reason());
      var expected =
          reason == HoldReason.NO_PRIMARY_DATA
              && seen.policy().strategy().isForEveryone(phase.stage());
      return expected ? new Enough() : unsure(words(compared), reason, seen, comparing);
    }
    var needed = needed(phase, seen, comparing);
    return needed >= 1 || known(compared) <= needed
        ? new Enough()
        : unsure(
            "not enough is known yet to %s, where at most %s more failures can be risked: %s"
                .formatted(step(phase, seen), percent(needed), words(compared)),
            HoldReason.AWAITING_EVIDENCE,
            seen,
            comparing);
  }

  /// After the deadline the manifest decides: it goes on where nothing speaks against the release,
  /// or people are told.
  private static Finding unsure(
      String message, HoldReason reason, Observation seen, Comparing comparing) {
    var quiet = reason == HoldReason.AWAITING_EVIDENCE || reason == HoldReason.SUSPICIOUS;
    if (!quiet || !isOverdue(seen, comparing)) {
      return new Lacking(reason, message);
    }
    return comparing.unsure() == Unsure.PROMOTE
            && reason == HoldReason.AWAITING_EVIDENCE
            && seen.compared().isPresent()
        ? new Enough()
        : new Lacking(
            HoldReason.INCONCLUSIVE,
            "no conclusion within %s: %s".formatted(words(comparing.patience()), message));
  }

  private static double known(Compared compared) {
    return compared.excessAtMost().orElse(Double.POSITIVE_INFINITY);
  }

  /// The largest excess of failures with which the next step is worth its risk. What is to be
  /// promoted must be safe before it has all the traffic: then nothing is left to compare it with.
  private static double needed(Progressing phase, Observation seen, Comparing comparing) {
    var policy = seen.policy();
    if (policy.strategy().isForEveryone(phase.stage())
        || policy.strategy().consent(phase.stage()) == Consent.GIVEN) {
      return Double.POSITIVE_INFINITY;
    }
    var next = policy.strategy().after(phase.stage());
    if (next.isPresent() && !policy.strategy().isForEveryone(next.get())) {
      return comparing.budget().affordable(next.get().weight().value() / 100.0, SECONDS_OF_A_STEP);
    }
    var affordable = comparing.budget().affordable(1, SECONDS_OF_A_PROMOTION);
    var patient = !seen.now().isBefore(phase.since().plus(LAST_WEIGHT));
    return patient ? affordable : Math.min(comparing.policy().margin(), affordable);
  }

  private static String step(Progressing phase, Observation seen) {
    return seen.policy()
        .strategy()
        .after(phase.stage())
        .map(next -> "give it " + seen.policy().strategy().traffic(next))
        .orElse("promote it");
  }

  /// Whether a check is due before its time: the evidence that was missing has come, or is not
  /// asked for any more, or the release is so well known that it need not wait.
  static boolean isDue(Progressing phase, Observation seen) {
    if (phase.awaits() == Approval.EVIDENCE) {
      return allows(phase, seen);
    }
    return soonest(phase, seen).filter(at -> !seen.now().isBefore(at)).isPresent()
        && about(phase, seen)
            .filter(compared -> !(compared.verdict() instanceof Verdict.Hold))
            .filter(compared -> known(compared) <= WELL_KNOWN)
            .isPresent()
        && allows(phase, seen);
  }

  /// When a release that is very well known may go on; empty where it waits for the interval, or a
  /// check at this weight has not let it go on.
  static Optional<Instant> soonest(Progressing phase, Observation seen) {
    var first = phase.since().plus(Pace.interval(phase.stage(), seen));
    return comparing(seen)
        .filter(_ -> seen.policy().strategy().stay(phase.stage()).mayBeShort())
        .map(comparing -> phase.since().plus(comparing.soonest()))
        .filter(_ -> phase.weight().compareTo(Percent.NONE) > 0)
        .filter(_ -> phase.nextCheck().equals(first));
  }

  /// What matters most of what was seen, in as many words as an Event has room for. What one
  /// definition of an error does not show is said with it; whose requests were left out is said
  /// where a run ends by it.
  static String words(Compared compared) {
    var verdict = compared.verdict();
    var notes =
        verdict.evidence().stream()
            .skip(1)
            .filter(Weighing::isNote)
            .filter(
                note -> verdict instanceof Verdict.Rollback || !note.metric().equals("traffic"));
    return Stream.concat(verdict.evidence().stream().limit(1), notes)
        .map(Evidence::sentence)
        .collect(Collectors.joining("; "));
  }

  /// Something to know about the figures, rather than a figure.
  private static boolean isNote(Evidence evidence) {
    return evidence.value() == null && evidence.comparison() == null;
  }

  private static String words(Duration duration) {
    var text = duration.toString().substring(2).toLowerCase(java.util.Locale.ROOT);
    return text.isEmpty() ? "0s" : text;
  }

  private static String percent(double share) {
    return new BigDecimal(share * 100)
            .round(new MathContext(2, RoundingMode.HALF_DOWN))
            .stripTrailingZeros()
            .toPlainString()
        + "%";
  }
}

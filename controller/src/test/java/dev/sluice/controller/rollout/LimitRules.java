package dev.sluice.controller.rollout;

import dev.sluice.analysis.Look;
import dev.sluice.analysis.Look.Outcome;
import dev.sluice.analysis.Verdict;
import dev.sluice.controller.rollout.Phase.Progressing;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What always holds of metrics with limits of their own, counted here once more and more simply:
/// looks whose counting was lost with a status write are counted, too.
final class LimitRules {
  private final Map<String, Integer> failures = new HashMap<>();
  private final Map<String, Integer> errors = new HashMap<>();
  private final Set<String> exceeded = new HashSet<>();
  private List<Look> last = List.of();

  void asked(String run, Answers answers) {
    last = answers.looks();
    for (var look : last) {
      var key = run + " " + look.metric();
      if (look.outcome() == Outcome.FAILED) {
        var count = failures.merge(key, 1, Integer::sum);
        note(
            run,
            look.limits().failures().isPresent() && count > look.limits().failures().getAsInt());
      }
      if (look.outcome() == Outcome.ERROR) {
        var count = errors.merge(key, 1, Integer::sum);
        note(
            run,
            look.limits().errorsInRow().isPresent()
                && count > look.limits().errorsInRow().getAsInt());
      }
    }
    var judged = last.stream().filter(look -> !look.limits().dryRun()).toList();
    Invariants.check(
        "a dry run keeps nobody from anything",
        judged.isEmpty()
            || judged.stream().anyMatch(look -> look.outcome() != Outcome.PASSED)
            || answers.verdict().filter(Verdict.Safe.class::isInstance).isPresent());
  }

  private void note(String run, boolean isExceeded) {
    if (isExceeded) {
      exceeded.add(run);
    }
  }

  /// Whether a metric of this run did more often than it may what it was allowed to do.
  boolean isExceeded(String run) {
    return exceeded.contains(run);
  }

  /// @param skipped whether the analysis is
  void recorded(Standing before, Standing after, boolean skipped) {
    if (!(before.phase() instanceof Progressing was)
        || !(after.phase() instanceof Phase.Running is)
        || !was.run().id().equals(is.run().id())) {
      return;
    }
    var steps =
        is instanceof Phase.Promoting
            || (is instanceof Progressing next
                && !next.stage().isStart()
                && !next.stage().equals(was.stage()));
    // A person who takes a step in spite of missing data begins their count again.
    is.run()
        .counts()
        .of()
        .forEach((metric, count) -> {
          var earlier = was.run().counts().count(metric);
          Invariants.check(
              "what was counted in a run stays counted",
              count.failed() >= earlier.failed()
                  && count.measured() >= earlier.measured()
                  && (count.inconclusive() >= earlier.inconclusive()
                      || (steps && count.inconclusive() == 0)));
        });
    var decided =
        before.orders().waiver().isPresent()
            || !before.orders().last().equals(after.orders().last());
    if (steps && !was.stage().isStart() && !skipped && !decided) {
      Invariants.check(
          "no step is taken while a person is to decide",
          last.stream()
              .filter(look -> !look.limits().dryRun() && look.limits().inconclusive().isPresent())
              .allMatch(look ->
                  is.run().counts().count(look.metric()).inconclusive()
                      <= look.limits().inconclusive().getAsInt()));
    }
  }
}

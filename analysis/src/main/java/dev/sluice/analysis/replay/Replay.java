package dev.sluice.analysis.replay;

import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.compare.Judge;
import java.util.function.Consumer;

/// Judges a recording look by look, as it would have been judged while it was made.
public final class Replay {
  private Replay() {}

  /// One evaluation.
  ///
  /// @param at seconds after the rollout's start
  public record Look(double at, Verdict verdict) {}

  /// How it ended.
  ///
  /// @param last the last look, a rollback if there was one
  /// @param canaryRequests that had been seen by then
  /// @param comparedLatency whether the latency of both sides was compared at all
  public record Outcome(Look last, long canaryRequests, boolean comparedLatency) {}

  /// Looks at every tick after the start, up to the first that has seen all rows; ends with a
  /// rollback.
  ///
  /// @throws IllegalArgumentException when the policy asks for a bound that the recording has not,
  ///   or nothing was scraped after the start
  public static Outcome run(Recording recording, ComparisonPolicy policy, Consumer<Look> onLook) {
    if (recording.scrapes().stream().noneMatch(scrape -> scrape.at() > 0)) {
      throw new IllegalArgumentException("nothing was scraped after the rollout's start");
    }
    var judge = new Judge(policy, recording.bounds());
    double tick = policy.tick();
    var scrapes = recording.scrapes();
    int next = 0;
    double first = Math.min(0, Math.floor(scrapes.getFirst().at() / tick));
    for (long back = (long) first; back <= 0; back++) {
      for (; next < scrapes.size() && scrapes.get(next).at() <= back * tick; next++) {
        judge.take(scrapes.get(next), back * tick);
      }
      judge.remember();
    }
    Look last;
    long looks = 0;
    do {
      double now = ++looks * tick;
      for (; next < scrapes.size() && scrapes.get(next).at() <= now; next++) {
        judge.take(scrapes.get(next), now);
      }
      last = new Look(now, judge.look(now));
      onLook.accept(last);
    } while (next < scrapes.size() && !(last.verdict() instanceof Verdict.Rollback));
    return new Outcome(last, judge.canaryRequests(), judge.comparedLatency());
  }
}

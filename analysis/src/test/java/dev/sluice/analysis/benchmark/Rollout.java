package dev.sluice.analysis.benchmark;

import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.compare.Judge;
import dev.sluice.analysis.compare.RiskBudget;
import dev.sluice.analysis.replay.FlaggerPolicy;

/// One rollout in a simulated world, from 10 % of the traffic in steps of 10 to 50 %, by one
/// policy.
final class Rollout {
  private static final double STEP = 0.1;
  private static final double MOST = 0.5;
  private static final double DWELL = 60;
  private static final double HISTORY = 1800;

  /// A rollout that cannot decide is paused where it is, still judged; a person has looked by then.
  private static final double GIVE_UP = 3600;

  enum End {
    PROMOTED,
    ROLLED_BACK,
    GIVEN_UP
  }

  /// @param seconds until then
  /// @param served requests of the canary until then
  record Result(End end, double seconds, long served) {}

  /// By when a policy may step and roll back.
  interface Policy {
    Result run(World world);
  }

  private Rollout() {}

  static Policy sluice(ComparisonPolicy policy, double dwell) {
    return world -> compared(world, policy, dwell);
  }

  private static Result compared(World world, ComparisonPolicy policy, double dwell) {
    var judge = new Judge(policy, world.bounds());
    for (double now = -HISTORY; now <= 0; now += World.TICK) {
      double at = now;
      world.tick(now, 0, scrape -> judge.take(scrape, at));
      judge.remember();
    }
    double weight = STEP;
    double stepped = 0;
    long served = 0;
    for (double now = World.TICK; ; now += World.TICK) {
      double at = now;
      served += world.tick(now, weight, scrape -> judge.take(scrape, at));
      var verdict = judge.look(now);
      double dwelt = now - stepped;
      if (verdict instanceof Verdict.Rollback) {
        return new Result(End.ROLLED_BACK, now, served);
      }
      if (!(verdict instanceof Verdict.Hold) && dwelt >= dwell) {
        double known = judge.excessAtMost().orElse(Double.POSITIVE_INFINITY);
        if (weight >= MOST - 1e-9) {
          double affordable = RiskBudget.DEFAULT.affordable(1, 600);
          boolean enough = known <= Math.min(policy.margin(), affordable);
          if (enough || (dwelt >= 300 && known <= affordable)) {
            return new Result(End.PROMOTED, now, served);
          }
        } else {
          double affordable = RiskBudget.DEFAULT.affordable(weight + STEP, 60);
          boolean early = dwelt >= DWELL || known <= 0.002;
          if (early && (affordable >= 1 || known <= affordable)) {
            weight += STEP;
            stepped = now;
          }
        }
      }
      if (now >= GIVE_UP) {
        return new Result(End.GIVEN_UP, now, served);
      }
    }
  }

  /// Flagger's thresholds, each minute.
  ///
  /// @param forgives whether a check that passes takes back those that failed, and the one that is
  ///   too many ends the rollout at once
  static Policy thresholds(int allowed, boolean forgives) {
    return world -> {
      var flagger = new FlaggerPolicy(60, Integer.MAX_VALUE, 0.99, 500, world.bounds());
      double weight = STEP;
      long served = 0;
      int failed = 0;
      for (double now = World.TICK; ; now += World.TICK) {
        double at = now;
        served += world.tick(now, weight, scrape -> flagger.take(scrape, at));
        if (now % 60 != 0) {
          continue;
        }
        if (!forgives && failed >= allowed) {
          return new Result(End.ROLLED_BACK, now, served);
        }
        int before = flagger.failedChecks();
        flagger.look(now);
        if (flagger.failedChecks() > before) {
          failed++;
          if (forgives && failed >= allowed) {
            return new Result(End.ROLLED_BACK, now, served);
          }
        } else {
          failed = forgives ? 0 : failed;
          if (weight >= MOST - 1e-9) {
            return new Result(End.PROMOTED, now, served);
          }
          weight += STEP;
        }
      }
    };
  }

  /// A canary that stays where it is, for the guarantee.
  ///
  /// @return whether it was ever rolled back
  static boolean everRolledBack(World world, ComparisonPolicy policy, double weight, int looks) {
    var judge = new Judge(policy, world.bounds());
    for (double now = -600; now <= 0; now += World.TICK) {
      double at = now;
      world.tick(now, 0, scrape -> judge.take(scrape, at));
      judge.remember();
    }
    for (int look = 1; look <= looks; look++) {
      double now = look * World.TICK;
      world.tick(now, weight, scrape -> judge.take(scrape, now));
      if (judge.look(now) instanceof Verdict.Rollback) {
        return true;
      }
    }
    return false;
  }
}

package dev.sluice.analysis.benchmark;

import dev.sluice.analysis.benchmark.Rollout.End;
import dev.sluice.analysis.benchmark.Rollout.Policy;
import dev.sluice.analysis.benchmark.Rollout.Result;
import dev.sluice.analysis.intake.Group;
import java.util.function.Predicate;

/// How peers decide: yardsticks for the same worlds.
final class PeerPolicies {
  private static final int STEPS_A_MINUTE = 6;

  private PeerPolicies() {}

  /// Argo Rollouts with two metrics, success rate at least 99 % and a 99th percentile of at most
  /// 500 ms, measured each minute while time moves the steps. No requests are a failed measurement.
  ///
  /// @param limit `failureLimit`: more failures of one metric abort at once
  static Policy argo(int limit) {
    return world -> {
      var failed = new int[2];
      return minutes(
          world,
          points -> {
            failed[0] += points.errors(Group.CANARY, STEPS_A_MINUTE) <= 0.01 ? 0 : 1;
            failed[1] += points.duration(Group.CANARY, STEPS_A_MINUTE) <= 500 ? 0 : 1;
            return Math.max(failed[0], failed[1]) > limit;
          });
    };
  }

  /// Kayenta, asked each minute about points of ten seconds from the start on; both metrics
  /// critical.
  static Policy kayenta() {
    return world -> minutes(world, PeerPolicies::worse);
  }

  private static boolean worse(Points points) {
    return Kayenta.classify(points.errors(Group.CANARY), points.errors(Group.PRIMARY))
            != Kayenta.PASS
        || Kayenta.classify(points.durations(Group.CANARY), points.durations(Group.PRIMARY))
            != Kayenta.PASS;
  }

  private static Result minutes(World world, Predicate<Points> fails) {
    var points = new Points();
    world.tick(0, 0, points::take);
    points.forget();
    double weight = 0.1;
    long served = 0;
    for (double now = World.TICK; ; now += World.TICK) {
      served += world.tick(now, weight, points::take);
      points.step();
      if (now % 60 != 0) {
        continue;
      }
      if (fails.test(points)) {
        return new Result(End.ROLLED_BACK, now, served);
      }
      if (weight >= 0.5 - 1e-9) {
        return new Result(End.PROMOTED, now, served);
      }
      weight += 0.1;
    }
  }

  /// Kayenta as its guide wants it: a tenth of the traffic, points of a minute, judged each hour on
  /// all of them, for three hours.
  static Policy patientKayenta() {
    return world -> {
      var points = new Points();
      world.tick(0, 0, points::take);
      points.forget();
      long served = 0;
      for (double now = World.TICK; now <= 3 * 3600; now += World.TICK) {
        served += world.tick(now, 0.1, points::take);
        if (now % 60 == 0) {
          points.step();
        }
        if (now % 3600 == 0 && worse(points)) {
          return new Result(End.ROLLED_BACK, now, served);
        }
      }
      return new Result(End.PROMOTED, 3 * 3600, served);
    };
  }
}

package dev.sluice.analysis.benchmark;

import static dev.sluice.analysis.benchmark.Page.percent;
import static dev.sluice.analysis.benchmark.Page.plain;

import dev.sluice.analysis.benchmark.Rollout.End;
import dev.sluice.analysis.benchmark.Rollout.Result;
import java.util.List;
import java.util.stream.IntStream;

/// What many rollouts of one kind came to.
///
/// @param rolledBack share of them
/// @param median seconds until they were rolled back, NaN without any
/// @param late 95th percentile of those
/// @param harmed requests that failed because of the canary, on average
/// @param promoted median of the seconds to promotion, NaN without any
/// @param served requests of the canary, on average
record Summary(
    double rolledBack, double median, double late, double harmed, double promoted, double served) {

  /// Simulates them; the same for the same seed, whatever the number of threads.
  static Summary of(
      World.Service service,
      Nuisance nuisance,
      long seed,
      int scenario,
      int runs,
      Rollout.Policy policy) {
    var results =
        IntStream.range(0, runs)
            .parallel()
            .mapToObj(
                run -> policy.run(new World(service, nuisance, new Dice(seed, scenario, run))))
            .toList();
    double[] back = times(results, End.ROLLED_BACK);
    double served = results.stream().mapToLong(Result::served).average().orElse(0);
    return new Summary(
        (double) back.length / runs,
        quantile(back, 0.5),
        quantile(back, 0.95),
        served * service.more(),
        quantile(times(results, End.PROMOTED), 0.5),
        served);
  }

  private static double[] times(List<Result> results, End end) {
    return results.stream()
        .filter(result -> result.end() == end)
        .mapToDouble(Result::seconds)
        .sorted()
        .toArray();
  }

  private static double quantile(double[] sorted, double q) {
    return sorted.length == 0
        ? Double.NaN
        : sorted[(int) Math.min(sorted.length - 1, q * sorted.length)];
  }

  /// For a table.
  String cell(Regression regression) {
    if (regression == Regression.NONE) {
      return percent(rolledBack) + ", " + plain(promoted) + " s";
    }
    var times = rolledBack > 0 ? plain(median) + "/" + plain(late) + " s, " : "";
    return percent(rolledBack)
        + ", "
        + times
        + plain(regression == Regression.SLOW ? served : harmed);
  }
}

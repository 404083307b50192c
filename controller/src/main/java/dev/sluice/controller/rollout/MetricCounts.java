package dev.sluice.controller.rollout;

import dev.sluice.analysis.Look;
import dev.sluice.analysis.Look.Outcome;
import dev.sluice.analysis.Verdict;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// What the looks of one run came to, metric by metric, for those that are counted for themselves.
///
/// @param of by the name of the metric
public record MetricCounts(Map<String, Count> of) {
  static final MetricCounts NONE = new MetricCounts(Map.of());

  /// @param measured looks that had a value
  /// @param failed looks that failed
  /// @param errorsInRow looks, one after the other and the last one included, without an answer
  /// @param inconclusive looks that found no data
  public record Count(int measured, int failed, int errorsInRow, int inconclusive) {
    private static final Count NONE = new Count(0, 0, 0, 0);
  }

  public MetricCounts {
    of = Map.copyOf(of);
  }

  Count count(String metric) {
    return of.getOrDefault(metric, Count.NONE);
  }

  /// A person has let the run go on in spite of the data that were missing.
  MetricCounts decided() {
    var counts = new TreeMap<String, Count>();
    of.forEach((metric, count) ->
        counts.put(metric, new Count(count.measured(), count.failed(), count.errorsInRow(), 0)));
    return new MetricCounts(counts);
  }

  /// With one more look. A metric that is not in the spec any more, or not counted for itself any
  /// more, is forgotten.
  ///
  /// @param looks two of one name count as one; none at all where nobody could look
  /// @param metrics names of those in the spec; some may not be looked at now
  /// @param first whether this is the first look of the run: the load test that makes the traffic
  ///   may have started with it, so that its silence is nobody's fault
  MetricCounts plus(List<Look> looks, Collection<String> metrics, boolean first) {
    if (looks.isEmpty()) {
      return this;
    }
    var byMetric =
        looks.stream()
            .filter(look -> look.limits().counts())
            .collect(Collectors.groupingBy(Look::metric));
    var counts = new TreeMap<>(of);
    counts.keySet().retainAll(metrics);
    looks.forEach(look -> counts.remove(look.metric()));
    byMetric.forEach((metric, of) -> {
      var after = plus(count(metric), of, first);
      if (!after.equals(Count.NONE)) {
        counts.put(metric, after);
      }
    });
    return new MetricCounts(counts);
  }

  private static Count plus(Count before, List<Look> looks, boolean first) {
    var measured = one(looks, Look::isMeasured);
    var failed =
        one(looks, look -> look.outcome() == Outcome.FAILED && !(first && isSilence(look)));
    var inconclusive = first ? 0 : one(looks, look -> look.outcome() == Outcome.INCONCLUSIVE);
    return new Count(
        before.measured() + measured,
        before.failed() + failed,
        errorsInRow(before.errorsInRow(), looks),
        before.inconclusive() + inconclusive);
  }

  /// What was not asked says nothing about who answers.
  private static int errorsInRow(int before, List<Look> looks) {
    if (one(looks, look -> look.outcome() == Outcome.ERROR) == 1) {
      return before + 1;
    }
    return looks.stream().allMatch(MetricCounts::isUnasked) ? before : 0;
  }

  private static boolean isSilence(Look look) {
    return look.reason() == Verdict.Reason.NO_DATA;
  }

  private static boolean isUnasked(Look look) {
    return look.outcome() == Outcome.EARLY || look.outcome() == Outcome.DELAYED;
  }

  private static int one(List<Look> looks, Predicate<Look> which) {
    return looks.stream().anyMatch(which) ? 1 : 0;
  }
}

package dev.sluice.analysis.traffic;

import dev.sluice.analysis.Samples.Run;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What all series seen so far say together: who calls, at which bounds all histograms count, and
/// whether pods are told apart. Only grows, whether or not the series are still there.
final class Facts {
  private final Callers callers = new Callers();

  /// Of all histograms; null before the first.
  private @Nullable TreeSet<Double> common;

  private boolean podsApart = true;
  private long version;

  Callers callers() {
    return callers;
  }

  /// Another one means that something may count otherwise.
  long version() {
    return version;
  }

  void learn(RequestSeries series, Sides sides) {
    sides.of(series).ifPresent(group -> version += callers.learn(series, group) ? 1 : 0);
  }

  /// @param buckets of these sides, whole histograms
  void learn(Collection<Run> buckets) {
    var byHistogram = new HashMap<Map<String, String>, Set<Double>>();
    for (var run : buckets) {
      double bound = run.bound();
      if (!Double.isNaN(bound)) {
        var rest = new HashMap<>(run.labels());
        rest.remove("le");
        byHistogram.computeIfAbsent(rest, _ -> new HashSet<>()).add(bound);
      }
    }
    for (var bounds : byHistogram.values()) {
      if (common == null) {
        common = new TreeSet<>(bounds);
        version++;
      } else {
        version += common.retainAll(bounds) ? 1 : 0;
      }
    }
  }

  /// Something is counted where pods are not told apart.
  void countsWithoutPod() {
    podsApart = false;
  }

  /// Whether all that counts is counted by pods that can be told apart.
  boolean podsApart() {
    return podsApart;
  }

  /// The bounds that all histograms have, ascending, the last infinite; or none.
  double[] bounds() {
    return common == null || common.size() < 2 || common.getLast() != Double.POSITIVE_INFINITY
        ? new double[0]
        : common.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /// Those of a histogram's series that belong to one of the sides.
  static List<Run> of(Sides sides, Collection<Run> buckets) {
    var own = new ArrayList<Run>();
    for (var run : buckets) {
      if (sides.of(RequestSeries.of(run.labels())).isPresent()) {
        own.add(run);
      }
    }
    return own;
  }
}

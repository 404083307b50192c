package dev.sluice.analysis.compare;

import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// At which bounds of a histogram latencies are compared. Counts at a bound are exact, where a
/// quantile between two bounds is a guess.
final class Latencies {
  /// Bounds are wanted beyond which about this share of the primary's requests lies.
  private static final double[] WANTED = {0.2, 0.05, 0.01};

  static final int MOST_CHOSEN = WANTED.length;
  private static final double LEAST = 0.0005;
  private static final double MOST = 0.35;

  private Latencies() {}

  /// The indices of the bounds nearest to the wanted shares, ascending. A primary whose requests
  /// are all faster than the histogram can tell is compared at the first bound that hardly any of
  /// them exceeds; without that a release a hundred times slower would pass. Possibly none.
  ///
  /// @param slower share of the primary's requests beyond each bound; NaN where nothing is known
  static List<Integer> choose(double[] slower) {
    var chosen = new TreeSet<Integer>();
    for (double wanted : WANTED) {
      int best = -1;
      for (int i = 0; i < slower.length; i++) {
        if (slower[i] >= LEAST
            && slower[i] <= MOST
            && (best < 0 || distance(slower[i], wanted) < distance(slower[best], wanted))) {
          best = i;
        }
      }
      if (best >= 0) {
        chosen.add(best);
      }
    }
    return chosen.isEmpty() ? fastest(slower) : List.copyOf(chosen);
  }

  private static List<Integer> fastest(double[] slower) {
    for (int i = 0; i < slower.length; i++) {
      if (slower[i] < LEAST) {
        return List.of(i);
      }
    }
    return List.of();
  }

  private static double distance(double share, double wanted) {
    return Math.abs(StrictMath.log(share / wanted));
  }

  /// The bound nearest to an objective in ratio, -1 without any.
  ///
  /// @param bounds in milliseconds, ascending, without the last that has no bound
  static int nearest(double[] bounds, @Nullable Double objective) {
    int best = -1;
    for (int i = 0; objective != null && i < bounds.length; i++) {
      if (best < 0 || distance(bounds[i], objective) < distance(bounds[best], objective)) {
        best = i;
      }
    }
    return best;
  }

  /// The indices of bounds that somebody asked for.
  ///
  /// @throws IllegalArgumentException for one that the histogram does not have, naming those it has
  static List<Integer> find(double[] bounds, List<Double> asked) {
    var found = new TreeSet<Integer>();
    for (double bound : asked) {
      int index = Arrays.binarySearch(bounds, bound);
      if (index < 0) {
        throw new IllegalArgumentException(
            "no bucket ends at %s; there are %s ms"
                .formatted(
                    Words.milliseconds(bound),
                    Arrays.stream(bounds)
                        .mapToObj(Words::number)
                        .collect(Collectors.joining(", "))));
      }
      found.add(index);
    }
    return List.copyOf(found);
  }
}

package dev.sluice.controller.compare;

import dev.sluice.analysis.Samples.Run;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Series, cut. Pure.
final class Runs {
  private Runs() {}

  /// @param time in milliseconds since 1970, exclusive
  static List<Run> after(long time, List<Run> runs) {
    var after = new ArrayList<Run>();
    for (var run : runs) {
      int from = 0;
      while (from < run.times().length && run.times()[from] <= time) {
        from++;
      }
      int to = run.times().length;
      if (from == 0 && to > 0) {
        after.add(run);
      } else if (from < to) {
        after.add(
            new Run(
                run.labels(),
                Arrays.copyOfRange(run.times(), from, to),
                Arrays.copyOfRange(run.values(), from, to)));
      }
    }
    return after;
  }
}

package dev.sluice.controller.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// What happened in a life, line by line: the time, who, what.
final class Chronicle {
  private static final int LONGEST = 400;
  private static final int LONGEST_REPEATED = 8;

  private final boolean kept;
  private final Instant begin;
  private final List<String> lines = new ArrayList<>();

  /// @param kept whether anything is written down, which costs more than what happens
  Chronicle(boolean kept, Instant begin) {
    this.kept = kept;
    this.begin = begin;
  }

  /// @param who such as `people`, `world` or `sluice`
  void note(Instant at, String who, Supplier<String> what) {
    if (kept) {
      Duration time = Duration.between(begin, at);
      String text = what.get();
      lines.add(
          "%02d:%02d.%03d %-7s %s"
              .formatted(
                  time.toMinutes(),
                  time.toSecondsPart(),
                  time.toMillisPart(),
                  who,
                  text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…"));
    }
  }

  /// The last lines, at most so many, where what happens again and again is told once.
  String last(int most) {
    List<String> told = folded();
    return String.join("\n", told.subList(Math.max(0, told.size() - most), told.size()));
  }

  private List<String> folded() {
    List<String> what = lines.stream().map(Chronicle::timeless).toList();
    List<String> told = new ArrayList<>();
    for (int i = 0; i < lines.size(); ) {
      int period = period(what, i);
      int end = i + period;
      while (end + period <= what.size()
          && what.subList(end, end + period).equals(what.subList(i, i + period))) {
        end += period;
      }
      told.addAll(lines.subList(i, i + period));
      int again = (end - i) / period - 1;
      if (again == 1) {
        end -= period;
      } else if (again > 1) {
        told.add(
            "  … and so %d times more, until %s"
                .formatted(again, lines.get(end - 1).substring(0, 9)));
      }
      i = end;
    }
    return told;
  }

  /// How many lines from here on come again at once, thrice at least; 1 where none do.
  private static int period(List<String> what, int from) {
    for (int period = 1; period <= LONGEST_REPEATED; period++) {
      int last = from + 3 * period;
      if (last <= what.size()
          && what.subList(from, from + period)
              .equals(what.subList(from + period, from + 2 * period))
          && what.subList(from, from + period).equals(what.subList(from + 2 * period, last))) {
        return period;
      }
    }
    return 1;
  }

  private static String timeless(String line) {
    return line.substring(9).replaceAll("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z", "");
  }
}

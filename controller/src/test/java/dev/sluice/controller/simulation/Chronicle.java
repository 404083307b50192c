package dev.sluice.controller.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// What happened in a life, line by line: the time, who, what.
final class Chronicle {
  private static final int LONGEST = 400;

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

  /// The last lines, at most so many.
  String last(int most) {
    return String.join("\n", lines.subList(Math.max(0, lines.size() - most), lines.size()));
  }
}

package dev.sluice.playground.sample;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// What the app of one pod has printed since one start. The oldest lines are forgotten when there
/// are too many. Thread-safe, never blocks.
public final class AppLog {
  private static final int MOST_LINES = 5_000;
  private static final int LONGEST = 1_000;

  private final Deque<Line> lines = new ArrayDeque<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private long next;
  private boolean ended;

  /// @param number counts from 0 in the order of printing
  /// @param text without a line break
  public record Line(long number, Instant at, String text) {}

  /// One that never says anything.
  public static AppLog silent() {
    var log = new AppLog();
    log.end();
    return log;
  }

  void print(Instant at, String text) {
    var whole = text.codePoints().map(c -> Character.isISOControl(c) ? '?' : c);
    var shown =
        whole.collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append);
    shown.setLength(Math.min(shown.length(), LONGEST));
    synchronized (this) {
      lines.addLast(new Line(next++, at, shown.toString()));
      if (lines.size() > MOST_LINES) {
        lines.removeFirst();
      }
    }
    listeners.forEach(Runnable::run);
  }

  void end() {
    synchronized (this) {
      ended = true;
    }
    listeners.forEach(Runnable::run);
  }

  /// Whether nothing will be added any more.
  public synchronized boolean ended() {
    return ended;
  }

  /// The lines that are still known.
  public synchronized List<Line> lines() {
    return List.copyOf(lines);
  }

  /// The oldest known lines from this number on, at most so many.
  public synchronized List<Line> from(long number, int most) {
    var found = new ArrayList<Line>();
    for (var line : lines) {
      if (line.number() >= number && found.size() < most) {
        found.add(line);
      }
    }
    return found;
  }

  /// @param listener is called, on any thread, when there is a new line or the end; must not block
  /// @return ends it
  public Runnable listen(Runnable listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}

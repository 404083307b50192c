package dev.sluice.analysis;

import java.time.Duration;
import java.time.Instant;

/// How far back a query may look without judging a revision by the one before it. Pure.
public sealed interface Window {

  /// @param length whole seconds, at least one
  record Of(Duration length) implements Window {}

  /// The revision has not had traffic for long enough for a rate to exist.
  record TooEarly(Duration seen, Duration needed) implements Window {}

  /// The metric's interval, cut at the revision's first traffic. A rate needs two scrapes inside
  /// the window, and the first may be almost one scrape interval late, hence the wait of two.
  ///
  /// @param interval what the metric asks for
  /// @param since when the revision first got traffic
  /// @param scrape how often the source collects
  static Window cut(Duration interval, Instant since, Instant now, Duration scrape) {
    var seen = Duration.between(since, now);
    var needed = scrape.multipliedBy(2);
    if (needed.compareTo(interval) > 0) {
      needed = interval;
    }
    if (seen.compareTo(needed) < 0 || seen.toSeconds() < 1) {
      var shown = seen.isNegative() ? Duration.ZERO : seen;
      var least = needed.toSeconds() < 1 ? Duration.ofSeconds(1) : needed;
      return new TooEarly(shown, least);
    }
    var length = seen.compareTo(interval) < 0 ? seen : interval;
    return new Of(Duration.ofSeconds(Math.max(1, length.toSeconds())));
  }

  /// As Prometheus writes durations, with milliseconds only where they are needed: `1m`, `1m30s`,
  /// `2h`, `500ms`.
  static String promql(Duration duration) {
    var text = new StringBuilder();
    append(text, duration.toHours(), "h");
    append(text, duration.toMinutesPart(), "m");
    append(text, duration.toSecondsPart(), "s");
    append(text, duration.toMillisPart(), "ms");
    return text.isEmpty() ? "0s" : text.toString();
  }

  private static void append(StringBuilder text, long amount, String unit) {
    if (amount > 0) {
      text.append(amount).append(unit);
    }
  }
}

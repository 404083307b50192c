package dev.sluice.playground.metrics;

import java.util.OptionalLong;
import java.util.regex.Pattern;

/// Durations as Prometheus writes them, such as `1m30s`.
final class Durations {
  private static final Pattern PART = Pattern.compile("([0-9]+)(ms|[smhdwy])");
  private static final Pattern WHOLE =
      Pattern.compile(
          "(?:[0-9]+y)?(?:[0-9]+w)?(?:[0-9]+d)?(?:[0-9]+h)?(?:[0-9]+m)?(?:[0-9]+s)?(?:[0-9]+ms)?");

  private Durations() {}

  /// @return milliseconds; nothing for a text that is no duration, is zero or longer than a century
  static OptionalLong millis(String text) {
    if (text.isEmpty() || text.length() > 40 || !WHOLE.matcher(text).matches()) {
      return OptionalLong.empty();
    }
    var millis = 0.0;
    var part = PART.matcher(text);
    while (part.find()) {
      millis += Double.parseDouble(part.group(1)) * unit(part.group(2));
    }
    return millis > 0 && millis <= 100 * unit("y")
        ? OptionalLong.of((long) millis)
        : OptionalLong.empty();
  }

  private static double unit(String name) {
    return switch (name) {
      case "ms" -> 1;
      case "s" -> 1_000;
      case "m" -> 60_000;
      case "h" -> 3_600_000;
      case "d" -> 86_400_000;
      case "w" -> 604_800_000;
      default -> 31_536_000_000.0;
    };
  }
}

package dev.sluice.analysis;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/// How far back a PromQL query looks by its own ranges, such as the `[5m]` of `rate(x[5m])`. Pure.
final class Lookback {
  private static final Map<String, Duration> UNITS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1),
          "w", Duration.ofDays(7),
          "y", Duration.ofDays(365));

  /// Strings and comments are passed over. A range with an offset looks into the past on purpose.
  private static final Pattern RANGE =
      Pattern.compile(
          "\"(?:[^\"\\\\]|\\\\.)*+\"|'(?:[^'\\\\]|\\\\.)*+'|`[^`]*+`|#[^\\n]*+"
              + "|\\[\\s*(?<range>[0-9][0-9a-z]*)\\s*(?::[^\\]]*)?\\](?!\\s*offset\\b)",
          Pattern.DOTALL);

  private static final Pattern PART = Pattern.compile("([0-9]{1,9})(ms|[smhdwy]|)");

  private Lookback() {}

  /// The longest range of a query; zero when it has none.
  static Duration of(String query) {
    var longest = Duration.ZERO;
    var ranges = RANGE.matcher(query);
    while (ranges.find()) {
      var range = ranges.group("range");
      if (range != null) {
        var length = length(range);
        longest = length.compareTo(longest) > 0 ? length : longest;
      }
    }
    return longest;
  }

  private static Duration length(String range) {
    var sum = Duration.ZERO;
    var parts = PART.matcher(range);
    while (parts.find()) {
      var unit = UNITS.getOrDefault(parts.group(2), Duration.ZERO);
      sum = sum.plus(unit.multipliedBy(Long.parseLong(parts.group(1))));
    }
    return sum;
  }
}

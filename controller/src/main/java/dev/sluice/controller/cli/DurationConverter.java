package dev.sluice.controller.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Durations as Kubernetes users write them: `500ms`, `10s`, `1m30s`, `2h`.
final class DurationConverter implements ITypeConverter<Duration> {
  private static final Pattern SHAPE =
      Pattern.compile("(?:(\\d{1,4})h)?(?:(\\d{1,6})m(?!s))?(?:(\\d{1,7})s)?(?:(\\d{1,9})ms)?");

  @Override
  public Duration convert(String text) {
    Matcher parts = SHAPE.matcher(text);
    if (text.isEmpty() || !parts.matches()) {
      throw new TypeConversionException("'" + text + "' is not a duration such as 10s or 1m30s");
    }
    return Duration.ofHours(number(parts, 1))
        .plusMinutes(number(parts, 2))
        .plusSeconds(number(parts, 3))
        .plusMillis(number(parts, 4));
  }

  private static long number(Matcher parts, int group) {
    String digits = parts.group(group);
    return digits == null ? 0 : Long.parseLong(digits);
  }
}

package dev.sluice.playground.api;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;

/// Durations as kubectl users know them: `5s`, `3m20s`, `2d4h`. Pure.
final class Ages {
  private Ages() {}

  /// How long ago a time was; `<unknown>` when it is none, `<invalid>` when it is to come.
  static String since(String time, Instant now) {
    if (time.isEmpty()) {
      return "<unknown>";
    }
    try {
      return of(Duration.between(OffsetDateTime.parse(time).toInstant(), now));
    } catch (DateTimeException _) {
      return "<invalid>";
    }
  }

  static String of(Duration age) {
    long seconds = age.toSeconds();
    if (seconds < -1) {
      return "<invalid>";
    }
    if (seconds < 0) {
      return "0s";
    }
    if (seconds < 60 * 2) {
      return seconds + "s";
    }
    long minutes = seconds / 60;
    if (minutes < 10) {
      return minutes + "m" + rest(seconds % 60, "s");
    }
    if (minutes < 60 * 3) {
      return minutes + "m";
    }
    long hours = minutes / 60;
    if (hours < 8) {
      return hours + "h" + rest(minutes % 60, "m");
    }
    if (hours < 48) {
      return hours + "h";
    }
    if (hours < 24 * 8) {
      return hours / 24 + "d" + rest(hours % 24, "h");
    }
    long days = hours / 24;
    if (days < 365 * 2) {
      return days + "d";
    }
    if (days < 365 * 8) {
      return days / 365 + "y" + rest(days % 365, "d");
    }
    return days / 365 + "y";
  }

  private static String rest(long count, String unit) {
    return count == 0 ? "" : count + unit;
  }
}

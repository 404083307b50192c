package dev.sluice.playground.schema;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;

/// The string formats that the server checks; any other format says nothing.
final class Formats {
  private static final Pattern GO_DURATION =
      Pattern.compile(
          "[-+]?(0|([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)([0-9.]+(ns|us|µs|μs|ms|s|m|h))*)");
  private static final Pattern SPOKEN_DURATION =
      Pattern.compile(
          "\\s*\\d+(\\.\\d+)?\\s*(ns|nanos?|nanoseconds?|us|µs|micros?|microseconds?|ms|millis?|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?)\\s*",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern UUID =
      Pattern.compile("(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}");
  private static final Pattern IPV4 =
      Pattern.compile("((25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.|$)){4}");
  private static final Pattern BASE64 =
      Pattern.compile("([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?");
  private static final Pattern HOSTNAME =
      Pattern.compile(
          "[a-zA-Z0-9]([-a-zA-Z0-9]{0,62}[a-zA-Z0-9])?(\\.[a-zA-Z0-9]([-a-zA-Z0-9]{0,62}[a-zA-Z0-9])?)*\\.?");

  private Formats() {}

  static boolean fits(String format, String text) {
    return switch (format) {
      case "date-time", "datetime" -> parses(() -> OffsetDateTime.parse(text));
      case "date" -> parses(() -> LocalDate.parse(text));
      case "duration" ->
          GO_DURATION.matcher(text).matches() || SPOKEN_DURATION.matcher(text).matches();
      case "uuid" -> UUID.matcher(text).matches();
      case "ipv4" -> IPV4.matcher(text).matches();
      case "ipv6" -> text.contains(":") && text.matches("[0-9a-fA-F:.]{2,45}");
      case "cidr" -> text.matches("[0-9a-fA-F:.]+/\\d{1,3}");
      case "byte" -> BASE64.matcher(text).matches();
      case "hostname" -> text.length() <= 255 && HOSTNAME.matcher(text).matches();
      case "email" -> text.matches("[^@\\s]+@[^@\\s]+");
      case "uri" -> isUri(text);
      default -> true;
    };
  }

  private static boolean parses(Runnable parsing) {
    try {
      parsing.run();
      return true;
    } catch (DateTimeParseException _) {
      return false;
    }
  }

  private static boolean isUri(String text) {
    try {
      return new URI(text).isAbsolute() || text.startsWith("/");
    } catch (URISyntaxException _) {
      return false;
    }
  }
}

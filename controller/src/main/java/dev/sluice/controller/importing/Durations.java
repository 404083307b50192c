package dev.sluice.controller.importing;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Times as Argo Rollouts writes them, a number of seconds or such as `1h30m`, and as a Canary
/// does.
final class Durations {
  private static final Pattern TERM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(h|ms|m|s)");
  private static final Pattern ALL = Pattern.compile("(?:" + TERM.pattern() + "){1,4}");

  private Durations() {}

  /// In whole seconds, rounded up; empty for what is no time.
  static OptionalLong seconds(String text) {
    if (text.matches("\\d{1,9}")) {
      return OptionalLong.of(Long.parseLong(text));
    }
    if (!ALL.matcher(text).matches()) {
      return OptionalLong.empty();
    }
    double seconds = 0;
    for (Matcher term = TERM.matcher(text); term.find(); ) {
      seconds +=
          Double.parseDouble(term.group(1))
              * switch (term.group(2)) {
                case "h" -> 3600;
                case "m" -> 60;
                case "s" -> 1;
                default -> 0.001;
              };
    }
    return OptionalLong.of((long) Math.ceil(seconds));
  }

  /// In minutes where they are whole, else in seconds.
  static String text(long seconds) {
    return seconds > 0 && seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }
}

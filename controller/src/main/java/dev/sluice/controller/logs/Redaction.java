package dev.sluice.controller.logs;

import java.util.regex.Pattern;

/// The last net below a rule: no secret is given to a log call. What looks like one all the same,
/// in the message of some library's exception, is masked.
final class Redaction {
  private static final String MASK = "***";

  private static final Pattern USER_INFO = Pattern.compile("(://)[^/\\s\"'@]{1,512}@");

  private static final Pattern AUTHORIZATION =
      Pattern.compile("(?i)\\b(bearer|basic)\\s+[A-Za-z0-9+/=._~-]{6,}");

  private static final Pattern ASSIGNED =
      Pattern.compile(
          "(?i)\\b(password|passwd|token|secret|api[_-]?key|access[_-]?key|client[_-]?secret)"
              + "([\"']?\\s*[=:]\\s*[\"']?)[^\\s\"'&,;}]{3,}");

  /// Slack's hooks are secrets in their path.
  private static final Pattern SLACK =
      Pattern.compile("(hooks\\.slack\\.com/(?:services|workflows)/)[A-Za-z0-9/_-]+");

  private static final Pattern PRIVATE_KEY =
      Pattern.compile(
          "-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)",
          Pattern.DOTALL);

  private Redaction() {}

  static String mask(String text) {
    String masked = USER_INFO.matcher(text).replaceAll("$1" + MASK + "@");
    masked = AUTHORIZATION.matcher(masked).replaceAll("$1 " + MASK);
    masked = ASSIGNED.matcher(masked).replaceAll("$1$2" + MASK);
    masked = SLACK.matcher(masked).replaceAll("$1" + MASK);
    return PRIVATE_KEY.matcher(masked).replaceAll(MASK);
  }
}

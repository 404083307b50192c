package dev.sluice.gitops.fetch;

import java.util.List;
import java.util.regex.Pattern;

/// Makes text from a server or a library fit for a status that everybody may read.
final class Redaction {
  private static final Pattern USER_INFO =
      Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*://)[^/@\\s]*@");
  private static final Pattern CONTROLS = Pattern.compile("[\\p{Cntrl}\\s]+");
  private static final int LONGEST = 300;

  private Redaction() {}

  static String withoutUserInfo(String text) {
    return USER_INFO.matcher(text).replaceAll("$1");
  }

  /// One line of at most 300 characters without user information and without any of the secrets.
  static String clean(String text, List<String> secrets) {
    String clean = withoutUserInfo(text);
    for (String secret : secrets) {
      if (!secret.isBlank()) {
        clean = clean.replace(secret, "…");
      }
    }
    clean = CONTROLS.matcher(clean).replaceAll(" ").strip();
    return clean.length() <= LONGEST ? clean : clean.substring(0, LONGEST) + "…";
  }
}

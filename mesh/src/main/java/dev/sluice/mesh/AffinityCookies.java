package dev.sluice.mesh;

import dev.sluice.crds.Analysis.SessionAffinity;
import dev.sluice.crds.Canary;
import dev.sluice.mesh.Split.Affinity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The cookies that keep a user on one side, as texts: how they are handed out, how their holders
/// are told, and what of them browsers would not obey. Cookies are `name=value`.
final class AffinityCookies {
  /// As Flagger writes it.
  static final String COOKIE = "Cookie";

  static final String SET_COOKIE = "Set-Cookie";

  private AffinityCookies() {}

  /// A rule for the holders of a cookie.
  ///
  /// @param canary whether the canary gets all that they ask
  record Rule(String cookie, boolean canary) {}

  /// Name and value in this order, wherever they stand among the caller's cookies. The value is
  /// random, so that it is part of no other.
  static String pattern(String cookie) {
    int end = cookie.indexOf('=');
    return ".*" + cookie.substring(0, end) + ".*" + cookie.substring(end + 1) + ".*";
  }

  /// The cookie that a pattern asks for, if it is one of those of the Canary.
  static Optional<String> of(SessionAffinity asked, @Nullable String pattern) {
    return Optional.ofNullable(asked.primaryCookieName())
        .flatMap(name -> held(name, pattern))
        .or(() -> held(asked.cookieName(), pattern));
  }

  private static Optional<String> held(String name, @Nullable String regex) {
    Matcher matcher =
        Pattern.compile("\\.\\*" + Pattern.quote(name) + "\\.\\*([A-Za-z0-9]+)\\.\\*")
            .matcher(regex == null ? "" : regex);
    return matcher.matches() ? Optional.of(name + "=" + matcher.group(1)) : Optional.empty();
  }

  /// Browsers take back only a cookie that has the attributes with which it was set.
  static String setCookie(SessionAffinity asked, String cookie, String age) {
    StringBuilder text = new StringBuilder(cookie).append("; Max-Age=").append(age);
    attribute(text, "Domain", asked.domain());
    text.append(asked.httpOnly() ? "; HttpOnly" : "");
    text.append(asked.partitioned() ? "; Partitioned" : "");
    attribute(text, "Path", asked.path());
    attribute(text, "SameSite", asked.sameSite());
    return text.append(asked.secure() ? "; Secure" : "").toString();
  }

  private static void attribute(StringBuilder text, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      text.append("; ").append(name).append('=').append(value);
    }
  }

  /// How users are kept by these rules; empty where they contradict each other.
  static Optional<Affinity> read(Canary app, List<Rule> rules) {
    SessionAffinity asked = app.spec().analysis().sessionAffinity();
    List<String> canary = new ArrayList<>();
    List<String> primary = new ArrayList<>();
    List<String> ended = new ArrayList<>();
    for (Rule rule : rules) {
      if (asked != null) {
        boolean ofCanary = rule.cookie.startsWith(asked.cookieName() + "=");
        (ofCanary ? rule.canary ? canary : ended : primary).add(rule.cookie);
      }
    }
    if (canary.size() + ended.size() > 1 || primary.size() > 1) {
      return Optional.empty();
    }
    if (!canary.isEmpty()) {
      return Optional.of(new Affinity.Kept(canary.getFirst(), primary.stream().findFirst()));
    }
    return Optional.of(ended.isEmpty() ? Affinity.NONE : new Affinity.Ended(ended.getFirst()));
  }

  /// What of the affinity a mesh would refuse, or browsers would not obey.
  static void problems(Canary app, Findings found) {
    SessionAffinity asked = app.spec().analysis().sessionAffinity();
    if (asked == null) {
      return;
    }
    String field = "spec.analysis.sessionAffinity";
    cookieName(field + ".cookieName", asked.cookieName(), found);
    if (asked.primaryCookieName() != null) {
      cookieName(field + ".primaryCookieName", asked.primaryCookieName(), found);
    }
    attributeText(field + ".domain", asked.domain(), found);
    attributeText(field + ".path", asked.path(), found);
    if ("None".equals(asked.sameSite()) && !asked.secure()) {
      found.add(field + ".secure", "browsers drop a cookie with SameSite=None that is not Secure");
    }
    if (asked.partitioned() && !asked.secure()) {
      found.add(field + ".secure", "browsers drop a partitioned cookie that is not Secure");
    }
  }

  private static void cookieName(String field, String name, Findings found) {
    // it becomes part of a regular expression, too
    if (!name.matches("[A-Za-z0-9_-]{1,64}")) {
      found.add(field, "is 1 to 64 letters, digits, dashes and underscores, not '" + name + "'");
    }
  }

  private static void attributeText(String field, @Nullable String value, Findings found) {
    if (value != null && !value.matches("[^;,\\s\\p{Cntrl}%]*")) {
      found.add(field, "must not have blanks, semicolons, commas or percent signs");
    }
  }
}

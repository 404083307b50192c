package dev.sluice.playground.network;

import java.util.Locale;

/// How Istio reads host names: a name without a dot belongs to the namespace of the object that
/// says it, any other is a full name.
final class Names {
  static final String DOMAIN = "svc.cluster.local";

  private Names() {}

  static String full(String name, String namespace) {
    return name + "." + namespace + "." + DOMAIN;
  }

  static String complete(String host, String namespace) {
    var lower = lower(host);
    return lower.indexOf('.') < 0 && !lower.equals("*") ? full(lower, namespace) : lower;
  }

  static boolean isWildcard(String host) {
    return host.startsWith("*");
  }

  /// @param pattern `*`, `*.example.com` or a plain name
  static boolean covers(String pattern, String host) {
    return isWildcard(pattern)
        ? pattern.equals("*")
            || (host.length() >= pattern.length() && host.endsWith(pattern.substring(1)))
        : pattern.equals(host);
  }

  static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}

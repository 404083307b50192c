package dev.sluice.playground.admission;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/// Which names Istio takes for hosts, namespaces, gateways and labels.
final class Names {
  private static final String LABEL = "[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?";
  private static final Pattern PLAIN = Pattern.compile(LABEL);
  private static final Pattern WILDCARD = Pattern.compile("\\*|(?:\\*|\\*-)?" + LABEL);
  private static final Pattern KEY =
      Pattern.compile(
          "(" + LABEL + "(?:\\." + LABEL + ")*/)?((?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])");
  private static final Pattern VALUE =
      Pattern.compile("(?:(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?");
  private static final int LONGEST_LABEL = 63;
  private static final int LONGEST_HOST = 255;
  private static final int LONGEST_PREFIX = 253;

  private Names() {}

  static boolean isLabel(String text) {
    return text.length() <= LONGEST_LABEL && PLAIN.matcher(text).matches();
  }

  /// A full name, without wildcards.
  static Optional<String> problemOfName(String name) {
    return lengthProblem(name).or(() -> labelsProblem(name));
  }

  /// A name whose first label may be a wildcard.
  static Optional<String> problemOfHost(String host) {
    var length = lengthProblem(host);
    if (length.isPresent()) {
      return length;
    }
    var dot = host.indexOf('.');
    var first = dot < 0 ? host : host.substring(0, dot);
    if (first.length() > LONGEST_LABEL || !WILDCARD.matcher(first).matches()) {
      return Optional.of(invalid(host, first));
    }
    return dot < 0 ? Optional.empty() : labelsProblem(host.substring(dot + 1));
  }

  private static Optional<String> lengthProblem(String name) {
    if (name.length() > LONGEST_HOST) {
      return Optional.of("domain name " + quoted(name) + " too long (max 255)");
    }
    return name.isEmpty() ? Optional.of("empty domain name not allowed") : Optional.empty();
  }

  private static Optional<String> labelsProblem(String domain) {
    var labels = domain.split("\\.", -1);
    var top = labels[labels.length - 1];
    if (top.matches("[+-]?[0-9]{1,18}")) {
      return Optional.of(
          "domain name %s invalid (top level domain %s cannot be all-numeric)"
              .formatted(quoted(domain), quoted(top)));
    }
    for (var i = 0; i < labels.length; i++) {
      // A full name may end with a dot.
      if (i == labels.length - 1 && labels[i].isEmpty()) {
        return Optional.empty();
      }
      if (!isLabel(labels[i])) {
        return Optional.of(invalid(domain, labels[i]));
      }
    }
    return Optional.empty();
  }

  private static String invalid(String domain, String label) {
    return "domain name %s invalid (label %s invalid)".formatted(quoted(domain), quoted(label));
  }

  /// Numbers only; nothing is looked up.
  static boolean isAddress(String text) {
    if (!text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}")
        && !(text.contains(":") && text.matches("[0-9a-fA-F:.]+"))) {
      return false;
    }
    try {
      InetAddress.getByName(text);
      return true;
    } catch (UnknownHostException e) {
      return false;
    }
  }

  static Optional<String> problemOfSubnet(String subnet) {
    var slash = subnet.indexOf('/');
    if (slash < 0 || slash != subnet.lastIndexOf('/')) {
      return isAddress(subnet) ? Optional.empty() : Optional.of(subnet + " is not a valid IP");
    }
    var bits = subnet.substring(slash + 1);
    var most = subnet.contains(":") ? 128 : 32;
    return isAddress(subnet.substring(0, slash))
            && bits.matches("0|[1-9][0-9]{0,2}")
            && Integer.parseInt(bits) <= most
        ? Optional.empty()
        : Optional.of(subnet + " is not a valid CIDR block");
  }

  /// Labels of pods.
  static Optional<String> problemOfKey(String key) {
    var parts = KEY.matcher(key);
    if (!parts.matches()) {
      return Optional.of("invalid tag key: " + quoted(key));
    }
    var prefix = parts.group(1);
    if (prefix != null && prefix.length() - 1 > LONGEST_PREFIX) {
      return Optional.of("invalid tag key: " + quoted(key) + " (DNS prefix is too long)");
    }
    return parts.group(2).length() > LONGEST_LABEL
        ? Optional.of("invalid tag key: " + quoted(key) + " (name is too long)")
        : Optional.empty();
  }

  static Optional<String> problemOfValue(String value) {
    return VALUE.matcher(value).matches()
        ? Optional.empty()
        : Optional.of("invalid tag value: " + quoted(value));
  }

  /// Whether some host fits both.
  static boolean overlap(String one, String other) {
    var wild = one.startsWith("*");
    var otherWild = other.startsWith("*");
    if (wild && otherWild) {
      var a = one.substring(1);
      var b = other.substring(1);
      return a.length() < b.length() ? b.endsWith(a) : a.endsWith(b);
    }
    return wild
        ? other.endsWith(one.substring(1))
        : otherWild ? one.endsWith(other.substring(1)) : one.equals(other);
  }

  static boolean within(String host, String outer) {
    if (!outer.startsWith("*")) {
      return host.equals(outer);
    }
    return host.startsWith("*")
        ? host.length() >= outer.length() && host.substring(1).endsWith(outer.substring(1))
        : host.endsWith(outer.substring(1));
  }

  /// As messages show text.
  static String quoted(String text) {
    var quoted = new StringBuilder("\"");
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '"' -> quoted.append("\\\"");
            case '\\' -> quoted.append("\\\\");
            case '\n' -> quoted.append("\\n");
            case '\t' -> quoted.append("\\t");
            case '\r' -> quoted.append("\\r");
            default -> quoted.appendCodePoint(c);
          }
        });
    return quoted.append('"').toString();
  }
}

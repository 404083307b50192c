package dev.sluice.playground.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Which values Istio takes in fields of one kind: ports, durations, percentages, expressions.
final class Values {
  private static final int LONGEST_REGEX = 1024;
  private static final java.util.regex.Pattern DURATION_PART =
      java.util.regex.Pattern.compile("([0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|ms|s|m|h)");
  private static final BigDecimal MILLI = new BigDecimal("1000000");

  private Values() {}

  static void port(long number, Findings found) {
    if (number < 1 || number > 65_535) {
      found.error("port number " + number + " must be in the range 1..65535");
    }
  }

  /// A duration that is given must be whole milliseconds, and at least one.
  static void duration(JsonNode value, Findings found) {
    if (!value.isTextual()) {
      return;
    }
    var nanos = nanos(value.asText());
    if (nanos.isEmpty()) {
      found.error("time: invalid duration " + Names.quoted(value.asText()));
    } else if (nanos.get().compareTo(MILLI) < 0) {
      found.error("duration must be greater than 1ms");
    } else if (nanos.get().remainder(MILLI).signum() != 0) {
      found.error("only durations to ms precision are supported");
    }
  }

  static boolean isZero(JsonNode duration) {
    return nanos(duration.asText())
        .map(n -> n.compareTo(MILLI) < 0 && n.signum() >= 0)
        .orElse(false);
  }

  static boolean hasPartsOfSeconds(JsonNode duration) {
    return nanos(duration.asText())
        .map(n -> n.remainder(BigDecimal.valueOf(Duration.ofSeconds(1).toNanos())).signum() > 0)
        .orElse(false);
  }

  private static Optional<BigDecimal> nanos(String text) {
    var negative = text.startsWith("-");
    var rest = negative || text.startsWith("+") ? text.substring(1) : text;
    if (rest.equals("0")) {
      return Optional.of(BigDecimal.ZERO);
    }
    var parts = DURATION_PART.matcher(rest);
    var total = BigDecimal.ZERO;
    var end = 0;
    while (parts.find() && parts.start() == end) {
      total = total.add(new BigDecimal(parts.group(1)).multiply(unit(parts.group(2))));
      end = parts.end();
    }
    return end == 0 || end < rest.length()
        ? Optional.empty()
        : Optional.of(negative ? total.negate() : total);
  }

  private static BigDecimal unit(String unit) {
    return BigDecimal.valueOf(
        switch (unit) {
          case "ns" -> 1L;
          case "us", "µs" -> 1_000L;
          case "ms" -> 1_000_000L;
          case "s" -> 1_000_000_000L;
          case "m" -> 60_000_000_000L;
          default -> 3_600_000_000_000L;
        });
  }

  static void percent(JsonNode value, Findings found) {
    var number = value.asInt(0);
    if (number < 0 || number > 100) {
      found.error("percentage " + number + " is not in range 0..100");
    }
  }

  /// Of a fault: 0, or something that can happen.
  static void share(JsonNode percentage, Findings found) {
    if (!percentage.isObject()) {
      return;
    }
    var value = percentage.path("value").asDouble(0);
    if (value < 0 || value > 100 || (value > 0 && value < 0.0001)) {
      found.error(
          "percentage %s is neither 0.0, nor in range [0.0001, 100.0]".formatted(shortest(value)));
    }
  }

  /// As Go prints a number: without a fraction that is zero.
  private static String shortest(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e21) {
      return BigDecimal.valueOf(value).toBigInteger().toString();
    }
    if (Math.abs(value) < 1e-4) {
      var text = String.format(Locale.ROOT, "%s", value);
      var e = text.indexOf('E');
      if (e > 0) {
        var exponent = Integer.parseInt(text.substring(e + 1));
        var mantissa = text.substring(0, e).replaceAll("\\.0$", "");
        return mantissa + "e-" + (exponent > -10 ? "0" : "") + -exponent;
      }
    }
    return String.valueOf(value);
  }

  /// @param field that the message names
  static void regex(String regex, String field, Findings found) {
    if (regex.length() > LONGEST_REGEX) {
      found.error(Names.quoted(field) + ": regex is too large, max length allowed is 1024");
      return;
    }
    try {
      Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      found.error(
          "%s: %s; Istio uses RE2 style regex-based match (https://github.com/google/re2/wiki/Syntax)"
              .formatted(Names.quoted(field), e.getMessage()));
    }
  }

  /// A StringMatch, whose prefix may be empty.
  static void pathMatch(JsonNode match, String field, Findings found) {
    if (!match.hasNonNull("regex")) {
      return;
    }
    var regex = match.path("regex").asText();
    if (regex.isEmpty()) {
      found.error(Names.quoted(field) + ": regex string match should not be empty");
    } else {
      regex(regex, field, found);
    }
  }

  static void textMatch(JsonNode match, String field, Findings found) {
    if (match.hasNonNull("prefix") && match.path("prefix").asText().isEmpty()) {
      found.error(Names.quoted(field) + ": prefix string match should not be empty");
    } else {
      pathMatch(match, field, found);
    }
  }

  static void labels(JsonNode labels, Findings found) {
    labels
        .properties()
        .forEach(e -> {
          Names.problemOfKey(e.getKey()).ifPresent(found::listed);
          Names.problemOfValue(e.getValue().asText()).ifPresent(found::listed);
        });
  }

  static void httpStatus(int status, Findings found) {
    // Istio's bound and Istio's words differ by one.
    if (status < 200 || status > 600) {
      found.error("HTTP status " + status + " is not in range 200-599");
    }
  }

  /// @param namespace of the object
  static void exportTo(JsonNode exportTo, String namespace, boolean withSelector, Findings found) {
    var seen = new LinkedHashSet<String>();
    for (var entry : exportTo) {
      var said = entry.asText();
      var meant = said.equals(".") ? namespace : said;
      if (seen.contains(meant)) {
        found.error(
            meant.equals(said)
                ? "duplicate entries in exportTo for entry " + said
                : "duplicate entries in exportTo: . and current namespace " + namespace);
      } else if (said.equals("~")) {
        found.error("exportTo ~ (none) is not allowed for Istio configuration objects");
      } else if (!meant.equals("*") && !Names.isLabel(meant)) {
        found.error("only .,*,~, or a valid DNS 1123 label is allowed as exportTo entry");
      } else {
        seen.add(meant);
      }
    }
    if (withSelector && !seen.isEmpty()) {
      if (!seen.contains(namespace)) {
        found.error(
            "destination rule with workload selector cannot have exportTo beyond current namespace");
      } else if (seen.size() > 1) {
        found.error(
            "destination rule with workload selector cannot have multiple entries in exportTo");
      }
    }
    if (seen.contains("*") && exportTo.size() > 1) {
      found.error("cannot have both public (*) and non-public exportTo values for a resource");
    }
  }

  static final Set<String> PROTOCOLS =
      Set.of(
          "tcp",
          "udp",
          "grpc",
          "grpc-web",
          "http",
          "http_proxy",
          "http2",
          "https",
          "tls",
          "mongo",
          "redis",
          "mysql");
}

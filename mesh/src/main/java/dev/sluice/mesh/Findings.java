package dev.sluice.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.crds.GoDuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Collects what is wrong with a specification, field by field, and knows the rules for values that
/// occur in many places.
final class Findings {
  private static final int MAX_REGEX_LENGTH = 1024;
  private static final Duration LEAST = Duration.ofMillis(1);

  /// The token of RFC 9110, and the four pseudo headers of HTTP/2.
  private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~A-Za-z0-9-]+");

  private static final Set<String> PSEUDO_HEADERS =
      Set.of(":method", ":path", ":scheme", ":authority");
  private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x08\\x0A-\\x1F\\x7F]");

  /// A percent sign begins a variable such as `%HOSTNAME%`, or stands twice for itself.
  private static final Pattern PERCENT =
      Pattern.compile("(?:[^%]|%%|%[A-Z_0-9.]+(?:\\([^%]*\\))?(?::[0-9]+)?%)*");

  private final List<RouteProblem> found = new ArrayList<>();

  List<RouteProblem> all() {
    return List.copyOf(found);
  }

  void add(String field, String why) {
    found.add(new RouteProblem(field, why));
  }

  /// @param json may be absent
  void duration(String field, JsonNode json) {
    if (json.isMissingNode() || json.isNull()) {
      return;
    }
    String text = json.asText();
    try {
      Duration duration = GoDuration.parse(text);
      if (duration.compareTo(LEAST) < 0) {
        add(field, "must be at least 1ms, not " + text);
      } else if (duration.toNanos() % LEAST.toNanos() != 0) {
        add(field, "must be whole milliseconds, not " + text);
      }
    } catch (IllegalArgumentException e) {
      add(field, String.valueOf(e.getMessage()));
    }
  }

  /// @param json may be absent
  void between(String field, JsonNode json, long least, long most) {
    if (json.isNumber() && (json.asLong() < least || json.asLong() > most)) {
      add(
          field,
          most == Integer.MAX_VALUE
              ? "must not be below " + least + ", is " + json.asText()
              : "must be " + least + " to " + most + ", not " + json.asText());
    }
  }

  /// @param matcher one of exact, prefix and regex; may be absent
  void matcher(String field, JsonNode matcher) {
    long kinds = List.of("exact", "prefix", "regex").stream().filter(matcher::hasNonNull).count();
    if (kinds > 1) {
      add(field, "takes one of exact, prefix and regex");
    }
    if (matcher.hasNonNull("regex")) {
      regex(field + ".regex", matcher.path("regex").asText());
    }
  }

  private void regex(String field, String regex) {
    if (regex.isEmpty()) {
      add(field, "must not be empty");
    } else if (regex.length() > MAX_REGEX_LENGTH) {
      add(field, "is longer than " + MAX_REGEX_LENGTH + " characters");
    } else {
      Re2.problem(regex).ifPresent(why -> add(field, why));
    }
  }

  /// The name of a header that requests are chosen by.
  void headerName(String field, String name) {
    if (!PSEUDO_HEADERS.contains(name) && !HEADER.matcher(name).matches()) {
      add(field, "'" + name + "' is not the name of a header");
    }
  }

  /// The name of a header that is changed.
  ///
  /// @param host whether the host may be, which only setting it in a request may
  void changedHeader(String field, String name, boolean host) {
    String lower = name.toLowerCase(Locale.ROOT);
    boolean isHost = lower.equals("host") || lower.equals(":authority");
    if (isHost && host) {
      return;
    }
    if (isHost || name.startsWith(":")) {
      add(field, "'" + name + "' cannot be changed here");
    } else {
      headerName(field, name);
    }
  }

  /// The values of headers that are added or set.
  void headerValues(String field, JsonNode headers, boolean host) {
    for (Map.Entry<String, JsonNode> header : headers.properties()) {
      String at = field + "." + header.getKey();
      changedHeader(at, header.getKey(), host);
      String value = header.getValue().asText();
      text(at, value);
      if (!PERCENT.matcher(value).matches()) {
        add(at, "a percent sign is written twice, unless it begins a variable such as %HOSTNAME%");
      }
    }
  }

  /// Text that becomes part of a header.
  void text(String field, String value) {
    if (CONTROL.matcher(value).find()) {
      add(field, "contains a control character");
    }
  }
}

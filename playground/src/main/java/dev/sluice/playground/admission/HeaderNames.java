package dev.sluice.playground.admission;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// Headers that are matched, changed, or named for browsers.
final class HeaderNames {
  private static final Pattern VALID = Pattern.compile("[-_A-Za-z0-9]+");
  private static final String CLAIMS = "@request.auth.claims";

  private HeaderNames() {}

  static void matched(String name, Findings found) {
    if (!isClaim(name)) {
      valid(name, found);
    }
  }

  /// A claim of a token in place of a header.
  static boolean isClaim(String name) {
    return name.startsWith(CLAIMS + ".") || name.startsWith(CLAIMS + "[");
  }

  static void forBrowsers(String name, Findings found) {
    if (!name.equals("*")) {
      valid(name, found);
    }
  }

  private static void valid(String name, Findings found) {
    if (name.isEmpty()) {
      found.error("header name cannot be empty");
    } else if (!VALID.matcher(name).matches()) {
      found.error("header name " + name + " is not a valid header name");
    }
  }

  /// `headers` of a rule or a destination.
  static void changes(JsonNode headers, Findings found) {
    var request = headers.path("request");
    for (var part : new String[] {"add", "set"}) {
      request
          .path(part)
          .properties()
          .forEach(e -> {
            changedOnRequest(e.getKey(), found);
            value(e.getValue().asText(), found);
          });
    }
    request.path("remove").forEach(n -> changed(n.asText(), found));
    var response = headers.path("response");
    for (var part : new String[] {"add", "set"}) {
      response
          .path(part)
          .properties()
          .forEach(e -> {
            changed(e.getKey(), found);
            value(e.getValue().asText(), found);
          });
    }
    response.path("remove").forEach(n -> changed(n.asText(), found));
  }

  static boolean isAuthority(String name) {
    var lower = name.toLowerCase(Locale.ROOT);
    return lower.equals("host") || lower.equals(":authority");
  }

  private static void changedOnRequest(String name, Findings found) {
    if (name.isEmpty()) {
      found.error("header name cannot be empty");
    } else if (name.startsWith(":") && !isAuthority(name)) {
      found.error("invalid header " + Names.quoted(name) + ": header cannot have \":\" prefix");
    }
  }

  private static void changed(String name, Findings found) {
    if (name.isEmpty()) {
      found.error("header name cannot be empty");
    } else if (name.equalsIgnoreCase("host")) {
      found.error("invalid header " + Names.quoted(name) + ": cannot set Host header");
    } else if (name.startsWith(":")) {
      found.error("invalid header " + Names.quoted(name) + ": header cannot have \":\" prefix");
    }
  }

  private static void value(String value, Findings found) {
    if (value.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f)) {
      found.error("header value configuration " + value + " is invalid");
      return;
    }
    new FormatReader(value)
        .problem()
        .ifPresent(
            p -> found.error("header value configuration: invalid header configuration. " + p));
  }

  /// Reads a value as Envoy reads its formats: text, `%%`, `%NAME%`, `%NAME(...)%`.
  private static final class FormatReader {
    private final String value;
    private int at;

    FormatReader(String value) {
      this.value = value;
    }

    Optional<String> problem() {
      while (at < value.length()) {
        if (value.charAt(at) != '%') {
          at++;
        } else if (at + 1 == value.length()) {
          return Optional.of("Un-escaped %");
        } else if (value.charAt(at + 1) == '%') {
          at += 2;
        } else {
          at++;
          var problem = variable();
          if (problem.isPresent()) {
            return problem;
          }
        }
      }
      return Optional.empty();
    }

    private Optional<String> variable() {
      while (at < value.length()) {
        var c = value.charAt(at++);
        if (c == '%') {
          return Optional.empty();
        }
        if (c == '(') {
          return arguments();
        }
      }
      return unterminated();
    }

    private Optional<String> arguments() {
      skipSpaces();
      if (at < value.length() && value.charAt(at) == '[') {
        at++;
        return texts();
      }
      return argument();
    }

    /// Up to the closing bracket; a quote ends one of a list.
    private Optional<String> argument() {
      while (at < value.length()) {
        var c = value.charAt(at++);
        if (c == '\\') {
          if (at == value.length()) {
            return Optional.of("Un-terminated backslash in JSON string");
          }
          at++;
        } else if (c == ')') {
          return end();
        } else if (c == '"') {
          return delimiter();
        }
      }
      return unterminated();
    }

    private Optional<String> texts() {
      skipSpaces();
      if (at == value.length()) {
        return unterminated();
      }
      return value.charAt(at++) == '"' ? argument() : Optional.of("Expecting '\"'");
    }

    private Optional<String> delimiter() {
      skipSpaces();
      if (at == value.length()) {
        return unterminated();
      }
      return switch (value.charAt(at++)) {
        case ',' -> texts();
        case ']' -> closing();
        default -> Optional.of("Expecting ',', ']', or whitespace");
      };
    }

    private Optional<String> closing() {
      skipSpaces();
      if (at == value.length()) {
        return unterminated();
      }
      return value.charAt(at++) == ')'
          ? end()
          : Optional.of("Expecting ')' or whitespace after '{}', but found '{}'");
    }

    private Optional<String> end() {
      skipSpaces();
      if (at == value.length()) {
        return unterminated();
      }
      return value.charAt(at++) == '%'
          ? Optional.empty()
          : Optional.of("Expecting '%' or whitespace after");
    }

    private void skipSpaces() {
      while (at < value.length() && value.charAt(at) == ' ') {
        at++;
      }
    }

    private Optional<String> unterminated() {
      return Optional.of("Un-terminated variable expression '" + value + "'");
    }
  }
}

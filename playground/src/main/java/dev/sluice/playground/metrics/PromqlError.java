package dev.sluice.playground.metrics;

import java.util.Locale;

/// A query that has no answer, in the words and the two kinds of Prometheus.
final class PromqlError extends RuntimeException {
  private static final long serialVersionUID = 1;

  enum Kind {
    BAD_DATA(400),
    EXECUTION(422);

    private final int status;

    Kind(int status) {
      this.status = status;
    }

    int status() {
      return status;
    }

    /// As in `errorType`.
    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Kind kind;

  private PromqlError(Kind kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
  }

  /// @param at offset into the query
  static PromqlError parse(String query, int at, String why) {
    var before = query.substring(0, Math.min(at, query.length()));
    var line = 1 + (int) before.chars().filter(c -> c == '\n').count();
    var column = before.length() - before.lastIndexOf('\n');
    return badData(
        "invalid parameter \"query\": %d:%d: parse error: %s".formatted(line, column, why));
  }

  /// Prometheus could, the embedded answer cannot.
  static PromqlError unsupported(String query, int at, String what) {
    return parse(
        query,
        at,
        what
            + " is not supported by the playground's embedded metrics;"
            + " install prometheus for all of PromQL");
  }

  static PromqlError badData(String message) {
    return new PromqlError(Kind.BAD_DATA, message);
  }

  static PromqlError execution(String message) {
    return new PromqlError(Kind.EXECUTION, message);
  }

  Kind kind() {
    return kind;
  }
}

package dev.sluice.analysis.traffic;

import dev.sluice.analysis.intake.Group;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/// What counts as a request, and which of them as an error: the first rule that holds decides. The
/// words are those of the documentation, which a test compares.
public enum Rule {
  COPY(
      Outcome.LEFT_OUT,
      "only the canary's own side counts it, while the caller's side counts requests to the primary only",
      "a mirrored copy: no user waits for its answer") {
    @Override
    boolean holds(RequestSeries series, Group group, Callers callers) {
      return !series.fromCaller()
          && group == Group.CANARY
          && callers.heard(series.caller())
          && !callers.heard(series.caller(), group);
    }
  },
  TOLD_BY_THE_CALLER(
      Outcome.LEFT_OUT,
      "the pod's side, of a caller whose own side is there too",
      "counted once, where retries of one request are one") {
    @Override
    boolean holds(RequestSeries series, Group group, Callers callers) {
      return !series.fromCaller() && callers.heard(series.caller());
    }
  },
  PAST_THE_WEIGHTS(
      Outcome.LEFT_OUT,
      "the caller only ever reaches the canary, while others reach the primary",
      "sent to the `-canary` host directly, such as a load test") {
    @Override
    boolean holds(RequestSeries series, Group group, Callers callers) {
      return group == Group.CANARY && callers.onlyCanary(series.caller());
    }
  },
  INJECTED(Outcome.LEFT_OUT, "flag `FI`", "a fault that somebody injects on the way") {
    @Override
    boolean holds(RequestSeries series, Group group, Callers callers) {
      return series.flags().contains("FI");
    }
  },
  NO_ANSWER(
      Outcome.ERROR,
      "code `0`",
      "nobody got an answer: a timeout as the pod sees it (`DC`, `DR`), or a caller that gave up") {
    @Override
    boolean holds(RequestSeries series, Group group, Callers callers) {
      return series.code().equals("0");
    }
  },
  SERVER_ERROR(
      Outcome.ERROR,
      "code `5xx`, whatever its flags",
      "the app's own, or the proxy's in its place: no endpoints (`UH`), no cluster (`NC`), refused (`UF`), timeout (`UT`)") {
    @Override
    boolean holds(RequestSeries series, Group group, Callers callers) {
      return series.code().length() == 3 && series.code().startsWith("5");
    }
  },
  BROKEN_OFF(
      Outcome.ERROR,
      "any other code with one of the flags `UH`, `UF`, `UO`, `NC`, `UT`, `UC`, `UR`, `LR`, `SI`, `DT`, `UPE`, `UMSDR`",
      "the answer began and did not end") {
    @Override
    boolean holds(RequestSeries series, Group group, Callers callers) {
      return !Collections.disjoint(series.flags(), BROKEN);
    }
  },
  GRPC_FAILURE(
      Outcome.ERROR,
      "gRPC status `2`, `4`, `12`, `13`, `14` or `15`",
      "unknown, deadline, unimplemented, internal, unavailable, data loss; HTTP says 200") {
    @Override
    boolean holds(RequestSeries series, Group group, Callers callers) {
      return GRPC.contains(series.grpcStatus());
    }
  },
  ANSWERED(Outcome.GOOD, "all else", "also `4xx`, which tells the caller what it did wrong") {
    @Override
    boolean holds(RequestSeries series, Group group, Callers callers) {
      return true;
    }
  };

  private static final Set<String> BROKEN =
      Set.of("UH", "UF", "UO", "NC", "UT", "UC", "UR", "LR", "SI", "DT", "UPE", "UMSDR");
  private static final Set<String> GRPC = Set.of("2", "4", "12", "13", "14", "15");

  private static final Map<Rule, String> WORTH_TELLING =
      new EnumMap<>(
          Map.of(
              COPY, "mirrored copies",
              PAST_THE_WEIGHTS, "sent to the canary directly",
              INJECTED, "injected faults"));

  /// What becomes of the requests of a series.
  public enum Outcome {
    GOOD("a request"),
    ERROR("a request and an error"),
    LEFT_OUT("neither");

    private final String counts;

    Outcome(String counts) {
      this.counts = counts;
    }

    /// As what it counts, in words.
    public String counts() {
      return counts;
    }
  }

  private final Outcome outcome;
  private final String when;
  private final String meaning;

  Rule(Outcome outcome, String when, String meaning) {
    this.outcome = outcome;
    this.when = when;
    this.meaning = meaning;
  }

  public Outcome outcome() {
    return outcome;
  }

  /// What of the requests that were left out people should know; empty when there were none.
  ///
  /// @param leftOut by the rule that says so
  public static String words(Map<Rule, Long> leftOut) {
    var parts = new ArrayList<String>();
    WORTH_TELLING.forEach((rule, what) -> {
      long count = leftOut.getOrDefault(rule, 0L);
      if (count > 0) {
        parts.add(count + " " + what);
      }
    });
    return parts.isEmpty() ? "" : "left out as no users' requests: " + String.join(", ", parts);
  }

  /// When it holds, in Markdown.
  public String when() {
    return when;
  }

  /// What has happened then, in Markdown.
  public String meaning() {
    return meaning;
  }

  abstract boolean holds(RequestSeries series, Group group, Callers callers);

  static Rule of(RequestSeries series, Group group, Callers callers) {
    for (var rule : values()) {
      if (rule.holds(series, group, callers)) {
        return rule;
      }
    }
    throw new IllegalStateException("the last rule always holds");
  }
}

package dev.sluice.controller.cli;

import dev.sluice.analysis.Comparison;
import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.replay.Replay;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What `judge` prints for programs, as documented in `docs/reference/judge.md`.
final class VerdictJson {
  private VerdictJson() {}

  static Map<String, Object> of(Replay.Look look, Optional<JudgeCommand.Thresholds.State> flagger) {
    var object = new LinkedHashMap<String, Object>();
    object.put("t", number(look.at()));
    object.put("verdict", name(look.verdict()));
    object.put("reason", reason(look.verdict()));
    object.put("evidence", evidence(look.verdict()));
    flagger.ifPresent(state -> object.put("flagger", thresholds(state)));
    return object;
  }

  static Map<String, Object> of(
      Replay.Outcome outcome, Optional<JudgeCommand.Thresholds.State> flagger) {
    var object = new LinkedHashMap<String, Object>();
    object.put("final", name(outcome.last().verdict()));
    object.put("canaryRequests", outcome.canaryRequests());
    object.put("latency", outcome.comparedLatency() ? "compared" : "unavailable");
    flagger.ifPresent(state -> object.put("flagger", thresholds(state)));
    return object;
  }

  private static Map<String, Object> thresholds(JudgeCommand.Thresholds.State state) {
    var object = new LinkedHashMap<String, Object>();
    object.put("verdict", state.rolledBack() ? "rollback" : "continue");
    object.put("t", number(state.at()));
    object.put("failedChecks", state.failedChecks());
    return object;
  }

  static String name(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Continue _ -> "continue";
      case Verdict.Safe _ -> "safe";
      case Verdict.Hold _ -> "hold";
      case Verdict.Rollback _ -> "rollback";
    };
  }

  static String reason(Verdict verdict) {
    return verdict.evidence().isEmpty() ? "" : verdict.evidence().getFirst().sentence();
  }

  private static Map<String, Object> evidence(Verdict verdict) {
    var object = new LinkedHashMap<String, Object>();
    if (verdict instanceof Verdict.Hold hold) {
      object.put("hold", hold.reason().name());
    }
    object.put("metrics", verdict.evidence().stream().map(VerdictJson::metric).toList());
    return object;
  }

  private static Map<String, Object> metric(Evidence evidence) {
    var object = new LinkedHashMap<String, Object>();
    object.put("metric", evidence.metric());
    put(object, "value", evidence.value());
    put(object, "baseline", evidence.baseline());
    put(object, "bound", evidence.bound() == null ? null : evidence.bound().max());
    object.put("sentence", evidence.sentence());
    var seen = evidence.comparison();
    if (seen != null) {
      object.put("canary", counts(seen.canary()));
      object.put("primary", counts(seen.primary()));
      object.put("since", number(seen.since()));
      object.put("canarySince", counts(seen.canarySince()));
      object.put("primarySince", counts(seen.primarySince()));
      put(object, "ratio", ratio(seen));
      put(object, "eValue", seen.eValue());
      put(object, "excessAtMost", seen.excessAtMost());
      put(object, "noise", seen.noise());
    } else if (evidence.samples() != null) {
      object.put("canary", Map.of("requests", evidence.samples()));
    }
    return object;
  }

  private static @Nullable Double ratio(Comparison seen) {
    double primary = seen.primary().share();
    return primary > 0 ? Double.valueOf(seen.canary().share() / primary) : null;
  }

  /// JSON has no infinity.
  private static void put(Map<String, Object> object, String name, @Nullable Double value) {
    if (value != null) {
      object.put(name, Double.isFinite(value) ? value : Math.copySign(Double.MAX_VALUE, value));
    }
  }

  private static Map<String, Object> counts(Comparison.Counts counts) {
    var object = new LinkedHashMap<String, Object>();
    object.put("requests", counts.requests());
    object.put("bad", counts.bad());
    return object;
  }

  /// Seconds as people write them: without a point where they are whole.
  static String plain(double seconds) {
    return number(seconds).toString();
  }

  private static Object number(double value) {
    return value == Math.rint(value)
        ? (Object) (long) value
        : BigDecimal.valueOf(value).stripTrailingZeros();
  }
}

package dev.sluice.analysis.compare;

import dev.sluice.analysis.Comparison;
import dev.sluice.analysis.Comparison.Counts;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/// Says what a comparison saw, to a person on call.
final class Words {
  private Words() {}

  /// `error rate 5.2% at the canary (26 of 500 requests) against 0.1% at the primary (4 of 4,500)`.
  ///
  /// @param what such as `error rate`, or `requests slower than 250ms`
  static String counts(String what, Counts canary, Counts primary) {
    return "%s %s at the canary (%s of %s %s) against %s at the primary (%s of %s)"
        .formatted(
            what,
            percent(canary.share()),
            whole(canary.bad()),
            whole(canary.requests()),
            canary.requests() == 1 ? "request" : "requests",
            percent(primary.share()),
            whole(primary.bad()),
            whole(primary.requests()));
  }

  static String worse(
      String what, Comparison seen, Tolerance tolerance, double now, double eValue) {
    return "%s over the last %s, where %s would be tolerated; %s"
        .formatted(
            counts(what, seen.canarySince(), seen.primarySince()),
            seconds(now - seen.since()),
            percent(tolerance.limit(seen.primarySince().share())),
            odds(eValue));
  }

  static String unsure(String what, Comparison seen, double margin) {
    var known =
        seen.excessAtMost() == null
            ? "too few requests to say more"
            : "it may still be up to %s of the requests beyond 1.5 times the primary's, and safe is up to %s"
                .formatted(percent(seen.excessAtMost()), percent(margin));
    return counts(what, seen.canary(), seen.primary()) + "; " + known;
  }

  static String fine(String what, Comparison seen, double margin) {
    double most = seen.excessAtMost() == null ? margin : seen.excessAtMost();
    return "%s, which is with 95%% certainty at most %s of the requests beyond 1.5 times the primary's"
        .formatted(counts(what, seen.canary(), seen.primary()), percent(most));
  }

  static String odds(double eValue) {
    if (eValue >= 1e6) {
      return "less than one healthy release in a million ever looks this bad";
    }
    return "at most one healthy release in %s ever looks this bad"
        .formatted(whole((long) Math.max(1, eValue)));
  }

  /// Two significant digits: the counts stand beside it.
  static String percent(double share) {
    return round(share * 100) + "%";
  }

  private static String round(double value) {
    if (value == 0) {
      return "0";
    }
    var digits = new MathContext(value >= 99 ? 4 : 2, RoundingMode.HALF_UP);
    return new BigDecimal(value).round(digits).stripTrailingZeros().toPlainString();
  }

  static String whole(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  static String number(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  static String milliseconds(double value) {
    return number(value) + "ms";
  }

  /// Such as `40s`, `2m10s`, `1h5m`.
  static String seconds(double seconds) {
    long whole = Math.round(seconds);
    if (whole < 60) {
      return whole + "s";
    }
    if (whole < 3600) {
      return whole / 60 + "m" + (whole % 60 == 0 ? "" : whole % 60 + "s");
    }
    return whole / 3600 + "h" + (whole / 60 % 60 == 0 ? "" : whole / 60 % 60 + "m");
  }
}

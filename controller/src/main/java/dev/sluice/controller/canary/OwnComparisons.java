package dev.sluice.controller.canary;

import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.Http;
import dev.sluice.analysis.NeedsEdit;
import dev.sluice.analysis.Providers;
import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.Verdict.Reason;
import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.compare.RiskBudget;
import dev.sluice.analysis.compare.Tolerance;
import dev.sluice.analysis.counters.OwnComparison;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Compares canaries with their primaries by metrics of users' own, at each check.
final class OwnComparisons {
  private static final ComparisonPolicy DEFAULT = ComparisonPolicy.DEFAULT;

  /// How long it takes people to notice a mistaken promotion and take it back.
  private static final double SECONDS_OF_A_PROMOTION = 600;

  /// What is bad without a primary is not known: nothing but everything is.
  private static final double ANY_SUCCESS = 0.0001;

  private final Http http;
  private final ProviderSecrets secrets;
  private final Duration scrape;

  /// @param scrape how often metric sources collect
  OwnComparisons(Http http, ProviderSecrets secrets, Duration scrape) {
    this.http = http;
    this.secrets = secrets;
    this.scrape = scrape;
  }

  /// One verdict for each.
  ///
  /// @param first when the revision got its first traffic; nothing is asked before
  List<Verdict> judge(List<Checks.Own> all, Optional<Instant> first, Instant now)
      throws InterruptedException {
    List<Verdict> verdicts = new ArrayList<>();
    for (Checks.Own own : all) {
      verdicts.add(
          first.isEmpty()
              ? new Verdict.Continue(List.of())
              : judge(own, all.size(), first.get(), now));
    }
    return verdicts;
  }

  private Verdict judge(Checks.Own own, int many, Instant first, Instant now)
      throws InterruptedException {
    try {
      return new OwnComparison(own.metric(), own.counters(), policy(own.tolerance(), many))
          .judge(
              Providers.connect(
                  own.secret()
                      .map(secret -> own.provider().with(secrets.of(secret, own.provider())))
                      .orElse(own.provider()),
                  http),
              first,
              now);
    } catch (NeedsEdit e) {
      return new Verdict.Hold(
          Reason.QUERY_REFUSED,
          false,
          List.of(new Evidence(own.metric(), null, null, null, null, e.getMessage())));
    }
  }

  /// All of them together roll back a healthy release no more often than one may.
  private ComparisonPolicy policy(Tolerance tolerance, int many) {
    return new ComparisonPolicy(
        Math.clamp(scrape.toMillis() / 1000.0, 1, 3600),
        DEFAULT.alpha() / many,
        tolerance,
        DEFAULT.latency(),
        RiskBudget.DEFAULT.affordable(1, SECONDS_OF_A_PROMOTION),
        ANY_SUCCESS,
        null,
        List.of(),
        0,
        false);
  }

  /// The worst of them, with all evidence, its own first.
  static Verdict worst(Verdict thresholds, List<Verdict> compared) {
    if (compared.isEmpty()) {
      return thresholds;
    }
    List<Verdict> all = new ArrayList<>(compared);
    all.add(thresholds);
    all.sort(Comparator.comparingInt(OwnComparisons::weight).reversed());
    List<Evidence> evidence = all.stream().flatMap(verdict -> verdict.evidence().stream()).toList();
    return switch (all.getFirst()) {
      case Verdict.Rollback _ -> new Verdict.Rollback(evidence);
      case Verdict.Hold(Reason reason, boolean failedCheck, _) ->
          new Verdict.Hold(reason, failedCheck, evidence);
      case Verdict.Continue _ -> new Verdict.Continue(evidence);
      case Verdict.Safe _ -> new Verdict.Safe(evidence);
    };
  }

  private static int weight(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Rollback _ -> 4;
      case Verdict.Hold hold -> hold.failedCheck() ? 3 : 2;
      case Verdict.Continue _ -> 1;
      case Verdict.Safe _ -> 0;
    };
  }
}

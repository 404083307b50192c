package dev.sluice.controller.canary;

import dev.sluice.analysis.Check;
import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.Http;
import dev.sluice.analysis.Inquiry;
import dev.sluice.analysis.MeshQueries;
import dev.sluice.analysis.NeedsEdit;
import dev.sluice.analysis.Provider;
import dev.sluice.analysis.Providers;
import dev.sluice.analysis.Question;
import dev.sluice.analysis.Table;
import dev.sluice.analysis.Thresholds;
import dev.sluice.analysis.TrafficSeen;
import dev.sluice.analysis.Variables;
import dev.sluice.analysis.Verdict;
import dev.sluice.controller.rollout.Questions;
import dev.sluice.crds.Canary;
import dev.sluice.mesh.Percent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Asks the metric sources about one canary and has the answers judged.
final class Judgement {
  private static final int AT_ONCE = 8;

  /// Callers without a sidecar are not routed by the mesh, so they say nothing about weights.
  private static final String NOT_IN_THE_MESH = "unknown";

  private final Http http;
  private final String metricsServer;
  private final Duration scrape;

  /// @param metricsServer of Canaries that name none
  /// @param scrape how often that server collects
  Judgement(Http http, String metricsServer, Duration scrape) {
    this.http = http;
    this.metricsServer = metricsServer;
    this.scrape = scrape;
  }

  /// @param mesh the provider's name
  /// @param weight the canary's share, in force since `reached`
  Verdict judge(
      Canary canary, String mesh, Questions questions, Percent weight, Instant reached, Instant now)
      throws InterruptedException {
    try {
      MeshQueries queries = MeshQueries.of(mesh);
      Provider provider = Checks.provider(canary, metricsServer);
      Variables variables = Checks.variables(canary);
      List<Check> checks = Checks.of(canary, queries, provider);
      Inquiry inquiry =
          Inquiry.of(
              checks,
              variables,
              canary.primaryName(),
              queries,
              questions.firstTraffic().orElse(now),
              now,
              scrape);
      Verdict verdict =
          Thresholds.judge(
              inquiry.readings(
                  dev.sluice.analysis.Questions.ask(inquiry.questions(), http, AT_ONCE)),
              Checks.silence(canary.spec().analysis()),
              questions.failedChecks(),
              questions.threshold());
      if (verdict instanceof Verdict.Safe && routesEveryCaller(canary)) {
        Optional<Verdict.Hold> disobeyed =
            obeyed(canary, queries, provider, variables, weight, reached, now);
        if (disobeyed.isPresent()) {
          return disobeyed.get();
        }
      }
      return verdict;
    } catch (NeedsEdit e) {
      return new Verdict.Hold(
          Verdict.Reason.QUERY_REFUSED,
          false,
          List.of(new Evidence(e.subject(), null, null, null, null, e.getMessage())));
    }
  }

  /// With gateways but without `mesh`, callers inside the mesh rightly reach the primary only.
  private static boolean routesEveryCaller(Canary canary) {
    List<String> gateways = canary.spec().service().gateways();
    return gateways.isEmpty() || gateways.contains("mesh");
  }

  private Optional<Verdict.Hold> obeyed(
      Canary canary,
      MeshQueries queries,
      Provider provider,
      Variables variables,
      Percent weight,
      Instant reached,
      Instant now)
      throws NeedsEdit, InterruptedException {
    Duration window = Duration.between(reached, now);
    if (weight.equals(Percent.NONE) || window.compareTo(scrape.multipliedBy(2)) < 0) {
      return Optional.empty();
    }
    Question question =
        TrafficSeen.question(queries, provider, variables, Duration.ofSeconds(window.toSeconds()));
    Table table = Providers.connect(provider, http).table(question.query());
    if (!(table instanceof Table.Rows(List<Table.Row> rows))) {
      return Optional.empty();
    }
    List<Table.Row> routed =
        rows.stream()
            .filter(row ->
                !row.labels()
                    .getOrDefault("source_workload", NOT_IN_THE_MESH)
                    .equals(NOT_IN_THE_MESH))
            .toList();
    return TrafficSeen.of(
            routed, canary.spec().targetRef().name(), canary.primaryName(), weight.value())
        .against(weight.value());
  }
}

package dev.sluice.controller.check;

import dev.sluice.analysis.BuiltIn;
import dev.sluice.analysis.Check;
import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.Http;
import dev.sluice.analysis.Inquiry;
import dev.sluice.analysis.Look;
import dev.sluice.analysis.MeshQueries;
import dev.sluice.analysis.MetricQuery;
import dev.sluice.analysis.NeedsEdit;
import dev.sluice.analysis.Question;
import dev.sluice.analysis.SilencePolicy;
import dev.sluice.analysis.SilencePolicy.Cost;
import dev.sluice.analysis.Table;
import dev.sluice.analysis.Thresholds;
import dev.sluice.analysis.TrafficSeen;
import dev.sluice.analysis.Variables;
import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.traffic.Disagreement;
import dev.sluice.analysis.traffic.Sides;
import dev.sluice.analysis.traffic.Workload;
import dev.sluice.controller.rollout.Questions;
import dev.sluice.controller.rollout.policy.Problem;
import dev.sluice.crds.Analysis;
import dev.sluice.crds.Canary;
import dev.sluice.mesh.Percent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Asks the metric sources about one canary and has the answers judged.
public final class Judgement {
  private static final int AT_ONCE = 8;

  /// Callers without a sidecar are not routed by the mesh, so they say nothing about weights.
  private static final String NOT_IN_THE_MESH = "unknown";

  private final Http http;
  private final Metrics metrics;
  private final ProviderSecrets secrets;
  private final Duration scrape;

  /// @param scrape how often metric sources collect
  public Judgement(Http http, Metrics metrics, ProviderSecrets secrets, Duration scrape) {
    this.http = http;
    this.metrics = metrics;
    this.secrets = secrets;
    this.scrape = scrape;
  }

  /// @param looks what the verdict is made of; empty where nobody could look
  public record Judged(Verdict verdict, List<Look> looks) {
    public Judged {
      looks = List.copyOf(looks);
    }
  }

  /// @param weight the canary's share, in force since `reached`
  public Judged judge(
      Canary canary, Questions questions, Percent weight, Instant reached, Instant now)
      throws InterruptedException {
    Checks checks = metrics.checks(canary);
    if (!checks.problems().isEmpty()) {
      return refused(checks.problems());
    }
    try {
      MeshQueries queries = metrics.queries(canary);
      Variables variables = ChecksReader.variables(canary);
      Inquiry inquiry =
          Inquiry.of(
              checks.asked().stream()
                  .filter(asked -> questions.asks(asked.check().metric()))
                  .map(this::withCredentials)
                  .toList(),
              variables,
              canary.primaryName(),
              queries,
              questions.firstTraffic().orElse(now),
              now,
              scrape);
      Optional<Question> callers =
          queries.callers().isPresent()
              ? callers(checks, queries, variables, weight, Duration.between(reached, now))
              : Optional.empty();
      dev.sluice.analysis.Questions.Answers answers =
          dev.sluice.analysis.Questions.ask(inquiry.questions(), callers, http, AT_ONCE);
      List<Look> looks =
          Thresholds.looks(inquiry.readings(answers.numbers()), silence(canary.spec().analysis()));
      Verdict verdict = Thresholds.judge(looks, questions.failedChecks(), questions.threshold());
      boolean mayBeDisobeyed = verdict instanceof Verdict.Safe && routesEveryCaller(canary);
      return new Judged(
          withHidden(
              mayBeDisobeyed
                  ? obeyed(canary, answers.table(), weight)
                      .<Verdict>map(hold -> hold)
                      .orElse(verdict)
                  : verdict,
              canary,
              answers.table()),
          looks);
    } catch (NeedsEdit e) {
      return refused(List.of(new Problem(e.subject(), e.getMessage())));
    }
  }

  private static Judged refused(List<Problem> problems) {
    return new Judged(
        new Verdict.Hold(
            Verdict.Reason.QUERY_REFUSED,
            false,
            problems.stream().map(Judgement::evidence).toList()),
        List.of());
  }

  private static Evidence evidence(Problem problem) {
    return new Evidence(problem.field(), null, null, null, null, problem.why());
  }

  private Check withCredentials(Checks.Asked asked) {
    Check check = asked.check();
    if (asked.secret().isEmpty()) {
      return check;
    }
    MetricQuery query = check.query();
    return check.by(
        query.by(query.provider().with(secrets.of(asked.secret().get(), query.provider()))));
  }

  /// With gateways but without `mesh`, callers inside the mesh rightly reach the primary only.
  private static boolean routesEveryCaller(Canary canary) {
    List<String> gateways = canary.spec().service().gateways();
    return gateways.isEmpty() || gateways.contains("mesh");
  }

  /// Who got the traffic; nothing while too little can have been seen.
  private Optional<Question> callers(
      Checks checks, MeshQueries queries, Variables variables, Percent weight, Duration window)
      throws NeedsEdit {
    return weight.equals(Percent.NONE) || window.compareTo(scrape.multipliedBy(2)) < 0
        ? Optional.empty()
        : Optional.of(
            TrafficSeen.question(
                queries,
                checks.metricsServer(),
                variables,
                Duration.ofSeconds(window.toSeconds())));
  }

  private static Optional<Verdict.Hold> obeyed(
      Canary canary, Optional<Table> callers, Percent weight) {
    if (!(callers.orElse(null) instanceof Table.Rows(List<Table.Row> rows))) {
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

  /// With failures that Flagger's definition, which is the one behind thresholds, does not see.
  private static Verdict withHidden(Verdict verdict, Canary canary, Optional<Table> callers) {
    boolean looksAtErrors =
        verdict.evidence().stream()
            .anyMatch(evidence -> evidence.metric().equals(BuiltIn.SUCCESS_RATE.metric()));
    if (!looksAtErrors || !(callers.orElse(null) instanceof Table.Rows(List<Table.Row> rows))) {
      return verdict;
    }
    String namespace = canary.metadata().namespace();
    Sides sides =
        new Sides(
            new Workload(namespace, canary.spec().targetRef().name()),
            new Workload(namespace, canary.primaryName()),
            canary.apexName());
    return Disagreement.of(rows, sides)
        .hidden()
        .map(words -> verdict.with(new Evidence("error-rate", null, null, null, null, words)))
        .orElse(verdict);
  }

  private static SilencePolicy silence(Analysis analysis) {
    Analysis.@Nullable NoData noData = analysis.onNoData();
    Analysis.@Nullable Outage outage = analysis.onUnavailable();
    return new SilencePolicy(
        noData == null
            ? SilencePolicy.DEFAULT.noData()
            : switch (noData) {
              case FAIL -> Cost.FAIL;
              case HOLD -> Cost.HOLD;
              case PASS -> Cost.PASS;
            },
        outage == null
            ? SilencePolicy.DEFAULT.unavailable()
            : switch (outage) {
              case HOLD -> Cost.HOLD;
              case FAIL -> Cost.FAIL;
            });
  }
}

package dev.sluice.controller.rollout.policy;

import dev.sluice.controller.rollout.policy.Policy.Hook;
import dev.sluice.controller.rollout.policy.Policy.HookType;
import dev.sluice.crds.Analysis.Webhook;
import dev.sluice.crds.Analysis.WebhookType;
import dev.sluice.crds.CanarySpec;
import dev.sluice.mesh.Mesh;
import dev.sluice.mesh.Meshes;
import dev.sluice.mesh.Percent;
import dev.sluice.mesh.UnknownMesh;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads a spec into a [Policy], or into the list of everything that keeps it from working. Nothing
/// is guessed and nothing is ignored in silence.
public final class PolicyReader {
  /// More than that outlast any rollout.
  private static final int MOST_RETRIES = 10;

  /// A week of minutes; whoever wants more made a mistake.
  private static final int MOST_ITERATIONS = 10_080;

  /// As Flagger has it.
  private static final int ITERATIONS_WITHOUT_MESH = 10;

  private final CanarySpec spec;
  private final dev.sluice.crds.Analysis analysis;
  private final Findings findings = new Findings();
  private boolean splits = true;

  private PolicyReader(CanarySpec spec) {
    this.spec = spec;
    this.analysis = spec.analysis();
  }

  /// @param byDefault the mesh of a spec that names none
  public static Plan read(CanarySpec spec, Settings settings, Mesh byDefault) {
    var reader = new PolicyReader(spec);
    reader.provider(byDefault);
    Unsupported.in(spec).forEach(reader.findings.problems()::add);
    reader.findings.problems().addAll(TargetRules.problems(spec, reader.splits));
    reader.findings.warnings().addAll(TargetRules.warnings(spec));
    reader.autoscaler();
    var policy = reader.policy(settings);
    return reader.findings.problems().isEmpty()
        ? new Plan.Valid(policy, reader.findings.warnings())
        : new Plan.Invalid(reader.findings.problems(), spec.suspend());
  }

  private Policy policy(Settings settings) {
    var interval = interval(settings.shortestInterval());
    var comparison = ComparingReader.read(analysis, interval, settings.scrape(), findings);
    LimitsReader.check(analysis, findings);
    return new Policy(
        interval,
        threshold(),
        strategy(settings.shortestInterval()),
        promotionStep(),
        percent("primaryReadyThreshold", analysis.primaryReadyThreshold()),
        percent("canaryReadyThreshold", analysis.canaryReadyThreshold()),
        deadline(),
        spec.skipAnalysis(),
        spec.suspend(),
        metrics(comparison.isPresent()),
        hooks(),
        comparison,
        longest());
  }

  private void provider(Mesh byDefault) {
    try {
      splits = Meshes.of(spec, byDefault).splits();
    } catch (UnknownMesh e) {
      findings.problem("spec.provider", String.valueOf(e.getMessage()));
    }
    if (spec.service().port() < 1 || spec.service().port() > 65_535) {
      findings.problem("spec.service.port", "a port is 1 to 65535, not " + spec.service().port());
    }
  }

  private void autoscaler() {
    var scaler = spec.autoscalerRef();
    if (scaler == null) {
      return;
    }
    var isKeda = scaler.kind().equals("ScaledObject");
    var known = isKeda ? "keda.sh/v1alpha1" : "autoscaling/v2";
    var group = known.substring(0, known.indexOf('/') + 1);
    if (!scaler.apiVersion().startsWith(group)) {
      findings.problem(
          "spec.autoscalerRef.apiVersion",
          "a %s is of %s, not %s".formatted(scaler.kind(), known, scaler.apiVersion()));
    } else if (!scaler.apiVersion().equals(known)) {
      findings.warning(
          "spec.autoscalerRef.apiVersion",
          "the %s is read and copied as %s".formatted(scaler.kind(), known));
    }
    if (!isKeda && !scaler.primaryScalerQueries().isEmpty()) {
      findings.warning(
          "spec.autoscalerRef.primaryScalerQueries", "is ignored: only a ScaledObject has queries");
    }
    var bounds = scaler.primaryScalerReplicas();
    if (bounds != null
        && bounds.minReplicas() != null
        && bounds.maxReplicas() != null
        && bounds.minReplicas() > bounds.maxReplicas()) {
      findings.problem(
          "spec.autoscalerRef.primaryScalerReplicas",
          "minReplicas %d is above maxReplicas %d"
              .formatted(bounds.minReplicas(), bounds.maxReplicas()));
    }
  }

  private Duration interval(Duration floor) {
    var wanted = findings.read("spec.analysis.interval", analysis::every, Duration.ofMinutes(1));
    return findings.interval("spec.analysis.interval", wanted, floor);
  }

  private int threshold() {
    if (analysis.threshold() < 1) {
      findings.warning(
          "spec.analysis.threshold",
          "%d means 1: the first failed check rolls back".formatted(analysis.threshold()));
    }
    return analysis.failuresAllowed();
  }

  private Optional<Duration> longest() {
    var field = "spec.analysis.maxDuration";
    Optional<Duration> longest = findings.read(field, analysis::longest, Optional.empty());
    if (longest.filter(Duration::isZero).isPresent()) {
      findings.problem(field, "must be longer than no time at all");
    }
    return longest;
  }

  /// @param floor the shortest interval
  private Strategy strategy(Duration floor) {
    return splits ? among(floor) : rehearsal();
  }

  /// As Flagger does without a mesh: whatever the spec asks for, it comes to blue/green.
  private Strategy rehearsal() {
    var where = "without a mesh (provider kubernetes)";
    ignored("match", !analysis.match().isEmpty(), where + ": no user meets the canary");
    ignored("mirror", analysis.mirror(), where + ": nothing copies requests");
    ignored("sessionAffinity", analysis.sessionAffinity() != null, where);
    ignored("stepWeightPromotion", analysis.stepWeightPromotion() != 0, where);
    ignored("mirrorWeight", analysis.mirrorWeight() != 0, where);
    if (analysis.comparesRequests() || !analysis.comparedByTemplate().isEmpty()) {
      findings.problem(
          "spec.analysis.comparison",
          "cannot be made %s: users reach the primary alone, and a load test says nothing beside them"
              .formatted(where));
    }
    if (!analysis.steps().isEmpty()) {
      findings.problem(
          "spec.analysis.steps",
          "cannot be taken %s: give iterations instead, or name a mesh".formatted(where));
      return new Rehearsal(1);
    }
    if (analysis.iterations() < 1) {
      ignored("maxWeight", analysis.maxWeight() != 0, where);
      findings.warning(
          "spec.analysis." + (analysis.stepWeights().isEmpty() ? "stepWeight" : "stepWeights"),
          "cannot shift traffic step by step %s: %d looks without users are made instead (set iterations)"
              .formatted(where, ITERATIONS_WITHOUT_MESH));
      return new Rehearsal(ITERATIONS_WITHOUT_MESH);
    }
    weights();
    tooMany();
    return new Rehearsal(analysis.iterations());
  }

  private Strategy among(Duration floor) {
    if (!analysis.steps().isEmpty()) {
      return new Stepped(mirrored(), StepsReader.read(analysis, floor, findings), cookies());
    }
    return switch (analysis.strategy()) {
      case AB_TESTING -> {
        ignored("mirror", analysis.mirror(), "in an A/B test");
        shares();
        yield new AbTest(analysis.iterations());
      }
      case BLUE_GREEN -> {
        shares();
        yield new BlueGreen(analysis.iterations(), mirrored());
      }
      case CANARY -> {
        if (!analysis.match().isEmpty()) {
          findings.problem(
              "spec.analysis.match",
              "says who takes part in an A/B test, which needs iterations, too");
        }
        var steps = analysis.stepWeights().isEmpty() ? evenSteps() : listedSteps();
        yield new GradualShift(mirrored(), steps, cookies());
      }
    };
  }

  /// Flagger's schema allows them beside each other only one by one; without it nothing does.
  private void shares() {
    weights();
    ignored("sessionAffinity", analysis.sessionAffinity() != null, "with iterations");
    tooMany();
  }

  private void weights() {
    ignored("stepWeight", analysis.stepWeight() != 0, "with iterations");
    ignored("stepWeights", !analysis.stepWeights().isEmpty(), "with iterations");
    ignored("maxWeight", analysis.maxWeight() != 0, "with iterations");
  }

  private void tooMany() {
    if (analysis.iterations() > MOST_ITERATIONS) {
      findings.problem(
          "spec.analysis.iterations",
          "%d are more than %d".formatted(analysis.iterations(), MOST_ITERATIONS));
    }
  }

  private void ignored(String field, boolean given, String where) {
    if (given) {
      findings.warning("spec.analysis." + field, "is ignored " + where);
    }
  }

  private Optional<CookieNames> cookies() {
    var affinity = analysis.sessionAffinity();
    if (affinity == null) {
      return Optional.empty();
    }
    if (affinity.cookieName().equals(affinity.primaryCookieName())) {
      findings.problem(
          "spec.analysis.sessionAffinity.primaryCookieName",
          "is the canary's, too; the two cookies need different names");
    }
    return Optional.of(
        new CookieNames(
            affinity.cookieName(),
            Optional.ofNullable(affinity.primaryCookieName()).filter(name -> !name.isEmpty())));
  }

  /// Without a weight everything is copied.
  private Percent mirrored() {
    var weight = analysis.mirrorWeight();
    if (weight < 0 || weight > 100) {
      findings.problem("spec.analysis.mirrorWeight", "is 1 to 100 percent, not " + weight);
      return Percent.NONE;
    }
    if (!analysis.mirror()) {
      return Percent.NONE;
    }
    return weight == 0 ? Percent.ALL : new Percent(weight);
  }

  /// The last step is `maxWeight` itself, also where the steps do not meet it.
  private List<Percent> evenSteps() {
    var step = analysis.stepWeight();
    if (step < 1 || step > 100) {
      findings.problem(
          "spec.analysis.stepWeight",
          step == 0
              ? "needs a value from 1 to 100 (or list the steps in stepWeights)"
              : "a step is 1 to 100 percent, not " + step);
      return List.of(Percent.ALL);
    }
    if (analysis.maxWeight() < 0 || analysis.maxWeight() > 100) {
      findings.problem(
          "spec.analysis.maxWeight", "is 1 to 100 percent, not " + analysis.maxWeight());
      return List.of(Percent.ALL);
    }
    var highest = analysis.highestWeight();
    return Stream.concat(
            Stream.iterate(step, weight -> weight < highest, weight -> weight + step),
            Stream.of(highest))
        .map(Percent::new)
        .toList();
  }

  private List<Percent> listedSteps() {
    var field = "spec.analysis.stepWeights";
    if (analysis.stepWeight() != 0) {
      findings.problem(field, "cannot be given together with stepWeight");
    }
    if (analysis.maxWeight() != 0) {
      findings.warning(
          "spec.analysis.maxWeight", "is ignored: the last of stepWeights is the highest");
    }
    var before = 0;
    for (var weight : analysis.stepWeights()) {
      if (weight < 1 || weight > 100) {
        findings.problem(field, "a step is 1 to 100 percent, not " + weight);
        return List.of(Percent.ALL);
      }
      if (weight <= before) {
        findings.problem(
            field, "must rise from step to step, but %d follows %d".formatted(weight, before));
        return List.of(Percent.ALL);
      }
      before = weight;
    }
    return analysis.stepWeights().stream().map(Percent::new).toList();
  }

  private Percent promotionStep() {
    var step = analysis.stepWeightPromotion();
    if (step < 0 || step > 100) {
      findings.problem("spec.analysis.stepWeightPromotion", "is 1 to 100 percent, not " + step);
    }
    return step < 1 || step > 100 ? Percent.ALL : new Percent(step);
  }

  private Percent percent(String field, @Nullable Integer value) {
    if (value == null) {
      return Percent.ALL;
    }
    if (value < 1 || value > 100) {
      findings.problem("spec.analysis." + field, "is 1 to 100 percent, not " + value);
      return Percent.ALL;
    }
    return new Percent(value);
  }

  private Duration deadline() {
    var seconds = spec.progressDeadline();
    if (seconds < 1) {
      findings.problem("spec.progressDeadlineSeconds", "must be at least 1, not " + seconds);
      return Duration.ofSeconds(CanarySpec.DEFAULT_PROGRESS_DEADLINE_SECONDS);
    }
    return Duration.ofSeconds(seconds);
  }

  /// @param compared whether there is something else to judge by
  private List<String> metrics(boolean compared) {
    if (analysis.metrics().isEmpty() && !compared && !spec.skipAnalysis()) {
      findings.warning(
          "spec.analysis.metrics", "is empty: only webhooks and ready pods judge a release");
    }
    return analysis.metrics().stream()
        .filter(metric -> !analysis.compares(metric))
        .map(dev.sluice.crds.Analysis.Metric::name)
        .toList();
  }

  private List<Hook> hooks() {
    var hooks = new ArrayList<Hook>();
    for (int i = 0; i < analysis.webhooks().size(); i++) {
      var webhook = analysis.webhooks().get(i);
      callable(webhook, "spec.analysis.webhooks[%d]".formatted(i));
      var index = i;
      type(webhook.kind())
          .map(type -> new Hook(webhook.name(), type, webhook.muteAlert(), index))
          .ifPresent(hooks::add);
    }
    return hooks;
  }

  private void callable(Webhook webhook, String field) {
    findings.read(field + ".timeout", webhook::patience, Duration.ZERO);
    if (!webhook.url().matches("https?://[^/\\s]\\S*")) {
      // The address itself is not shown: it may hold a token.
      findings.problem(field + ".url", "is not an address such as http://host/path");
    }
    if (webhook.retries() > MOST_RETRIES) {
      findings.warning(
          field + ".retries",
          "%d are too many; %d are made".formatted(webhook.retries(), MOST_RETRIES));
    }
  }

  /// Empty for what a rollout never waits for: events are told as they happen.
  private static Optional<HookType> type(WebhookType type) {
    return switch (type) {
      case CONFIRM_ROLLOUT -> Optional.of(HookType.CONFIRM_ROLLOUT);
      case PRE_ROLLOUT -> Optional.of(HookType.PRE_ROLLOUT);
      case ROLLOUT -> Optional.of(HookType.ROLLOUT);
      case CONFIRM_TRAFFIC_INCREASE -> Optional.of(HookType.CONFIRM_TRAFFIC_INCREASE);
      case CONFIRM_PROMOTION -> Optional.of(HookType.CONFIRM_PROMOTION);
      case ROLLBACK -> Optional.of(HookType.ROLLBACK);
      case POST_ROLLOUT -> Optional.of(HookType.POST_ROLLOUT);
      case EVENT -> Optional.empty();
    };
  }
}

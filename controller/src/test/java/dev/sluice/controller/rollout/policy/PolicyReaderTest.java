package dev.sluice.controller.rollout.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.compare.RiskBudget;
import dev.sluice.analysis.compare.Tolerance;
import dev.sluice.analysis.traffic.Definition;
import dev.sluice.crds.Canary;
import dev.sluice.crds.Comparison.Blind;
import dev.sluice.crds.Comparison.Unsure;
import dev.sluice.mesh.Meshes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What becomes of the specs that people write.
class PolicyReaderTest {
  private static final String MANIFEST =
      """
      apiVersion: flagger.app/v1beta1
      kind: Canary
      metadata: {name: myapp, namespace: production}
      spec:
        targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
        service: {port: 80, targetPort: 8080, gateways: [myapp-gateway], hosts: [myapp.example.com]}
        analysis:
          interval: 1m
          threshold: 5
          maxWeight: 50
          stepWeight: 10
          metrics:
          - {name: request-success-rate, thresholdRange: {min: 99}, interval: 1m}
          - {name: request-duration, thresholdRange: {max: 500}, interval: 1m}
          webhooks:
          - {name: acceptance-test, type: pre-rollout, url: "http://flagger-loadtester.test/", timeout: 30s}
          - {name: load-test, url: "http://flagger-loadtester.test/", timeout: 5s}
      """;

  private static final String SERVICE =
      MANIFEST
          .replace("apiVersion: apps/v1, kind: Deployment", "apiVersion: v1, kind: Service")
          .replace(", targetPort: 8080", "");

  @Test
  void aServiceMayBeTheTargetAndIsToldWhatItsSidesDoNotTakeFromTheSpec() {
    assertThat(valid(SERVICE).warnings()).isEmpty();
    assertThat(valid(SERVICE.replace("port: 80,", "port: 80, headless: true,")).warnings())
        .singleElement()
        .asString()
        .contains("spec.service.headless", "its two sides are copies of it");
  }

  @Test
  void whatDoesNotGoWithAServiceIsRefusedNamingTheField() {
    assertThat(invalid(SERVICE.replace("spec:\n", "spec:\n  provider: kubernetes\n")))
        .extracting(Problem::field)
        .containsExactly("spec.provider");
    assertThat(invalid(SERVICE.replace("port: 80,", "port: 80, name: other,")))
        .extracting(Problem::field)
        .containsExactly("spec.service.name");
    assertThat(
            invalid(
                SERVICE.replace(
                    "spec:\n",
                    "spec:\n  autoscalerRef: {apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, name: myapp}\n")))
        .extracting(Problem::field)
        .containsExactly("spec.autoscalerRef");
    assertThat(invalid(SERVICE.replace("threshold: 5\n", "threshold: 5\n    comparison: {}\n")))
        .extracting(Problem::field)
        .containsExactly("spec.analysis.comparison");
  }

  @Test
  void theManifestThatUsersKnowMeansWhatItSays() {
    var policy = valid(MANIFEST).policy();

    assertThat(policy.interval()).isEqualTo(Duration.ofMinutes(1));
    assertThat(policy.threshold()).isEqualTo(5);
    assertThat(stages(policy)).containsExactly("10%", "20%", "30%", "40%", "50%");
    assertThat(policy.promotionStep().value()).isEqualTo(100);
    assertThat(policy.progressDeadline()).isEqualTo(Duration.ofMinutes(10));
    assertThat(policy.metrics()).containsExactly("request-success-rate", "request-duration");
    assertThat(policy.hooks())
        .containsExactly(
            new Policy.Hook("acceptance-test", Policy.HookType.PRE_ROLLOUT, false, 0),
            new Policy.Hook("load-test", Policy.HookType.ROLLOUT, false, 1));
    assertThat(valid(MANIFEST).warnings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "stepWeight: 20, 20% 40% 50%",
    "stepWeight: 50, 50%",
    "stepWeight: 60, 50%",
    "stepWeight: 25, 25% 50%",
  })
  void evenStepsNeverGoBeyondMaxWeight(String step, String expected) {
    var policy = valid(MANIFEST.replace("stepWeight: 10", step)).policy();

    assertThat(stages(policy)).containsExactly(expected.split(" ", -1));
  }

  private static List<String> stages(Policy policy) {
    return Stream.iterate(
            policy.strategy().after(Stage.START),
            Optional::isPresent,
            stage -> policy.strategy().after(stage.get()))
        .map(stage -> stage.get().split().toString())
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "iterations: 3, match: [{headers: {x: {exact: y}}}] | 100% 100% 100%",
        "iterations: 2 | 0% 0% 100%",
        "iterations: 2, mirror: true, mirrorWeight: 30 | a mirror of 30%, a mirror of 30%, 100%",
        "stepWeights: [50], mirror: true | a mirror of 100%, 50%",
      })
  void everyStrategyIsAWayToTheUsers(String analysis, String way) {
    var given = MANIFEST.substring(0, MANIFEST.indexOf("  analysis:"));
    var policy =
        valid(given + "  analysis: {interval: 1m, threshold: 5, " + analysis + "}\n").policy();

    assertThat(stages(policy)).containsExactly(way.split(way.contains(",") ? ", " : " ", -1));
  }

  @Test
  void oneLineTurnsTheComparisonOnAndKeepsWhatTheManifestHasAlwaysAskedFor() {
    var policy = valid(comparing("{}")).policy();

    var comparing = policy.comparison().orElseThrow();
    assertThat(comparing.latency()).isTrue();
    assertThat(comparing.definition()).isEqualTo(Definition.TABLE);
    assertThat(comparing.policy())
        .as("what ./sluice judge does without options, at the scrape interval")
        .isEqualTo(
            new ComparisonPolicy(
                15,
                0.01,
                new Tolerance(1.1, 1e-4),
                new Tolerance(1.5, 0.005),
                0.005,
                0.99,
                500.0,
                List.of(),
                0,
                false));
    assertThat(comparing.patience()).isEqualTo(Duration.ofMinutes(30));
    assertThat(comparing.unsure()).isEqualTo(Unsure.HOLD);
    assertThat(comparing.blind()).isEqualTo(Blind.HOLD);
    assertThat(policy.metrics()).as("nothing else is left to check").isEmpty();
    assertThat(valid(comparing("{}")).warnings()).isEmpty();
  }

  @Test
  void rangesOfComparedMetricsAreWhatIsAskedForWithoutAPrimary() {
    var strict =
        MANIFEST
            .replace("min: 99", "min: 99.5")
            .replace("max: 500", "max: 250")
            .replace("    threshold: 5\n", "    threshold: 5\n    comparison: {}\n");

    var policy = valid(strict).policy().comparison().orElseThrow().policy();

    assertThat(policy.minSuccess()).isEqualTo(0.995);
    assertThat(policy.sloLatency()).isEqualTo(250.0);
  }

  @Test
  void theToleranceFollowsTheObjective() {
    var comparing = valid(comparing("{objective: 99.99}")).policy().comparison().orElseThrow();

    assertThat(comparing.policy().errors()).isEqualTo(new Tolerance(1.1, 1e-5));
    assertThat(comparing.budget()).isEqualTo(new RiskBudget(0.005, 0.9999));
  }

  @Test
  void aMetricThatSaysSoForItselfIsComparedAlone() {
    var one =
        MANIFEST.replace(
            "thresholdRange: {min: 99}", "thresholdRange: {min: 99}, comparison: {theta: 2}");

    var policy = valid(one).policy();

    assertThat(policy.metrics()).containsExactly("request-duration");
    var comparing = policy.comparison().orElseThrow();
    assertThat(comparing.latency()).isFalse();
    assertThat(comparing.policy().errors()).isEqualTo(new Tolerance(2, 1e-4));
  }

  @Test
  void durationsThatAreComparedAloneMustBeThere() {
    var one =
        MANIFEST.replace(
            "thresholdRange: {max: 500}", "thresholdRange: {max: 500}, comparison: {}");

    var policy = valid(one).policy();

    assertThat(policy.metrics()).containsExactly("request-success-rate");
    var judged = policy.comparison().orElseThrow().policy();
    assertThat(judged.judgesErrors()).isFalse();
    assertThat(judged.requireLatency()).isTrue();
    assertThat(
            invalid(
                one.replace(
                    "    threshold: 5\n", "    threshold: 5\n    comparison: {sloLatency: 0}\n")))
        .singleElement()
        .asString()
        .startsWith("spec.analysis.comparison.sloLatency: cannot be 0");
  }

  @Test
  void theComparisonAsItCanBeWritten() {
    var comparing =
        valid(
                comparing(
                    "{tick: 30s, alpha: 0.05, delta: 0.001, warmUp: 45s, minWait: 40s, errorsBy: flagger,"
                        + " sloLatency: 0, bounds: [100, 250], requireLatency: true,"
                        + " inconclusive: {after: 1h, then: promote}, unavailable: {after: 90s, then: rollback}}"))
            .policy()
            .comparison()
            .orElseThrow();

    assertThat(comparing.tick()).isEqualTo(Duration.ofSeconds(30));
    assertThat(comparing.policy().alpha()).isEqualTo(0.05);
    assertThat(comparing.policy().errors().slack()).isEqualTo(0.001);
    assertThat(comparing.policy().warmUp()).isEqualTo(45);
    assertThat(comparing.policy().sloLatency()).isNull();
    assertThat(comparing.policy().bounds()).containsExactly(100.0, 250.0);
    assertThat(comparing.policy().requireLatency()).isTrue();
    assertThat(comparing.soonest()).isEqualTo(Duration.ofSeconds(40));
    assertThat(comparing.definition()).isEqualTo(Definition.FLAGGER);
    assertThat(comparing.patience()).isEqualTo(Duration.ofHours(1));
    assertThat(comparing.unsure()).isEqualTo(Unsure.PROMOTE);
    assertThat(comparing.outage()).isEqualTo(Duration.ofSeconds(90));
    assertThat(comparing.blind()).isEqualTo(Blind.ROLLBACK);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{tick: 5s} | spec.analysis.comparison.tick: 5s is below the interval at which metrics are collected",
        "{minWait: 2m} | spec.analysis.comparison.minWait: has no effect",
      })
  void whatHasNoEffectIsSaid(String comparison, String warning) {
    assertThat(valid(comparing(comparison)).warnings())
        .singleElement()
        .asString()
        .startsWith(warning);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{alpha: 0.7} | spec.analysis.comparison: alpha must be above 0",
        "{objective: 100} | spec.analysis.comparison.objective: is from 50 to 99.9999",
        "{tick: 2h} | spec.analysis.comparison: tick must be from 1 to 3600 seconds",
        "{theta: 0.5} | spec.analysis.comparison: the factor of a tolerance",
        "{warmUp: soon} | spec.analysis.comparison.warmUp: 'soon' is not a duration",
        "{inconclusive: {after: never}} | spec.analysis.comparison.inconclusive.after: 'never' is not",
      })
  void aComparisonThatCannotBeIsRefusedWithTheField(String comparison, String problem) {
    assertThat(invalid(comparing(comparison))).singleElement().asString().startsWith(problem);
  }

  @Test
  void aMetricThatCannotBeComparedIsRefused() {
    var custom =
        MANIFEST.replace(
            "{name: request-duration, thresholdRange: {max: 500}, interval: 1m}",
            "{name: queue-length, query: 'sum(queue_length)', comparison: {}}");

    assertThat(invalid(custom))
        .singleElement()
        .asString()
        .startsWith(
            "spec.analysis.metrics[1].comparison: 'queue-length' cannot be compared with the primary");
  }

  private static String comparing(String comparison) {
    return MANIFEST.replace(
        "    threshold: 5\n", "    threshold: 5\n    comparison: " + comparison + "\n");
  }

  @Test
  void listedStepsAreTakenAsTheyAre() {
    var policy =
        valid(
                MANIFEST
                    .replace("stepWeight: 10", "stepWeights: [1, 2, 10, 80]")
                    .replace("    maxWeight: 50\n", ""))
            .policy();

    assertThat(stages(policy)).containsExactly("1%", "2%", "10%", "80%");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "stepWeight: 10 | stepWeight: 0 | spec.analysis.stepWeight | 1 to 100",
        "stepWeight: 10 | stepWeight: 101 | spec.analysis.stepWeight | 1 to 100",
        "stepWeight: 10 | stepWeight: -5 | spec.analysis.stepWeight | 1 to 100",
        "stepWeight: 10 | stepWeights: [10, 10, 20] | spec.analysis.stepWeights | 10 follows 10",
        "stepWeight: 10 | stepWeights: [10, 5] | spec.analysis.stepWeights | 5 follows 10",
        "stepWeight: 10 | stepWeights: [10, 200] | spec.analysis.stepWeights | not 200",
        "stepWeight: 10 | stepWeights: [0, 10] | spec.analysis.stepWeights | not 0",
        "maxWeight: 50 | maxWeight: 150 | spec.analysis.maxWeight | not 150",
        "interval: 1m | interval: soon | spec.analysis.interval | soon",
        "timeout: 5s | timeout: never | spec.analysis.webhooks[1].timeout | never",
        "http://flagger-loadtester | ftp://flagger-loadtester | spec.analysis.webhooks[0].url | http://host/path",
        "threshold: 5 | iterations: 30000 | spec.analysis.iterations | more than 10080",
        "threshold: 5 | match: [{headers: {x: {exact: y}}}] | spec.analysis.match | needs iterations",
        "threshold: 5 | sessionAffinity: {cookieName: a, primaryCookieName: a} | spec.analysis.sessionAffinity.primaryCookieName | different names",
        "threshold: 5 | mirrorWeight: 101 | spec.analysis.mirrorWeight | not 101",
        "threshold: 5 | primaryReadyThreshold: 0 | spec.analysis.primaryReadyThreshold | 1 to 100",
        "threshold: 5 | canaryReadyThreshold: 101 | spec.analysis.canaryReadyThreshold | 1 to 100",
        "threshold: 5 | stepWeightPromotion: 101 | spec.analysis.stepWeightPromotion | 1 to 100",
        "kind: Deployment | kind: Service | spec.targetRef | a Service (v1)",
        "apiVersion: apps/v1, kind: Deployment | apiVersion: serving.knative.dev/v1, kind: Service | spec.targetRef | a Service (v1)",
        "port: 80 | port: 0 | spec.service.port | 1 to 65535",
      })
  void whatCannotWorkIsRefusedNamingTheField(
      String valid, String broken, String field, String why) {
    var problems = invalid(MANIFEST.replaceFirst(valid, broken));

    assertThat(problems)
        .anySatisfy(problem -> {
          assertThat(problem.field()).isEqualTo(field);
          assertThat(problem.why()).contains(why);
        });
  }

  @Test
  void bothKindsOfStepsAreRefused() {
    var problems =
        invalid(MANIFEST.replace("stepWeight: 10", "stepWeight: 10\n    stepWeights: [10, 20]"));

    assertThat(problems).singleElement().asString().contains("stepWeights", "together");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "spec.autoscalerRef.apiVersion | autoscalerRef: {apiVersion: autoscaling/v2, kind: ScaledObject, name: myapp}",
        "spec.autoscalerRef.primaryScalerReplicas | autoscalerRef: {apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, name: myapp, primaryScalerReplicas: {minReplicas: 5, maxReplicas: 4}}",
        "spec.progressDeadlineSeconds | progressDeadlineSeconds: 0",
        "spec.provider | provider: itsio",
      })
  void fieldsOfTheSpecThatAreNotActedOnAreRefused(String field, String line) {
    var problems = invalid(MANIFEST.replace("spec:\n", "spec:\n  " + line + "\n"));

    assertThat(problems).singleElement().extracting(Problem::field).isEqualTo(field);
  }

  @Test
  void anUnknownMeshIsNeverGuessed() {
    var problems = invalid(MANIFEST.replace("spec:\n", "spec:\n  provider: itsio\n"));

    assertThat(problems.getFirst().why())
        .isEqualTo(
            "unknown mesh provider 'itsio'; known: gatewayapi:v1, gatewayapi:v1beta1, istio, kubernetes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"linkerd", "appmesh", "nginx", "contour", "traefik", "knative"})
  void aMeshThatOnlyFlaggerServesIsRefusedWithTheOnesThatAreServed(String provider) {
    var problems = invalid(MANIFEST.replace("spec:\n", "spec:\n  provider: " + provider + "\n"));

    assertThat(problems).singleElement().asString().contains("spec.provider", provider, "istio");
  }

  @Test
  void withoutAMeshAnIterationIsALookWithoutUsersAndThenComesThePromotion() {
    var plan = valid(withoutMesh("iterations: 2"));

    assertThat(plan.policy().strategy()).isEqualTo(new Rehearsal(2));
    assertThat(plan.warnings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "stepWeight: 10 | spec.analysis.stepWeight | cannot shift traffic step by step",
        "iterations: 2, match: [{headers: {x-user: {exact: me}}}] | spec.analysis.match | no user meets the canary",
        "iterations: 2, mirror: true | spec.analysis.mirror | nothing copies requests",
        "iterations: 2, stepWeightPromotion: 20 | spec.analysis.stepWeightPromotion | without a mesh",
        "stepWeight: 10, sessionAffinity: {cookieName: c} | spec.analysis.sessionAffinity | without a mesh",
      })
  void withoutAMeshEveryStrategyComesToBlueGreenAndPeopleAreTold(
      String analysis, String field, String why) {
    var plan = valid(withoutMesh(analysis));

    assertThat(plan.policy().strategy())
        .isEqualTo(new Rehearsal(analysis.contains("iterations") ? 2 : 10));
    assertThat(plan.warnings())
        .anySatisfy(warning -> {
          assertThat(warning.field()).isEqualTo(field);
          assertThat(warning.why()).contains(why);
        });
  }

  /// It would wait for users' requests that never come.
  @Test
  void withoutAMeshThereIsNobodyToCompare() {
    assertThat(invalid(withoutMesh("iterations: 2, comparison: {}")))
        .singleElement()
        .asString()
        .contains("spec.analysis.comparison", "users reach the primary alone");
  }

  private static String withoutMesh(String analysis) {
    return """
    metadata: {name: myapp, namespace: production}
    spec:
      provider: kubernetes
      targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
      service: {port: 80}
      analysis:
        {interval: 1m, threshold: 5, metrics: [{name: request-duration, interval: 1m}], %s}
    """
        .formatted(analysis);
  }

  @Test
  void whatWorksOtherwiseThanMeantWarns() {
    var plan =
        valid(
            MANIFEST
                .replace("interval: 1m\n", "interval: 5s\n")
                .replace("type: pre-rollout", "retries: 99")
                .replace(
                    "  analysis:",
                    "  autoscalerRef: {apiVersion: autoscaling/v2beta2, kind: HorizontalPodAutoscaler, name: myapp}\n  analysis:"));

    assertThat(plan.policy().interval()).isEqualTo(Settings.DEFAULT.shortestInterval());
    assertThat(plan.warnings())
        .extracting(Problem::field)
        .containsExactlyInAnyOrder(
            "spec.analysis.interval",
            "spec.analysis.webhooks[0].retries",
            "spec.autoscalerRef.apiVersion");
  }

  @ParameterizedTest
  @CsvSource({
    "confirm-rollout, CONFIRM_ROLLOUT",
    "pre-rollout, PRE_ROLLOUT",
    "rollout, ROLLOUT",
    "'', ROLLOUT",
    "confirm-traffic-increase, CONFIRM_TRAFFIC_INCREASE",
    "confirm-promotion, CONFIRM_PROMOTION",
    "rollback, ROLLBACK",
    "post-rollout, POST_ROLLOUT",
  })
  void everyTypeOfWebhookIsCalledInItsTime(String written, Policy.HookType type) {
    var plan = valid(MANIFEST.replaceFirst("type: pre-rollout", "type: '" + written + "'"));

    assertThat(plan.policy().hooks().getFirst().type()).isEqualTo(type);
    assertThat(plan.warnings()).isEmpty();
  }

  @Test
  void eventsAreTheOnlyWebhooksThatNoRolloutWaitsFor() {
    var plan = valid(MANIFEST.replaceFirst("type: pre-rollout", "type: event"));

    assertThat(plan.policy().hooks()).singleElement().extracting(Policy.Hook::index).isEqualTo(1);
    assertThat(plan.warnings()).isEmpty();
  }

  @Test
  void anAddressThatHoldsATokenIsNotShown() {
    var problems =
        invalid(MANIFEST.replaceFirst("http://flagger-loadtester", "htp://x/?token=hidden&a="));

    assertThat(problems.toString()).contains("webhooks[0].url").doesNotContain("hidden");
  }

  private static Plan.Valid valid(String manifest) {
    var plan = read(manifest);
    assertThat(plan).isInstanceOf(Plan.Valid.class);
    return (Plan.Valid) plan;
  }

  private static List<Problem> invalid(String manifest) {
    var plan = read(manifest);
    assertThat(plan).isInstanceOf(Plan.Invalid.class);
    return ((Plan.Invalid) plan).problems();
  }

  private static Plan read(String manifest) {
    try {
      var canary = Canary.read(new YAMLMapper().readTree(manifest));
      return PolicyReader.read(canary.spec(), Settings.DEFAULT, Meshes.named("istio"));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}

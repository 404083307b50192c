package dev.sluice.controller.rollout.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.crds.Canary;
import dev.sluice.mesh.Meshes;
import dev.sluice.mesh.Percent;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What becomes of the steps that people list.
class StepsReaderTest {
  private static final String MANIFEST =
      """
      apiVersion: flagger.app/v1beta1
      kind: Canary
      metadata: {name: myapp, namespace: production}
      spec:
        targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
        service: {port: 80}
        analysis:
          interval: 1m
          threshold: 5
          maxDuration: 2h
          metrics:
          - {name: request-success-rate, thresholdRange: {min: 99}}
          - {name: request-duration, thresholdRange: {max: 500}}
          steps:
          - setWeight: 5
            interval: 5m
          - pause: {duration: 10m}
          - analysis: {count: 3, metrics: [request-duration]}
          - pause: {}
          - setWeight: 50
      """;

  @Test
  void stepsMeanWhatTheySay() {
    var policy = valid(MANIFEST).policy();

    assertThat(policy.strategy())
        .isEqualTo(
            new Stepped(
                Percent.NONE,
                List.of(
                    new Stepped.Item(
                        new Stepped.SetWeight(new Percent(5)), Optional.of(Duration.ofMinutes(5))),
                    Stepped.Item.of(new Stepped.Pause(Optional.of(Duration.ofMinutes(10)))),
                    Stepped.Item.of(new Stepped.Look(3, Optional.of(List.of("request-duration")))),
                    Stepped.Item.of(new Stepped.Pause(Optional.empty())),
                    Stepped.Item.of(new Stepped.SetWeight(new Percent(50)))),
                Optional.empty()));
    assertThat(policy.longest()).contains(Duration.ofHours(2));
    assertThat(valid(MANIFEST).warnings()).isEmpty();
  }

  @Test
  void aMirrorAndCookiesComeOnTop() {
    var strategy =
        valid(
                MANIFEST.replace(
                    "    threshold: 5\n",
                    """
                        threshold: 5
                        mirror: true
                        mirrorWeight: 30
                        sessionAffinity: {cookieName: user}
                    """))
            .policy()
            .strategy();

    assertThat(strategy.after(Stage.START).orElseThrow().split()).hasToString("a mirror of 30%");
    assertThat(strategy.cookies()).contains(new CookieNames("user", Optional.empty()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "threshold: 5 | stepWeight: 10 | spec.analysis.steps | together with stepWeight",
        "threshold: 5 | stepWeights: [10] | spec.analysis.steps | together with stepWeights",
        "threshold: 5 | maxWeight: 50 | spec.analysis.steps | together with maxWeight",
        "threshold: 5 | iterations: 5 | spec.analysis.steps | together with iterations",
        "threshold: 5 | match: [{headers: {x: {exact: y}}}] | spec.analysis.steps | together with match",
        "setWeight: 50 | setWeight: 101 | spec.analysis.steps[4].setWeight | not 101",
        "setWeight: 50 | setWeight: -1 | spec.analysis.steps[4].setWeight | not -1",
        "setWeight: 50 | interval: 1m | spec.analysis.steps[4] | exactly one of setWeight, pause and analysis",
        "- setWeight: 50 | - {setWeight: 50, pause: {}} | spec.analysis.steps[4] | exactly one of",
        "duration: 10m | duration: soon | spec.analysis.steps[1].pause.duration | soon",
        "duration: 10m | duration: 0s | spec.analysis.steps[1].pause.duration | no time at all",
        "interval: 5m | interval: often | spec.analysis.steps[0].interval | often",
        "count: 3 | count: 0 | spec.analysis.steps[2].analysis.count | not 0",
        "count: 3 | count: 20000 | spec.analysis.steps[2].analysis.count | not 20000",
        "[request-duration] | [latency] | spec.analysis.steps[2].analysis.metrics | is none of spec.analysis.metrics: request-success-rate, request-duration",
        "maxDuration: 2h | maxDuration: long | spec.analysis.maxDuration | long",
        "maxDuration: 2h | maxDuration: 0s | spec.analysis.maxDuration | no time at all",
      })
  void whatCannotWorkIsRefusedNamingTheField(
      String valid, String broken, String field, String why) {
    var plan = read(MANIFEST.replace(valid, broken));

    assertThat(plan).isInstanceOf(Plan.Invalid.class);
    assertThat(((Plan.Invalid) plan).problems())
        .anySatisfy(problem -> {
          assertThat(problem.field()).isEqualTo(field);
          assertThat(problem.why()).contains(why);
        });
  }

  @Test
  void moreStepsThanAnybodyReadsAreRefused() {
    var many = String.join("", Collections.nCopies(100, "    - setWeight: 50\n"));

    assertThat(read(MANIFEST + many).toString()).contains("105 are more than 100");
  }

  @Test
  void whatWorksOtherwiseThanMeantWarns() {
    var plan =
        valid(
            MANIFEST
                .replace("interval: 5m", "interval: 1s")
                .replace("setWeight: 50", "setWeight: 0")
                .replace("setWeight: 5\n", "setWeight: 0\n"));

    assertThat(plan.policy().strategy().after(Stage.START).map(plan.policy().strategy()::stay))
        .get()
        .extracting(Stay::interval)
        .isEqualTo(Optional.of(Settings.DEFAULT.shortestInterval()));
    assertThat(plan.warnings())
        .extracting(Problem::field)
        .containsExactlyInAnyOrder("spec.analysis.steps[0].interval", "spec.analysis.steps");
  }

  private static Plan.Valid valid(String manifest) {
    var plan = read(manifest);
    assertThat(plan).isInstanceOf(Plan.Valid.class);
    return (Plan.Valid) plan;
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

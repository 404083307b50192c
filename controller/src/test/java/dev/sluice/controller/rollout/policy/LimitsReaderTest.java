package dev.sluice.controller.rollout.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.analysis.Limits;
import dev.sluice.crds.Canary;
import dev.sluice.mesh.Meshes;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What becomes of the limits that people write at single metrics.
class LimitsReaderTest {
  @Test
  void aMetricThatSaysNothingIsAsInFlagger() {
    var canary = canary("{name: request-success-rate, thresholdRange: {min: 99}, interval: 1m}");

    assertThat(read(canary)).isInstanceOf(Plan.Valid.class);
    assertThat(LimitsReader.limits(canary.spec().analysis().metrics().getFirst()))
        .isEqualTo(Limits.NONE);
  }

  @Test
  void everyLimitIsTakenAsWritten() {
    var canary =
        canary(
            "{name: request-success-rate, failureLimit: 0, consecutiveErrorLimit: 4,"
                + " inconclusiveLimit: 10080, initialDelay: 90s}");

    assertThat(((Plan.Valid) read(canary)).warnings()).isEmpty();
    assertThat(LimitsReader.limits(canary.spec().analysis().metrics().getFirst()))
        .isEqualTo(
            new Limits(
                OptionalInt.of(0),
                OptionalInt.of(4),
                OptionalInt.of(10_080),
                false,
                Duration.ofSeconds(90)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "failureLimit: -1 | failureLimit | is 0 to 10080 looks, not -1; for a metric that never rolls back, write dryRun: true",
        "consecutiveErrorLimit: -1 | consecutiveErrorLimit | is 0 to 10080 looks, not -1; leave it out for no limit",
        "inconclusiveLimit: 10081 | inconclusiveLimit | is 0 to 10080 looks, not 10081",
        "initialDelay: soon | initialDelay | soon",
        "initialDelay: 10081m | initialDelay | is longer than a week",
        "dryRun: true, comparison: {} | dryRun | 'request-success-rate' is compared with the primary, which always decides; leave out one of the two",
      })
  void whatMakesNoSenseIsRefusedAtItsField(String line, String field, String why) {
    var plan = read(canary("{name: request-success-rate, " + line + "}"));

    assertThat(plan).isInstanceOf(Plan.Invalid.class);
    assertThat(((Plan.Invalid) plan).problems())
        .singleElement()
        .satisfies(problem -> {
          assertThat(problem.field()).isEqualTo("spec.analysis.metrics[0]." + field);
          assertThat(problem.why()).contains(why);
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dryRun: true, failureLimit: 3 | [0].failureLimit | is ignored: a dry run decides nothing",
        "comparison: {}, failureLimit: 3 | [0].failureLimit | is ignored: the metric is compared with the primary",
        "comparison: {}, initialDelay: 5m | [0].initialDelay | comparison.warmUp is for that",
      })
  void whatDoesNothingWarns(String line, String field, String why) {
    var other = "{name: request-duration, thresholdRange: {max: 500}}";
    var plan = read(canary("{name: request-success-rate, " + line + "}", other));

    assertThat(((Plan.Valid) plan).warnings())
        .anySatisfy(warning -> {
          assertThat(warning.field()).isEqualTo("spec.analysis.metrics" + field);
          assertThat(warning.why()).contains(why);
        });
  }

  @Test
  void dryRunsAloneJudgeNothing() {
    var plan = read(canary("{name: request-success-rate, dryRun: true}"));

    assertThat(((Plan.Valid) plan).warnings())
        .singleElement()
        .hasToString(
            "spec.analysis.metrics: are all dry runs: only webhooks and ready pods judge a release");
  }

  @Test
  void whatIsCountedByItsNameHasANameOfItsOwn() {
    var twice =
        List.of(
            "{name: request-success-rate, thresholdRange: {min: 99}}",
            "{name: request-success-rate, thresholdRange: {min: 90}, failureLimit: 3}");

    assertThat(((Plan.Invalid) read(canary(twice.get(0), twice.get(1)))).problems())
        .singleElement()
        .extracting(Problem::field)
        .isEqualTo("spec.analysis.metrics[1].name");
    assertThat(read(canary(twice.get(0), twice.get(0)))).isInstanceOf(Plan.Valid.class);
  }

  private static Plan read(Canary canary) {
    return PolicyReader.read(canary.spec(), Settings.DEFAULT, Meshes.named("istio"));
  }

  private static Canary canary(String... metrics) {
    try {
      return Canary.read(
          new YAMLMapper()
              .readTree(
                  """
                  apiVersion: flagger.app/v1beta1
                  kind: Canary
                  metadata: {name: myapp, namespace: production}
                  spec:
                    targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
                    service: {port: 80}
                    analysis: {interval: 1m, threshold: 5, stepWeight: 10, metrics: [%s]}
                  """
                      .formatted(String.join(", ", metrics))));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}

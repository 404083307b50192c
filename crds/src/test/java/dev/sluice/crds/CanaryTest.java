package dev.sluice.crds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.crds.Analysis.Strategy;
import dev.sluice.crds.CanaryStatus.Phase;
import dev.sluice.crds.shape.Binding;
import dev.sluice.crds.shape.Unreadable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CanaryTest {

  private static Canary recorded(String name) {
    return Manifests.all("flagger-manifests.yaml", "Canary").stream()
        .map(Canary::read)
        .filter(canary -> canary.metadata().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void everyCanaryThatFlaggerRanIsRead() {
    Map<String, Strategy> strategies =
        Manifests.all("flagger-manifests.yaml", "Canary").stream()
            .map(Canary::read)
            .collect(
                Collectors.toMap(c -> c.metadata().name(), c -> c.spec().analysis().strategy()));

    assertThat(strategies)
        .containsOnly(
            Map.entry("myapp", Strategy.CANARY),
            Map.entry("ab", Strategy.AB_TESTING),
            Map.entry("bluegreen", Strategy.BLUE_GREEN),
            Map.entry("affinity", Strategy.CANARY),
            Map.entry("scaled", Strategy.CANARY));
  }

  @Test
  void stepsSayWhatTheyAreAboutAndHowLongTheyLast() {
    Analysis analysis =
        Canary.read(
                Manifests.yaml(
                    """
                    apiVersion: flagger.app/v1beta1
                    kind: Canary
                    metadata: {name: myapp, namespace: production}
                    spec:
                      targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
                      service: {port: 80}
                      analysis:
                        interval: 1m
                        threshold: 3
                        maxDuration: 1h30m
                        steps:
                        - {setWeight: 60, interval: 5m}
                        - {pause: {duration: 90s}}
                        - {pause: {}}
                        - {analysis: {count: 3}}
                        - {setWeight: 20}
                    """))
            .spec()
            .analysis();

    assertThat(analysis.strategy()).isEqualTo(Strategy.CANARY);
    assertThat(analysis.listedWeights()).containsExactly(60, 20);
    assertThat(analysis.highestWeight()).isEqualTo(60);
    assertThat(analysis.longest()).contains(Duration.ofMinutes(90));
    assertThat(analysis.steps().getFirst().every()).contains(Duration.ofMinutes(5));
    assertThat(analysis.steps())
        .flatExtracting(step -> Stream.ofNullable(step.pause()).toList())
        .extracting(AnalysisStep.Pause::length)
        .containsExactly(Optional.of(Duration.ofSeconds(90)), Optional.empty());
    assertThat(analysis.steps())
        .flatExtracting(step -> Stream.ofNullable(step.analysis()).toList())
        .containsExactly(new AnalysisStep.Look(3, List.of()));
  }

  @Test
  void theFieldsOfTheClassicCanaryAreThere() {
    Canary myapp = recorded("myapp");

    assertThat(myapp.ref()).hasToString("production/myapp");
    assertThat(myapp.spec().service().port()).isEqualTo(80);
    assertThat(myapp.spec().service().targetPort()).hasToString("8080");
    assertThat(myapp.spec().service().gateways()).containsExactly("myapp-gateway");
    assertThat(myapp.spec().progressDeadline()).isEqualTo(60);
    Analysis analysis = myapp.spec().analysis();
    assertThat(analysis.every()).isEqualTo(Duration.ofSeconds(10));
    assertThat(analysis.highestWeight()).isEqualTo(50);
    assertThat(analysis.failuresAllowed()).isEqualTo(3);
    assertThat(analysis.metrics().getFirst().thresholdRange())
        .isEqualTo(new Analysis.Range(99.0, null));
    assertThat(analysis.webhooks(Analysis.WebhookType.ROLLOUT))
        .singleElement()
        .satisfies(hook -> {
          assertThat(hook.patience()).isEqualTo(Duration.ofSeconds(5));
          assertThat(hook.metadata()).containsKey("cmd");
        });
  }

  @Test
  void theApexIsNamedAfterTheTargetUnlessTheServiceHasAName() {
    assertThat(recorded("myapp").apexName()).isEqualTo("myapp");
    assertThat(recorded("bluegreen").apexName()).isEqualTo("shop");
    assertThat(recorded("bluegreen").canaryServiceName()).isEqualTo("shop-canary");
    assertThat(recorded("bluegreen").primaryName()).isEqualTo("bluegreen-primary");
  }

  @Test
  void theLastOfExplicitStepsIsTheHighestWeight() {
    assertThat(recorded("affinity").spec().analysis().highestWeight()).isEqualTo(50);
  }

  @Test
  void aStatusThatFlaggerLeftIsWrittenBackAsItWas() {
    for (var object : Manifests.all("flagger-canaries.yaml")) {
      Canary canary = Canary.read(object);
      assertThat(canary.status().phase()).isIn(Phase.INITIALIZED, Phase.SUCCEEDED, Phase.FAILED);

      var written = Binding.write(canary.status());
      written.remove("observedGeneration");

      assertThat(Manifests.yaml(written.toString())).isEqualTo(object.get("status"));
    }
  }

  @Test
  void aWrongTypeIsNamedWithItsPath() {
    assertThatThrownBy(() -> Canary.read(with("{interval: 1m, metrics: [{name: a}, {name: 5}]}")))
        .isInstanceOf(Unreadable.class)
        .hasMessage("spec.analysis.metrics[1].name: must be a text, not 5");
    assertThatThrownBy(() -> Canary.read(with("{stepWeights: [10, 12.5]}")))
        .hasMessage("spec.analysis.stepWeights[1]: must be a whole number, not 12.5");
    assertThatThrownBy(() -> Canary.read(with("{webhooks: [{name: a, url: b, type: before}]}")))
        .hasMessageStartingWith(
            "spec.analysis.webhooks[0].type: 'before' is not one of rollout, pre-rollout");
    assertThatThrownBy(() -> Canary.read(with("{alerts: {}}")))
        .hasMessage("spec.analysis.alerts: must be a list, not an object");
  }

  @Test
  void aMissingFieldIsNamedWithItsPath() {
    assertThatThrownBy(() -> Canary.read(Manifests.yaml("{metadata: {name: a}, spec: {}}")))
        .hasMessage("spec.targetRef: is required");
    assertThatThrownBy(() -> Canary.read(with("{metrics: [{interval: 1m}]}")))
        .hasMessage("spec.analysis.metrics[0].name: is required");
  }

  @Test
  void unknownFieldsAndNullsAreReadAsAbsent() {
    Canary canary = Canary.read(with("{interval: null, somethingNew: 7, metrics: [null]}"));

    assertThat(canary.spec().analysis().every()).isEqualTo(Duration.ofMinutes(1));
    assertThat(canary.spec().analysis().metrics()).isEmpty();
    assertThat(canary.status().phase()).isNull();
  }

  private static com.fasterxml.jackson.databind.JsonNode with(String analysis) {
    return Manifests.yaml(
        """
        metadata: {name: myapp, namespace: production}
        spec:
          targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
          service: {port: 80}
          analysis: %s
        """
            .formatted(analysis));
  }
}

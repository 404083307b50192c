package dev.sluice.crds.shape;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.crds.Canary;
import org.junit.jupiter.api.Test;

/// What becomes of a Canary at the door of an API server.
class AdmissionTest {
  private static final String CANARY =
      """
      apiVersion: flagger.app/v1beta1
      kind: Canary
      metadata: {name: web, anything: goes}
      spec:
        targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
        service: {port: 80, targetPort: http}
        analysis: {interval: 1m, threshold: 5, stepWeight: 10}
      """;

  private static Admission.Admitted admitted(String yaml) throws JsonProcessingException {
    return new Admission(Canary.class).admit((ObjectNode) new YAMLMapper().readTree(yaml));
  }

  @Test
  void whatFitsIsStoredAsItIs() throws JsonProcessingException {
    var admitted = admitted(CANARY);

    assertThat(admitted.faults()).isEmpty();
    assertThat(admitted.unknown()).isEmpty();
    assertThat(admitted.object()).isEqualTo(new YAMLMapper().readTree(CANARY));
  }

  @Test
  void unknownFieldsAreDroppedAndNamed() throws JsonProcessingException {
    var admitted =
        admitted(CANARY.replace("stepWeight: 10", "stepWeight: 10, metrics: [{name: a, qery: b}]"));

    assertThat(admitted.unknown()).containsExactly("spec.analysis.metrics[0].qery");
    assertThat(admitted.object().at("/spec/analysis/metrics/0").toString())
        .isEqualTo("{\"name\":\"a\"}");
    assertThat(admitted.faults()).isEmpty();
  }

  @Test
  void defaultsAreFilledIn() throws JsonProcessingException {
    var admitted = admitted(CANARY.replace("port: 80", "port: 80, gatewayRefs: [{name: public}]"));

    assertThat(admitted.object().at("/spec/service/gatewayRefs/0/kind").asText())
        .isEqualTo("Gateway");
  }

  @Test
  void everythingThatBreaksTheSchemaIsNamed() throws JsonProcessingException {
    var admitted =
        admitted(
            CANARY
                .replace("kind: Deployment", "kind: Job")
                .replace("port: 80", "port: '80'")
                .replace("targetPort: http", "targetPort: true")
                .replace("threshold: 5", "threshold: [], iterations: 3"));

    assertThat(admitted.faults())
        .extracting(Admission.Fault::field)
        .containsExactlyInAnyOrder(
            "spec.targetRef.kind",
            "spec.service.port",
            "spec.service.targetPort",
            "spec.analysis.threshold",
            "spec.analysis");
  }

  @Test
  void nullIsAbsent() throws JsonProcessingException {
    var admitted = admitted(CANARY.replace("name: web}\n  service", "name: null}\n  service"));

    assertThat(admitted.faults())
        .containsExactly(new Admission.Fault("spec.targetRef.name", "is required"));
  }
}

package dev.sluice.controller.target;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A primary serves while its pods are replaced, whatever the target may do without users.
class RollingUpdateTest {

  @ParameterizedTest(name = "{0} with {1} pods becomes {2}, {3}")
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                                             | 2  | 25% | 25%",
        "{type: Recreate}                                               | 4  | 25% | 25%",
        "{rollingUpdate: {maxUnavailable: 25%, maxSurge: 25%}}          | 10 | 25% | 25%",
        "{rollingUpdate: {maxUnavailable: 0, maxSurge: 3}}              | 10 | 0   | 3",
        "{rollingUpdate: {maxUnavailable: 2, maxSurge: 0}}              | 10 | 2   | 0",
        "{rollingUpdate: {maxUnavailable: 3, maxSurge: 0}}              | 10 | 25% | 0",
        "{rollingUpdate: {maxUnavailable: 100%, maxSurge: 0}}           | 10 | 25% | 0",
        "{rollingUpdate: {maxUnavailable: 100%, maxSurge: 0}}           | 3  | 25% | 1",
        "{rollingUpdate: {maxUnavailable: 1, maxSurge: 0}}              | 1  | 25% | 1",
        "{rollingUpdate: {maxUnavailable: 1, maxSurge: 0%}}             | 2  | 25% | 1",
        "{rollingUpdate: {maxUnavailable: 50%, maxSurge: 100%}}         | 4  | 25% | 100%",
      })
  void neverMoreThanAQuarterIsMissing(
      String target, int replicas, String unavailable, String surge) {
    JsonNode strategy = RollingUpdate.serving(yaml(target), replicas);

    assertThat(strategy.path("type").asText()).isEqualTo("RollingUpdate");
    assertThat(strategy.at("/rollingUpdate/maxUnavailable").asText()).isEqualTo(unavailable);
    assertThat(strategy.at("/rollingUpdate/maxSurge").asText()).isEqualTo(surge);
  }

  @ParameterizedTest(name = "{0} of {1} on {2} nodes becomes {3}, {4}")
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                  | {}                  | 10 | 1  | 0",
        "{rollingUpdate: {maxUnavailable: 2}}   | {}                  | 10 | 2  | 0",
        "{rollingUpdate: {maxUnavailable: 10%}} | {}                  | 10 | 10% | 0",
        "{rollingUpdate: {maxUnavailable: 50%}} | {}                  | 10 | 2  | 0",
        "{rollingUpdate: {maxUnavailable: 0, maxSurge: 50%}} | {}     | 10 | 0  | 50%",
        "{}                                  | {}                  | 3  | 0  | 1",
        "{}                                  | {}                  | 1  | 0  | 1",
        "{}                                  | {}                  | 0  | 0  | 1",
        "{}                                  | {hostNetwork: true} | 3  | 1  | 0",
        "{}                   | {containers: [{ports: [{hostPort: 80}]}]} | 3  | 1  | 0",
      })
  void onFewNodesTheNewPodStartsBesideTheOldOneIfItCan(
      String target, String pod, int nodes, String unavailable, String surge) {
    JsonNode strategy = RollingUpdate.onNodes(yaml(target), yaml(pod), nodes);

    assertThat(strategy.at("/rollingUpdate/maxUnavailable").asText()).isEqualTo(unavailable);
    assertThat(strategy.at("/rollingUpdate/maxSurge").asText()).isEqualTo(surge);
  }

  private static JsonNode yaml(String text) {
    try {
      return new YAMLMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}

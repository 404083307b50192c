package dev.sluice.controller.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import org.junit.jupiter.api.Test;

/// What the cache keeps of an EndpointSlice.
class EndpointSliceTest {

  @Test
  void ofASliceOnlyTheNumbersAreKept() throws JsonProcessingException {
    GenericKubernetesResource slice =
        slice(
            """
            {"addresses": ["10.0.0.1"], "conditions": {"ready": true}},
            {"addresses": ["10.0.0.2"], "conditions": {}},
            {"addresses": ["10.0.0.3"]},
            {"addresses": ["10.0.0.4"], "conditions": {"ready": false}},
            {"addresses": ["10.0.0.5"], "conditions": {"ready": false, "terminating": true}}
            """,
            "2026-01-01T00:00:00Z");

    assertThat(slice.getAdditionalProperties())
        .containsEntry(Trim.READY, 3)
        .containsEntry(Trim.ENDPOINTS, 4);
    assertThat(slice.toString()).doesNotContain("10.0.0");
  }

  @Test
  void aSliceThatSaysTheSameAgainIsNoNews() throws JsonProcessingException {
    String one = "{\"addresses\": [\"10.0.0.1\"], \"conditions\": {\"ready\": true}}";
    String replaced = one.replace("10.0.0.1", "10.0.0.9");

    assertThat(
            Trim.isNews(
                Kind.ENDPOINT_SLICE,
                slice(one, "2026-01-01T00:00:00Z"),
                slice(replaced, "2026-01-01T00:01:00Z")))
        .isFalse();
    assertThat(
            Trim.isNews(
                Kind.ENDPOINT_SLICE,
                slice(one, "2026-01-01T00:00:00Z"),
                slice(one.replace("true", "false"), "2026-01-01T00:00:00Z")))
        .isTrue();
  }

  private static GenericKubernetesResource slice(String endpoints, String changed)
      throws JsonProcessingException {
    return Trim.trim(
        Kind.ENDPOINT_SLICE,
        new ObjectMapper()
            .readValue(
                """
                {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
                 "metadata": {"name": "web-x2k9z", "namespace": "production",
                   "labels": {"kubernetes.io/service-name": "web"},
                   "annotations": {"endpoints.kubernetes.io/last-change-trigger-time": "%s"}},
                 "endpoints": [%s]}
                """
                    .formatted(changed, endpoints),
                GenericKubernetesResource.class));
  }
}

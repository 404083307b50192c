package dev.sluice.controller.target;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sluice.controller.object.Json;
import dev.sluice.controller.rollout.Revision;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TargetReaderTest {

  /// The API server writes `creationTimestamp: null` into templates; one client keeps the null, the
  /// other drops it. Seen as a primary that was never made, because its source never was the same.
  @Test
  void aNullInTheTemplateMakesNoOtherRevision() throws JsonProcessingException {
    assertThat(revision("{\"creationTimestamp\":null,\"labels\":{\"app\":\"a\"}}", Map.of()))
        .isEqualTo(revision("{\"labels\":{\"app\":\"a\"}}", Map.of()));
  }

  @Test
  void theOrderOfFieldsMakesNoOtherRevision() throws JsonProcessingException {
    assertThat(revision("{\"labels\":{\"a\":\"1\",\"b\":\"2\"}}", Map.of()))
        .isEqualTo(revision("{\"labels\":{\"b\":\"2\",\"a\":\"1\"}}", Map.of()));
  }

  @Test
  void anotherTemplateOrAnotherConfigIsAnotherRevision() throws JsonProcessingException {
    Revision one = revision("{\"labels\":{\"app\":\"a\"}}", Map.of("configmap/c", "1"));
    assertThat(revision("{\"labels\":{\"app\":\"b\"}}", Map.of("configmap/c", "1")))
        .isNotEqualTo(one);
    assertThat(revision("{\"labels\":{\"app\":\"a\"}}", Map.of("configmap/c", "2")))
        .isNotEqualTo(one);
  }

  private static Revision revision(String metadata, Map<String, String> configs)
      throws JsonProcessingException {
    GenericKubernetesResource deployment =
        Json.MAPPER.readValue(
            "{\"spec\":{\"template\":{\"metadata\":" + metadata + "}}}",
            GenericKubernetesResource.class);
    return TargetReader.revision(Json.tree(deployment).at("/spec/template"), configs);
  }
}

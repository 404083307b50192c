package dev.sluice.controller.target;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.controller.rollout.Autoscaling.Rest;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is read of a ScaledObject, and what its copy says, of a target `myapp`.
class KedaScalerTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "sum(rate(r{app=\"myapp\"}[1m])); sum(rate(r{app=\"myapp-primary\"}[1m]))",
        "r{service=\"myapp-canary\"}; r{service=\"myapp-primary\"}",
        "r{service=\"myapp-primary\"}; r{service=\"myapp-primary\"}",
        "r{host=\"myapp.shop.svc\"}; r{host=\"myapp-primary.shop.svc\"}",
        "r{pod=~\"myapp-[a-z0-9]+-.*\"}; r{pod=~\"myapp-primary-[a-z0-9]+-.*\"}",
        "r{pod=~\"myapp-canary-.*\"}; r{pod=~\"myapp-primary-.*\"}",
        "r{pod=~\"myapp.*|myapp-db.*\"}; r{pod=~\"myapp-primary.*|myapp-db.*\"}",
        "myapp_requests{app=\"myapp\"}; myapp_requests{app=\"myapp-primary\"}",
        "r{app=\"my-myapp\"}; r{app=\"my-myapp\"}",
        "r{namespace=\"myapp\",app=\"myapp\"}; r{namespace=\"myapp\",app=\"myapp-primary\"}",
        "r{exported_namespace=~\"myapp\"}; r{exported_namespace=~\"myapp\"}"
      })
  void whereverItsNameStandsAlone(String query, String wanted) {
    assertThat(KedaScaler.aboutPrimary(query, "myapp", "myapp-primary")).isEqualTo(wanted);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{}; AWAKE",
        "{autoscaling.keda.sh/paused: \"true\"}; BY_ITSELF",
        "{autoscaling.keda.sh/paused: \"\"}; BY_ITSELF",
        "{autoscaling.keda.sh/paused: \"for maintenance\"}; BY_ITSELF",
        "{autoscaling.keda.sh/paused: \"false\"}; AWAKE",
        "{autoscaling.keda.sh/paused-replicas: \"0\"}; AT_ZERO",
        "{autoscaling.keda.sh/paused-replicas: \"3\"}; AT_SOME",
        "{autoscaling.keda.sh/paused-replicas: \"0\", autoscaling.keda.sh/paused: \"false\"}; AT_ZERO"
      })
  void aPauseIsReadAsKedaReadsIt(String annotations, Rest rest) throws IOException {
    assertThat(new KedaScaler().rest(annotated(annotations))).isEqualTo(rest);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      nullValues = "null",
      value = {"{}; null", "{autoscaling.keda.sh/paused-replicas: \"3\"}; 3"})
  void aPauseForARestGivesBackWhatItFound(String found, @Nullable String after) throws IOException {
    ObjectNode scaled = annotated(found);
    KedaScaler keda = new KedaScaler();

    keda.resting(scaled)
        .forEach((key, value) -> scaled.withObject("/metadata/annotations").putPOJO(key, value));
    JsonNode resting = YAML.valueToTree(scaled);

    assertThat(keda.rest(resting)).isEqualTo(Rest.AT_ZERO);
    assertThat(keda.awake(resting))
        .containsEntry(KedaScaler.PAUSED_AT, after)
        .containsEntry(KedaScaler.FOUND, null);
  }

  private static ObjectNode annotated(String annotations) throws IOException {
    return (ObjectNode) YAML.readTree("{metadata: {annotations: %s}}".formatted(annotations));
  }
}

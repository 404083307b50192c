package dev.sluice.playground.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QosClassTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | BestEffort",
        "{requests: {cpu: 100m}} | Burstable",
        "{requests: {nvidia.com/gpu: 1}} | BestEffort",
        "{limits: {memory: 1Gi}} | Burstable",
        "{limits: {cpu: 1, memory: 1Gi}} | Guaranteed",
        "{limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 1000m, memory: 1024Mi}} | Guaranteed",
        "{limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 500m}} | Burstable"
      })
  void aPodHasTheClassOfWhatItsContainersAskFor(String resources, String qos) throws IOException {
    var spec = new YAMLMapper().readTree("{containers: [{name: a, resources: " + resources + "}]}");

    assertThat(QosClass.of(spec)).isEqualTo(qos);
  }
}

package dev.sluice.controller.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FingerprintTest {

  @Test
  void theOrderOfKeysDoesNotCountAndTheOrderOfListsDoes() {
    var one = new LinkedHashMap<String, Object>();
    one.put("a", 1);
    one.put("b", List.of("x", "y"));
    var other = new LinkedHashMap<String, Object>();
    other.put("b", List.of("x", "y"));
    other.put("a", 1);

    assertThat(Fingerprint.of(one)).isEqualTo(Fingerprint.of(other));
    assertThat(Fingerprint.of(Map.of("a", 1, "b", List.of("y", "x"))))
        .isNotEqualTo(Fingerprint.of(one));
  }

  @Test
  void itStaysWhatLiveClustersHoldAlready() {
    // sha256sum of {"data":{"COLOR":"blue"}}
    assertThat(Fingerprint.of(Map.of("data", Map.of("COLOR", "blue"))))
        .isEqualTo("fd30c06256b47162");
  }
}

package dev.sluice.controller.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigChecksumTest {

  /// `status.trackedConfigs` of the recorded canaries (`resources/flagger`).
  @Test
  void itIsWhatFlaggerRecorded() {
    assertThat(ConfigChecksum.of(Map.of("color", "blue"), Map.of())).isEqualTo("f234cb93c08ad64e");
    assertThat(ConfigChecksum.of(Map.of("password", "aHVudGVyMg=="), Map.of()))
        .isEqualTo("ba3b27ff42274af9");
  }

  /// Computed by Go's `json.Marshal` and `sha256.Sum256`.
  @Test
  void itWritesTextAsGoDoes() {
    String text = "a<b>&\"\\/\b\f\n\r\t\u0001\u001f\u007f\u2028\u00e9\ud83d\ude00";
    assertThat(ConfigChecksum.of(Map.of("z", "1", "a.b", text), Map.of()))
        .isEqualTo("719013b82e9edc44");
    assertThat(ConfigChecksum.of(Map.of(), Map.of())).isEqualTo("74234e98afe7498f");
  }

  @Test
  void binaryContentCountsWhichFlaggerLeavesOut() {
    assertThat(ConfigChecksum.of(Map.of("color", "blue"), Map.of("logo", "AAEC")))
        .isNotEqualTo(ConfigChecksum.of(Map.of("color", "blue"), Map.of()))
        .isNotEqualTo(ConfigChecksum.of(Map.of("color", "blue"), Map.of("logo", "AAED")));
  }
}

package dev.sluice.playground.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FieldSetTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /// Every `fieldsV1` that the recordings hold.
  private static List<JsonNode> recorded() throws IOException {
    var all = new ArrayList<JsonNode>();
    try (var files =
        Files.list(Path.of("src/test/resources/dev/sluice/playground/patch/recorded"))) {
      for (Path file : files.sorted().toList())
        all.addAll(JSON.readTree(file.toFile()).findValues("fieldsV1"));
    }
    assertThat(all).hasSizeGreaterThan(20);
    return all;
  }

  @Test
  void whatIsReadIsWrittenBackTheSame() throws IOException {
    for (JsonNode fields : recorded()) assertThat(FieldSet.of(fields).json()).isEqualTo(fields);
  }

  @Test
  void setsObeyTheLawsOfSets() throws IOException {
    List<FieldSet> sets = recorded().stream().map(FieldSet::of).distinct().toList();
    for (FieldSet a : sets)
      for (FieldSet b : sets) {
        assertThat(a.union(b)).isEqualTo(b.union(a));
        assertThat(a.intersection(b)).isEqualTo(b.intersection(a));
        assertThat(a.difference(b).intersection(b)).isEqualTo(FieldSet.EMPTY);
        assertThat(a.difference(b).union(a.intersection(b))).isEqualTo(a);
        assertThat(a.union(b).difference(b)).isEqualTo(a.difference(b));
      }
  }

  @Test
  void aFieldThatIsNoneIsRefused() throws IOException {
    JsonNode wrong = JSON.readTree("{\"x:spec\": {}}");
    assertThatThrownBy(() -> FieldSet.of(wrong))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("x:spec");
  }
}

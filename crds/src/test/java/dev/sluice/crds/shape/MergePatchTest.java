package dev.sluice.crds.shape;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.crds.Manifests;
import org.junit.jupiter.api.Test;

class MergePatchTest {

  private static ObjectNode between(String from, String to) {
    return MergePatch.between((ObjectNode) Manifests.yaml(from), (ObjectNode) Manifests.yaml(to));
  }

  @Test
  void onlyWhatChangedIsSent() {
    assertThat(between("{a: 1, b: {c: 2, d: 3}}", "{a: 1, b: {c: 2, d: 4}}"))
        .isEqualTo(Manifests.yaml("{b: {d: 4}}"));
  }

  @Test
  void whatWentAwayIsSentAsNull() {
    assertThat(between("{a: {b: 1, c: 2}, d: 3}", "{a: {c: 2}}"))
        .isEqualTo(Manifests.yaml("{a: {b: null}, d: null}"));
  }

  @Test
  void listsAreSentWhole() {
    assertThat(between("{a: [1, 2]}", "{a: [1, 2, 3]}"))
        .isEqualTo(Manifests.yaml("{a: [1, 2, 3]}"));
  }

  @Test
  void twoEqualStatesNeedNoPatch() {
    assertThat(between("{a: {b: [1]}}", "{a: {b: [1]}}")).isEmpty();
  }
}

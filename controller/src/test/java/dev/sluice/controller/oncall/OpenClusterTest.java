package dev.sluice.controller.oncall;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// How far a name is from the one that was meant.
class OpenClusterTest {
  @Test
  void lettersThatDifferAreCounted() {
    assertThat(OpenCluster.distance("myapp", "myapp")).isZero();
    assertThat(OpenCluster.distance("my-app", "myapp")).isEqualTo(1);
    assertThat(OpenCluster.distance("mayp", "myapp")).isEqualTo(2);
    assertThat(OpenCluster.distance("", "myapp")).isEqualTo(5);
  }
}

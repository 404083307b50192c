package dev.sluice.analysis.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class LatenciesTest {
  @Test
  void theBoundsNearestToAFifthATwentiethAndAHundredthTellMost() {
    assertThat(Latencies.choose(new double[] {0.6, 0.24, 0.07, 0.012, 0.001}))
        .containsExactly(1, 2, 3);
  }

  @Test
  void oneBoundMayBeNearestToSeveral() {
    assertThat(Latencies.choose(new double[] {0.9, 0.05, 0})).containsExactly(1);
  }

  @Test
  void boundsThatHardlyAnyOrMostRequestsExceedSayLittleBesideOthers() {
    assertThat(Latencies.choose(new double[] {0.36, 0.2, 0.00049, 0, Double.NaN}))
        .containsExactly(1);
  }

  @Test
  void aPrimaryTooFastForTheHistogramIsComparedAtTheFirstBoundThatHardlyAnybodyExceeds() {
    assertThat(Latencies.choose(new double[] {0, 0, 0})).containsExactly(0);
    assertThat(Latencies.choose(new double[] {0.36, 0.00049, 0, Double.NaN})).containsExactly(1);
    assertThat(Latencies.choose(new double[] {0.9, 0.8})).isEmpty();
    assertThat(Latencies.choose(new double[] {Double.NaN})).isEmpty();
  }

  @Test
  void anObjectiveBetweenBoundsIsComparedAtTheNearer() {
    double[] bounds = {50, 100, 250, 500};
    assertThat(Latencies.nearest(bounds, 300.0)).isEqualTo(2);
    assertThat(Latencies.nearest(bounds, 400.0)).isEqualTo(3);
    assertThat(Latencies.nearest(bounds, null)).isEqualTo(-1);
    assertThat(Latencies.nearest(new double[0], 300.0)).isEqualTo(-1);
  }

  @Test
  void aBoundThatTheHistogramLacksIsRefusedWithThoseItHas() {
    assertThat(Latencies.find(new double[] {50, 100.5}, List.of(100.5))).containsExactly(1);
    assertThatThrownBy(() -> Latencies.find(new double[] {50, 100.5}, List.of(75.0)))
        .hasMessage("no bucket ends at 75ms; there are 50, 100.5 ms");
  }
}

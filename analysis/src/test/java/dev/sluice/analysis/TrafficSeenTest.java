package dev.sluice.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.analysis.Verdict.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrafficSeenTest {

  @Test
  void aLoadTestAimedAtTheCanaryIsNotUsersTraffic() {
    var seen =
        TrafficSeen.of(
            List.of(
                row("gateway", "myapp", 112),
                row("gateway", "myapp-primary", 928),
                row("flagger-loadtester", "myapp", 240),
                row("gateway", "other", 5000)),
            "myapp",
            "myapp-primary",
            10);

    assertThat(seen).isEqualTo(new TrafficSeen(112, 928, 240));
    assertThat(seen.words())
        .isEqualTo(
            "112 of 1040 requests (10.8%) reached the canary,"
                + " and 240 more reached it past the weights");
    assertThat(seen.against(10)).isEmpty();
  }

  @Test
  void atFullWeightACallerThatOnlyReachesTheCanaryIsUsersTraffic() {
    assertThat(TrafficSeen.of(List.of(row("gateway", "myapp", 50)), "myapp", "myapp-primary", 100))
        .isEqualTo(new TrafficSeen(50, 0, 0));
  }

  @ParameterizedTest
  @CsvSource({"10, 0, 1000", "50, 3, 997", "50, 997, 3", "100, 10, 990", "0, 500, 500"})
  void weightsThatNobodyObeysHold(int percent, long canary, long primary) {
    assertThat(new TrafficSeen(canary, primary, 0).against(percent))
        .hasValueSatisfying(hold -> {
          assertThat(hold.reason()).isEqualTo(Reason.WEIGHTS_NOT_OBEYED);
          assertThat(hold.failedCheck()).isFalse();
          assertThat(hold.sentence()).contains("something else routes this host");
        });
  }

  @ParameterizedTest
  @CsvSource({
    "10, 0, 40",
    "10, 0, 0",
    "50, 0, 12",
    "10, 15, 85",
    "50, 400, 600",
    "100, 300, 0",
    "0, 0, 300",
    "1, 0, 500"
  })
  void littleTrafficOrASmallDifferenceHoldsNothing(int percent, long canary, long primary) {
    assertThat(new TrafficSeen(canary, primary, 0).against(percent)).isEmpty();
  }

  @Test
  void weightsThatAreObeyedNeverHold() {
    var random = new Random(7);
    for (var run = 0; run < 20_000; run++) {
      var percent = random.nextInt(101);
      var requests = random.nextInt(2_000);
      var canary = 0;
      for (var i = 0; i < requests; i++) {
        canary += random.nextInt(100) < percent ? 1 : 0;
      }
      var seen = new TrafficSeen(canary, requests - canary, 0);
      assertThat(seen.against(percent)).as("%s at %d%%", seen, percent).isEmpty();
    }
  }

  @Test
  void theQuestionAsksForBothWorkloadsByCaller() throws Exception {
    var question =
        TrafficSeen.question(
            MeshQueries.of("istio"),
            Provider.prometheus("http://p"),
            Variables.of("production", "myapp", "myapp", "myapp"),
            Duration.ofSeconds(30));

    assertThat(question.query())
        .isEqualTo(
            "sum by (reporter, source_workload, source_workload_namespace, destination_workload,"
                + " response_code, response_flags, grpc_response_status) "
                + "(increase(istio_requests_total{"
                + "destination_workload_namespace=\"production\","
                + "destination_workload=~\"myapp|myapp-primary\"}[30s]))");
  }

  private static Table.Row row(String caller, String workload, double requests) {
    return new Table.Row(
        Map.of(
            "reporter",
            "destination",
            "source_workload",
            caller,
            "source_workload_namespace",
            "test",
            "destination_workload",
            workload),
        requests);
  }
}

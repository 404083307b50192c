package dev.sluice.playground.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

/// Conditions, reasons and Events are those of a real cluster, version 1.33, for the same metrics.
class AutoscalerTest {
  private static final String SCALERS =
      "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers";
  private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
  private static final String CPU =
      "{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}";
  private final Cluster cluster = new Cluster();

  private void deploy(int replicas, String requests) {
    cluster.create(
        DEPLOYMENTS,
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: %d
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: app, image: "web:1", resources: {requests: {%s}}}]}
        """,
        replicas,
        requests);
    cluster.seconds(5);
  }

  private void scaler(int min, int max, String metric, String more) {
    cluster.create(
        SCALERS,
        """
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: web}
        spec:
          scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
          minReplicas: %d
          maxReplicas: %d
          metrics: [%s]
          %s
        """,
        min,
        max,
        metric,
        more);
  }

  /// Requests come, spread over the pods that are ready.
  private void load(int perSecond, int seconds) {
    for (int second = 0; second < seconds; second++) {
      var ready =
          cluster.pods().stream()
              .map(pod -> pod.at("/status/podIP").asText())
              .flatMap(ip -> cluster.apps().pod(ip).stream())
              .toList();
      for (int i = 0; i < perSecond; i++) {
        cluster.apps().served(ready.get(i % ready.size()), cluster.now());
      }
      cluster.seconds(1);
    }
  }

  private int replicas() {
    return cluster.get(DEPLOYMENTS + "/web").at("/spec/replicas").asInt();
  }

  private JsonNode status() {
    return cluster.get(SCALERS + "/web").path("status");
  }

  private String condition(String type) {
    for (var condition : status().path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return "%s %s: %s"
            .formatted(
                condition.path("status").asText(),
                condition.path("reason").asText(),
                condition.path("message").asText());
      }
    }
    return "absent";
  }

  @Test
  void theLoadThatIsWantedChangesNothing() {
    deploy(2, "cpu: 100m");
    load(10, 20);
    scaler(1, 5, CPU, "");
    load(10, 60);

    assertThat(replicas()).isEqualTo(2);
    assertThat(condition("AbleToScale"))
        .isEqualTo("True ReadyForNewScale: recommended size matches current size");
    assertThat(condition("ScalingActive"))
        .isEqualTo(
            "True ValidMetricFound: the HPA was able to successfully calculate a replica count from"
                + " cpu resource utilization (percentage of request)");
    assertThat(condition("ScalingLimited"))
        .isEqualTo("False DesiredWithinRange: the desired count is within the acceptable range");
    assertThat(status().at("/currentMetrics/0/resource/current/averageUtilization").asInt())
        .isEqualTo(51);
    assertThat(cluster.events("HorizontalPodAutoscaler")).isEmpty();
  }

  @Test
  void moreLoadBringsMorePodsUpToTheMostAndTheyGoLaterThanItDoes() {
    deploy(2, "cpu: 100m");
    load(10, 20);
    scaler(1, 5, CPU, "");
    load(60, 90);

    assertThat(replicas()).isEqualTo(5);
    assertThat(condition("ScalingLimited"))
        .isEqualTo(
            "True TooManyReplicas: the desired replica count is more than the maximum replica count");
    assertThat(cluster.events("HorizontalPodAutoscaler"))
        .containsExactly(
            "SuccessfulRescale New size: 4; reason: cpu resource utilization (percentage of request) above target",
            "SuccessfulRescale New size: 5; reason: cpu resource utilization (percentage of request) above target");

    load(1, 240);
    assertThat(replicas()).isEqualTo(5);
    assertThat(condition("AbleToScale")).startsWith("True ScaleDownStabilized: recent");
    load(1, 120);
    assertThat(replicas()).isEqualTo(1);
    assertThat(cluster.events("HorizontalPodAutoscaler").getLast())
        .isEqualTo("SuccessfulRescale New size: 1; reason: All metrics below target");
  }

  @Test
  void aSizeOutsideTheRangeIsMendedWhateverTheMetricsSay() {
    deploy(1, "");
    scaler(3, 5, CPU, "");
    cluster.seconds(1);

    assertThat(replicas()).isEqualTo(3);
    assertThat(condition("AbleToScale"))
        .isEqualTo(
            "True SucceededRescale: the HPA controller was able to update the target scale to 3");
    assertThat(cluster.events("HorizontalPodAutoscaler"))
        .containsExactly(
            "SuccessfulRescale New size: 3; reason: Current number of replicas below Spec.MinReplicas");

    cluster.patch(DEPLOYMENTS + "/web", "{spec: {replicas: 9}}");
    cluster.seconds(16);
    assertThat(replicas()).isEqualTo(5);
  }

  @Test
  void podsThatAskForNothingCannotBeMeasured() {
    deploy(2, "");
    scaler(1, 5, CPU, "");
    cluster.seconds(40);

    assertThat(condition("ScalingActive"))
        .matches(
            "False FailedGetResourceMetric: the HPA was unable to compute the replica count: failed"
                + " to get cpu utilization: missing request for cpu in container app of Pod"
                + " web-[a-z0-9]+-[a-z0-9]+");
    assertThat(cluster.events("HorizontalPodAutoscaler").getLast())
        .startsWith(
            "FailedComputeMetricsReplicas invalid metrics (1 invalid out of 1), first error is:"
                + " failed to get cpu resource metric value: failed to get cpu utilization: missing"
                + " request for cpu");
    assertThat(replicas()).isEqualTo(2);
  }

  @Test
  void aTargetThatIsStoppedIsLeftAlone() {
    deploy(0, "cpu: 100m");
    scaler(1, 5, CPU, "");
    cluster.seconds(40);

    assertThat(replicas()).isZero();
    assertThat(condition("ScalingActive"))
        .isEqualTo(
            "False ScalingDisabled: scaling is disabled since the replica count of the target is zero");
  }

  @Test
  void aTargetThatIsNotThereIsNamed() {
    scaler(1, 5, CPU, "");
    cluster.seconds(40);

    assertThat(condition("AbleToScale"))
        .isEqualTo(
            "False FailedGetScale: the HPA controller was unable to get the target's current scale:"
                + " deployments.apps \"web\" not found");
    assertThat(cluster.events("HorizontalPodAutoscaler"))
        .containsExactly("FailedGetScale deployments.apps \"web\" not found");
  }

  @Test
  void requestsPerSecondAreAMetricOfThePods() {
    deploy(1, "");
    scaler(
        1,
        4,
        "{type: Pods, pods: {metric: {name: http_requests_per_second}, target: {type: AverageValue, averageValue: 10}}}",
        "");
    load(30, 60);

    assertThat(replicas()).isEqualTo(3);
    assertThat(status().at("/currentMetrics/0/pods/current/averageValue").asText()).isEqualTo("10");
  }

  @Test
  void policiesSetThePace() {
    deploy(1, "cpu: 100m");
    load(5, 20);
    scaler(
        1,
        10,
        CPU,
        "behavior: {scaleUp: {policies: [{type: Pods, value: 1, periodSeconds: 60}]}, scaleDown: {stabilizationWindowSeconds: 0, policies: [{type: Percent, value: 50, periodSeconds: 15}]}}");
    load(100, 90);
    assertThat(replicas()).isEqualTo(3);
    assertThat(condition("ScalingLimited")).startsWith("True ScaleUpLimit: ");

    load(1, 50);
    assertThat(replicas()).isEqualTo(1);
    assertThat(cluster.events("HorizontalPodAutoscaler"))
        .endsWith("SuccessfulRescale New size: 1; reason: All metrics below target");
  }
}

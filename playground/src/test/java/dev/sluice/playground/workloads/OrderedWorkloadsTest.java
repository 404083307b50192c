package dev.sluice.playground.workloads;

import static dev.sluice.playground.workloads.Objects.yaml;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;

/// StatefulSets and Jobs; status, labels and Events are those of a real cluster, version 1.33.
class OrderedWorkloadsTest {
  private static final String SETS = "/apis/apps/v1/namespaces/default/statefulsets";
  private static final String JOBS = "/apis/batch/v1/namespaces/default/jobs";
  private final Cluster cluster = new Cluster();

  private void set(String more, String annotations) {
    cluster.create(
        SETS,
        """
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: db}
        spec:
          replicas: 3
          serviceName: db
          selector: {matchLabels: {app: db}}
          %s
          template:
            metadata: {labels: {app: db}, annotations: {%s}}
            spec: {containers: [{name: db, image: "db:1"}]}
        """,
        more,
        annotations);
  }

  private void image(String image) {
    cluster.patch(
        SETS + "/db", "spec: {template: {spec: {containers: [{name: db, image: \"%s\"}]}}}", image);
  }

  private List<String> pods() {
    return cluster.pods().stream()
        .map(pod -> Meta.name(pod) + " " + pod.at("/spec/containers/0/image").asText())
        .sorted()
        .toList();
  }

  @Test
  void podsComeOneAfterAnother() {
    set("", "playground.sluice.dev/ready-after: 2s");
    cluster.seconds(1);
    assertThat(pods()).containsExactly("db-0 db:1");
    cluster.seconds(2);
    assertThat(pods()).containsExactly("db-0 db:1", "db-1 db:1");
    cluster.seconds(5);

    var status = (ObjectNode) cluster.get(SETS + "/db").path("status");
    var revision = status.path("currentRevision").asText();
    assertThat(revision).startsWith("db-");
    assertThat(status)
        .isEqualTo(
            yaml(
                "{availableReplicas: 3, collisionCount: 0, currentReplicas: 3, currentRevision: %1$s, observedGeneration: 1, readyReplicas: 3, replicas: 3, updateRevision: %1$s, updatedReplicas: 3}",
                revision));
    var pod = cluster.get("/api/v1/namespaces/default/pods/db-1");
    assertThat(Meta.labels(pod))
        .containsEntry("apps.kubernetes.io/pod-index", "1")
        .containsEntry("statefulset.kubernetes.io/pod-name", "db-1")
        .containsEntry("controller-revision-hash", revision);
    assertThat(pod.at("/spec/hostname").asText() + "." + pod.at("/spec/subdomain").asText())
        .isEqualTo("db-1.db");
    assertThat(cluster.events("StatefulSet"))
        .containsExactly(
            "SuccessfulCreate create Pod db-0 in StatefulSet db successful",
            "SuccessfulCreate create Pod db-1 in StatefulSet db successful",
            "SuccessfulCreate create Pod db-2 in StatefulSet db successful");
  }

  @Test
  void aNewTemplateAndFewerReplicasBeginAtTheLast() {
    set("", "");
    cluster.seconds(10);
    image("db:2");
    cluster.seconds(4);
    assertThat(pods()).contains("db-0 db:1", "db-2 db:2");
    cluster.seconds(20);
    assertThat(pods()).containsExactly("db-0 db:2", "db-1 db:2", "db-2 db:2");
    var status = cluster.get(SETS + "/db").path("status");
    assertThat(status.path("currentRevision")).isEqualTo(status.path("updateRevision"));

    cluster.patch(SETS + "/db/scale", "{spec: {replicas: 1}}");
    cluster.seconds(10);
    assertThat(pods()).containsExactly("db-0 db:2");
  }

  @Test
  void aPartitionKeepsTheFirstOnes() {
    set("updateStrategy: {rollingUpdate: {partition: 2}}", "");
    cluster.seconds(10);
    image("db:2");
    cluster.seconds(20);
    assertThat(pods()).containsExactly("db-0 db:1", "db-1 db:1", "db-2 db:2");

    cluster.delete("/api/v1/namespaces/default/pods/db-0");
    cluster.seconds(10);
    assertThat(pods()).as("also when they come back").contains("db-0 db:1");
  }

  private void job(String field, int number, String annotations) {
    cluster.create(
        JOBS,
        """
        apiVersion: batch/v1
        kind: Job
        metadata: {name: load}
        spec:
          %s: %d
          parallelism: 2
          template:
            metadata: {annotations: {%s}}
            spec: {restartPolicy: Never, containers: [{name: app, image: "load:1"}]}
        """,
        field,
        number,
        annotations);
  }

  @Test
  void aJobEndsWithItsPods() {
    job("completions", 3, "");
    cluster.seconds(10);

    var status = cluster.get(JOBS + "/load").path("status");
    assertThat(status.path("succeeded").asInt()).isEqualTo(3);
    assertThat(status.has("active")).isFalse();
    assertThat(status.path("conditions").valueStream().map(one -> one.path("type").asText()))
        .containsExactly("SuccessCriteriaMet", "Complete");
    assertThat(status.path("completionTime").asText()).isNotEmpty();
    assertThat(cluster.events("Job")).hasSize(4).endsWith("Completed Job completed");
    var labels = Meta.labels(cluster.pods().getFirst());
    assertThat(labels)
        .containsEntry("batch.kubernetes.io/job-name", "load")
        .containsEntry("controller-uid", Meta.uid(cluster.get(JOBS + "/load")));
  }

  @Test
  void aJobThatFailsTooOftenGivesUp() {
    job("backoffLimit", 1, "playground.sluice.dev/crash-after: 2s");
    cluster.seconds(8);
    assertThat(cluster.pods()).as("the next try waits").hasSize(1);
    cluster.seconds(30);

    var status = cluster.get(JOBS + "/load").path("status");
    assertThat(status.path("failed").asInt()).isEqualTo(2);
    assertThat(status.at("/conditions/0/type").asText()).isEqualTo("Failed");
    assertThat(cluster.events("Job"))
        .contains("BackoffLimitExceeded Job has reached the specified backoff limit");
  }
}

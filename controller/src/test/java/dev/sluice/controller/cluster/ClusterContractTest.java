package dev.sluice.controller.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.crds.ObjectRef;
import dev.sluice.playground.api.HttpFront;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Users;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What the controller may rely on, whoever is behind the port: the real client over HTTP, and the
/// simulation's, which calls the same API server without.
class ClusterContractTest {
  private static final ObjectRef A = new ObjectRef("default", "a");

  enum Behind {
    HTTP,
    NO_HTTP
  }

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final CountDownLatch seen = new CountDownLatch(1);

  @AfterEach
  void close() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsNotThereIsEmptyAndDeletingItIsFine(Behind behind) throws Exception {
    Cluster cluster = cluster(behind);
    assertThat(cluster.get(Kind.CONFIG_MAP, A)).isEmpty();
    cluster.delete(Kind.CONFIG_MAP, A, Optional.empty());
    assertThatThrownBy(() -> cluster.mergePatch(Kind.CONFIG_MAP, A, Map.of("data", Map.of())))
        .isInstanceOf(ClusterFailure.Missing.class)
        .hasMessageContaining("\"a\" not found");
  }

  @ParameterizedTest
  @EnumSource
  void creatingTwiceIsAConflict(Behind behind) throws Exception {
    Cluster cluster = cluster(behind);
    cluster.create(Kind.CONFIG_MAP, configMap("1"));
    assertThatThrownBy(() -> cluster.create(Kind.CONFIG_MAP, configMap("2")))
        .isInstanceOf(ClusterFailure.Conflict.class);
    assertThat(data(cluster)).isEqualTo(Map.of("k", "1"));
  }

  @ParameterizedTest
  @EnumSource
  void aStaleReplaceIsAConflictAndChangesNothing(Behind behind) throws Exception {
    Cluster cluster = cluster(behind);
    GenericKubernetesResource first = cluster.create(Kind.CONFIG_MAP, configMap("1"));
    cluster.mergePatch(Kind.CONFIG_MAP, A, Map.of("data", Map.of("k", "2")));
    first.setAdditionalProperty("data", Map.of("k", "3"));
    assertThatThrownBy(() -> cluster.replace(Kind.CONFIG_MAP, first))
        .isInstanceOf(ClusterFailure.Conflict.class);
    assertThat(data(cluster)).isEqualTo(Map.of("k", "2"));
  }

  @ParameterizedTest
  @EnumSource
  void aDryRunWritesNothingAndAnApplyOwnsItsFields(Behind behind) throws Exception {
    Cluster cluster = cluster(behind);
    cluster.apply(Kind.CONFIG_MAP, configMap("1"), "sluice-git", false, true);
    assertThat(cluster.get(Kind.CONFIG_MAP, A)).isEmpty();
    cluster.apply(Kind.CONFIG_MAP, configMap("1"), "sluice-git", false, false);
    assertThat(data(cluster)).isEqualTo(Map.of("k", "1"));
    assertThatThrownBy(
            () -> cluster.apply(Kind.CONFIG_MAP, configMap("2"), "somebody", false, false))
        .isInstanceOf(ClusterFailure.Conflict.class)
        .hasMessageContaining("sluice-git");
  }

  @ParameterizedTest
  @EnumSource
  void aFieldOfTheWrongTypeIsRefusedThoughTheServerCallsItItsOwnError(Behind behind)
      throws Exception {
    Cluster cluster = cluster(behind);
    GenericKubernetesResource wrong = configMap("1");
    wrong.setAdditionalProperty("dta", Map.of());

    assertThatThrownBy(() -> cluster.apply(Kind.CONFIG_MAP, wrong, "sluice-git", true, false))
        .isInstanceOf(ClusterFailure.Refused.class)
        .hasMessageContaining(".dta: field not declared in schema");
  }

  @ParameterizedTest
  @EnumSource
  void aKindIsFollowedFromWhenItIsDefined(Behind behind) throws Exception {
    Cluster cluster = cluster(behind);
    assertThat(cluster.follow(Kind.VIRTUAL_SERVICE)).isEqualTo(Followed.UNDEFINED);
    assertThat(cluster.follow(Kind.CONFIG_MAP)).isEqualTo(Followed.YES);
    assertThat(cluster.follows(Kind.VIRTUAL_SERVICE)).isFalse();
    assertThat(cluster.follows(Kind.CONFIG_MAP)).isTrue();

    cluster.create(DEFINITION, definitionOfVirtualServices());
    Followed first = cluster.follow(Kind.VIRTUAL_SERVICE);
    cluster.create(Kind.VIRTUAL_SERVICE, virtualService());

    assertThat(first).isNotEqualTo(Followed.UNDEFINED);
    assertThat(cluster.follows(Kind.VIRTUAL_SERVICE)).isTrue();
    assertThat(seen.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(cluster.cached(Kind.VIRTUAL_SERVICE, A)).isPresent();
  }

  private static final Kind DEFINITION =
      new Kind(
          "apiextensions.k8s.io",
          "v1",
          "CustomResourceDefinition",
          "customresourcedefinitions",
          false);

  private static GenericKubernetesResource definitionOfVirtualServices() {
    GenericKubernetesResource object = new GenericKubernetesResource();
    object.setApiVersion(DEFINITION.apiVersion());
    object.setKind(DEFINITION.kind());
    ObjectMeta meta = new ObjectMeta();
    meta.setName("virtualservices.networking.istio.io");
    object.setMetadata(meta);
    object.setAdditionalProperty(
        "spec",
        Map.of(
            "group",
            "networking.istio.io",
            "scope",
            "Namespaced",
            "names",
            Map.of(
                "kind",
                "VirtualService",
                "listKind",
                "VirtualServiceList",
                "plural",
                "virtualservices",
                "singular",
                "virtualservice"),
            "versions",
            List.of(
                Map.of(
                    "name",
                    "v1",
                    "served",
                    true,
                    "storage",
                    true,
                    "schema",
                    Map.of(
                        "openAPIV3Schema",
                        Map.of("type", "object", "x-kubernetes-preserve-unknown-fields", true))))));
    return object;
  }

  private static GenericKubernetesResource virtualService() {
    GenericKubernetesResource object = new GenericKubernetesResource();
    object.setApiVersion(Kind.VIRTUAL_SERVICE.apiVersion());
    object.setKind(Kind.VIRTUAL_SERVICE.kind());
    ObjectMeta meta = new ObjectMeta();
    meta.setName(A.name());
    meta.setNamespace(A.namespace());
    object.setMetadata(meta);
    return object;
  }

  @ParameterizedTest
  @EnumSource
  void whatTheServerRefusesIsRefused(Behind behind) throws Exception {
    Cluster cluster = cluster(behind);
    GenericKubernetesResource nameless = configMap("1");
    nameless.getMetadata().setName("Not A Name");
    assertThatThrownBy(() -> cluster.create(Kind.CONFIG_MAP, nameless))
        .isInstanceOf(ClusterFailure.Refused.class)
        .hasMessageContaining("metadata.name");
  }

  @ParameterizedTest
  @EnumSource
  void listsAreWholeHoweverLong(Behind behind) throws Exception {
    Cluster cluster = cluster(behind);
    for (int i = 0; i < 501; i++) {
      GenericKubernetesResource object = configMap("1");
      object.getMetadata().setName("a" + i);
      object.getMetadata().setLabels(Map.of("even", String.valueOf(i % 2 == 0)));
      cluster.create(Kind.CONFIG_MAP, object);
    }
    assertThat(cluster.list(Kind.CONFIG_MAP, "default", Map.of("even", "true"))).hasSize(251);
    assertThat(cluster.list(Kind.CONFIG_MAP, "", Map.of())).hasSizeGreaterThanOrEqualTo(501);
  }

  @ParameterizedTest
  @EnumSource
  void theCacheFollowsAndKeepsNoData(Behind behind) throws Exception {
    Cluster cluster = cluster(behind);
    cluster.create(Kind.CONFIG_MAP, configMap("secret-value"));
    assertThat(seen.await(10, TimeUnit.SECONDS)).isTrue();
    GenericKubernetesResource cached = cluster.cached(Kind.CONFIG_MAP, A).orElseThrow();
    assertThat(cached.getAdditionalProperties())
        .containsKey(Trim.CHECKSUM)
        .doesNotContainKey("data");
    assertThat(cached.toString()).doesNotContain("secret-value");
    assertThat(cluster.cached(Kind.CONFIG_MAP))
        .extracting(o -> o.getMetadata().getName())
        .contains("a");
  }

  @ParameterizedTest
  @EnumSource
  void kindsAreResolvedByDiscovery(Behind behind) throws Exception {
    Cluster cluster = cluster(behind);
    assertThat(cluster.resolve("apps/v1", "Deployment")).contains(Kind.DEPLOYMENT);
    assertThat(cluster.resolve("v1", "ConfigMap")).contains(Kind.CONFIG_MAP);
    assertThat(cluster.resolve("v1", "Namespace").orElseThrow().namespaced()).isFalse();
    assertThat(cluster.resolve("apps/v1", "Nothing")).isEmpty();
    assertThat(cluster.resolve("none.example.com/v1", "Nothing")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aDeleteOfAnotherIncarnationIsAConflict(Behind behind) throws Exception {
    Cluster cluster = cluster(behind);
    cluster.create(Kind.CONFIG_MAP, configMap("1"));
    assertThatThrownBy(() -> cluster.delete(Kind.CONFIG_MAP, A, Optional.of("another-uid")))
        .isInstanceOf(ClusterFailure.Conflict.class);
    assertThat(cluster.get(Kind.CONFIG_MAP, A)).isPresent();
  }

  private Cluster cluster(Behind behind) throws IOException, InterruptedException {
    KubernetesApi api = new KubernetesApi(InstantSource.system(), new Random(1), Users.EVERYBODY);
    return switch (behind) {
      case NO_HTTP ->
          PlaygroundCluster.over(api, List.of(Kind.CONFIG_MAP), (kind, object) -> saw(object));
      case HTTP -> {
        Vertx vertx = Vertx.vertx();
        open.push(() -> vertx.close());
        HttpFront front = HttpFront.start(vertx, api, 0);
        open.push(front);
        KubernetesClient client =
            new KubernetesClientBuilder()
                .withConfig(
                    new ConfigBuilder()
                        .withAutoConfigure(false)
                        .withMasterUrl(front.url())
                        .withHttp2Disable(true)
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .build();
        open.push(client);
        Watches watches = new Watches(client, List.of(Kind.CONFIG_MAP), "", CallGauge.NONE);
        open.push(watches);
        watches.start((kind, object) -> saw(object));
        assertThat(watches.awaitSync(watches.kinds(), Duration.ofSeconds(20))).isTrue();
        yield ApiCluster.over(client, watches, 10_000, CallGauge.NONE, Fence.OPEN);
      }
    };
  }

  private void saw(GenericKubernetesResource object) {
    if (object.getMetadata().getName().equals("a")) {
      seen.countDown();
    }
  }

  private static GenericKubernetesResource configMap(String value) {
    GenericKubernetesResource object = new GenericKubernetesResource();
    object.setApiVersion("v1");
    object.setKind("ConfigMap");
    ObjectMeta meta = new ObjectMeta();
    meta.setName(A.name());
    meta.setNamespace(A.namespace());
    object.setMetadata(meta);
    object.setAdditionalProperty("data", Map.of("k", value));
    return object;
  }

  private static @Nullable Object data(Cluster cluster) {
    return cluster.get(Kind.CONFIG_MAP, A).orElseThrow().getAdditionalProperties().get("data");
  }
}

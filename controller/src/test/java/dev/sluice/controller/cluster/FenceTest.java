package dev.sluice.controller.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.crds.ObjectRef;
import dev.sluice.playground.Manifests;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Users;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// Behind a fence that has shut, everything can be read and nothing written.
class FenceTest {
  private static final ObjectRef REF = new ObjectRef("team", "a");
  private static final Fence SHUT =
      () -> {
        throw new ClusterFailure.Unavailable("not the leader any more");
      };

  /// Every way to write that the port has.
  static final List<Consumer<Cluster>> WRITES =
      List.of(
          cluster -> cluster.create(Kind.CONFIG_MAP, configMap("b")),
          cluster -> cluster.replace(Kind.CONFIG_MAP, configMap("a")),
          cluster -> cluster.mergePatch(Kind.CONFIG_MAP, REF, Map.of("data", Map.of("k", "2"))),
          cluster -> cluster.patchStatus(Kind.DEPLOYMENT, REF, Map.of("replicas", 1), "1"),
          cluster -> cluster.apply(Kind.CONFIG_MAP, configMap("a"), "sluice-git", true, false),
          cluster -> cluster.delete(Kind.CONFIG_MAP, REF, Optional.empty()));

  private final ApiServer api =
      new KubernetesApi(InstantSource.system(), new Random(1), Users.EVERYBODY);
  private final Cluster open = PlaygroundCluster.over(api, List.of(), (kind, object) -> {});
  private int over;

  private static GenericKubernetesResource configMap(String name) {
    GenericKubernetesResource object = new GenericKubernetesResource();
    object.setApiVersion("v1");
    object.setKind("ConfigMap");
    object.setMetadata(new ObjectMetaBuilder().withName(name).withNamespace("team").build());
    object.setAdditionalProperty("data", Map.of("k", "3"));
    return object;
  }

  private Cluster behind(Fence fence) {
    return PlaygroundCluster.over(api, List.of(), (kind, object) -> {}, CallGauge.NONE, fence);
  }

  @BeforeEach
  void anObject() throws Exception {
    Manifests.create(
        api,
        Manifests.read("{apiVersion: v1, kind: Namespace, metadata: {name: team}}").getFirst());
    open.create(Kind.CONFIG_MAP, configMap("a"));
  }

  private List<GenericKubernetesResource> all() {
    return open.list(Kind.CONFIG_MAP, "team", Map.of());
  }

  @ParameterizedTest
  @FieldSource("WRITES")
  void nothingIsWritten(Consumer<Cluster> write) {
    List<GenericKubernetesResource> before = all();
    for (Cluster cluster :
        Stream.of(behind(SHUT), behind(SHUT).as(new ObjectRef("team", "deployer"))).toList()) {
      assertThatThrownBy(() -> write.accept(cluster))
          .isInstanceOf(ClusterFailure.Unavailable.class)
          .hasMessageContaining("not the leader");
    }
    assertThat(all()).isEqualTo(before);
  }

  @Test
  void everythingIsRead() {
    Cluster cluster = behind(SHUT);
    assertThat(cluster.get(Kind.CONFIG_MAP, REF)).isPresent();
    assertThat(cluster.list(Kind.CONFIG_MAP, "team", Map.of())).hasSize(1);
    assertThat(cluster.resolve("v1", "ConfigMap")).contains(Kind.CONFIG_MAP);
  }

  @Test
  void aPermitIsGivenBackHoweverTheWriteEnds() {
    Cluster cluster = behind(() -> new Fence.Permit(Duration.ofSeconds(1), () -> over++));
    cluster.replace(Kind.CONFIG_MAP, configMap("a"));
    assertThat(over).isEqualTo(1);
    assertThatThrownBy(() -> cluster.create(Kind.CONFIG_MAP, configMap("a")))
        .isInstanceOf(ClusterFailure.Conflict.class);
    assertThat(over).isEqualTo(2);
  }
}

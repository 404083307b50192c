package dev.sluice.controller.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.cluster.PlaygroundCluster;
import dev.sluice.crds.ObjectRef;
import dev.sluice.playground.Manifests;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Users;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The thread that looks after the lease, on the wall clock.
@Timeout(60)
class CampaignTest {
  private static final ObjectRef LEASE = new ObjectRef("sluice-system", "sluice");
  private static final Timing QUICK =
      new Timing(Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofMillis(100));

  private final ApiServer api =
      new KubernetesApi(InstantSource.system(), new Random(1), Users.EVERYBODY);
  private final Cluster cluster = PlaygroundCluster.over(api, List.of(), (kind, object) -> {});

  @BeforeEach
  void aNamespace() throws Exception {
    Manifests.create(
        api,
        Manifests.read("{apiVersion: v1, kind: Namespace, metadata: {name: sluice-system}}")
            .getFirst());
  }

  private Campaign campaign(String name) {
    long began = System.nanoTime();
    Campaign campaign =
        new Campaign(
            new Elector(
                cluster,
                LEASE,
                name,
                QUICK,
                () -> Duration.ofNanos(System.nanoTime() - began),
                InstantSource.system(),
                new Elector.News() {
                  @Override
                  public void leading(GenericKubernetesResource lease) {}

                  @Override
                  public void stopped(GenericKubernetesResource lease, String why) {}

                  @Override
                  public void released(GenericKubernetesResource lease) {}
                }));
    campaign.start();
    return campaign;
  }

  @Test
  void theLeaseIsKeptForAsLongAsTheWorkLastsAndGivenAwayAtTheEnd() throws Exception {
    Campaign a = campaign("a");
    Tenure tenure = a.awaitTenure().orElseThrow();
    Campaign b = campaign("b");
    a.stop();
    assertThat(tenure.isHeld()).isFalse();
    assertThat(b.awaitTenure()).isPresent();
    assertThat(a.awaitTenure()).isEmpty();
    b.stop();
  }

  @Test
  void whoseFormerWorkHasNotEndedLeavesTheLeaseToOthers() throws Exception {
    Campaign a = campaign("a");
    Tenure former = a.awaitTenure().orElseThrow();
    cluster.mergePatch(Kind.LEASE, LEASE, Map.of("spec", Map.of("holderIdentity", "")));
    former.awaitEnd();

    Campaign b = campaign("b");
    Tenure others = b.awaitTenure().orElseThrow();
    assertThat(others.isHeld()).isTrue();

    b.stop();
    assertThat(a.awaitTenure()).as("now it is there to lead").isPresent();
    a.stop();
  }
}

package dev.sluice.controller.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Fence;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.cluster.PlaygroundCluster;
import dev.sluice.crds.ObjectRef;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Users;
import dev.sluice.playground.virtual.Fault;
import dev.sluice.playground.virtual.FaultyApiServer;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Processes that want one lease of the playground's API server, on a clock that only the test
/// moves. Every process has a wall clock of its own, and none of them agree.
class ElectorTest {
  private static final ObjectRef LEASE = new ObjectRef("sluice-system", "sluice");
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  private Duration now = Duration.ofHours(1);
  private final ApiServer api =
      new KubernetesApi(() -> BEGIN.plus(now), new Random(1), Users.EVERYBODY);

  @BeforeEach
  void aNamespace() {
    GenericKubernetesResource namespace = new GenericKubernetesResource();
    namespace.setApiVersion("v1");
    namespace.setKind("Namespace");
    namespace.setMetadata(
        new io.fabric8.kubernetes.api.model.ObjectMetaBuilder().withName("sluice-system").build());
    PlaygroundCluster.over(api, List.of(), (kind, object) -> {})
        .create(new Kind("", "v1", "Namespace", "namespaces", false), namespace);
  }

  private final class Replica implements Elector.News {
    final FaultyApiServer line = new FaultyApiServer(api);
    final List<String> told = new ArrayList<>();
    final Elector elector;
    Duration next = now;

    Replica(String name, Duration clockWrongBy) {
      Cluster cluster = PlaygroundCluster.over(line, List.of(), (kind, object) -> {});
      elector =
          new Elector(
              cluster,
              LEASE,
              name,
              Timing.DEFAULT,
              () -> now,
              () -> BEGIN.plus(now).plus(clockWrongBy),
              this);
    }

    boolean leads() {
      return elector.tenure().filter(Tenure::isHeld).isPresent();
    }

    Tenure tenure() {
      return elector.tenure().orElseThrow();
    }

    void look() {
      next = now.plus(elector.look());
    }

    @Override
    public void leading(GenericKubernetesResource lease) {
      told.add("leading");
    }

    @Override
    public void stopped(GenericKubernetesResource lease, String why) {
      told.add(why);
    }

    @Override
    public void released(GenericKubernetesResource lease) {
      told.add("released");
    }
  }

  private void run(Duration time, Replica... processes) {
    Duration end = now.plus(time);
    while (true) {
      Duration next = end;
      for (Replica process : processes) {
        next = next.compareTo(process.next) < 0 ? next : process.next;
      }
      now = next;
      for (Replica process : processes) {
        if (process.next.compareTo(now) <= 0) {
          process.look();
        }
      }
      assertThat(List.of(processes)).filteredOn(Replica::leads).hasSizeLessThan(2);
      if (now.equals(end)) {
        return;
      }
    }
  }

  private Map<?, ?> lease() {
    Object spec =
        PlaygroundCluster.over(api, List.of(), (kind, object) -> {})
            .get(Kind.LEASE, LEASE)
            .orElseThrow()
            .getAdditionalProperties()
            .get("spec");
    return spec instanceof Map<?, ?> map ? map : Map.of();
  }

  @Test
  void oneOfThreeLeadsForAsLongAsItLives() {
    Replica a = new Replica("a", Duration.ofHours(-7));
    Replica b = new Replica("b", Duration.ofHours(3));
    Replica c = new Replica("c", Duration.ZERO);
    run(Duration.ofMinutes(5), a, b, c);
    assertThat(a.leads()).isTrue();
    assertThat(a.told).containsExactly("leading");
    assertThat(b.told).isEmpty();
    assertThat(lease().get("holderIdentity")).isEqualTo("a");
    assertThat(lease().get("leaseDurationSeconds")).isEqualTo(15);
    assertThat(lease().get("leaseTransitions")).isEqualTo(0);
  }

  @Test
  void whenTheLeaderIsKilledAnotherTakesOverWithinTheDuration() {
    Replica a = new Replica("a", Duration.ofHours(5));
    Replica b = new Replica("b", Duration.ofHours(-5));
    run(Duration.ofMinutes(1), a, b);
    run(Duration.ofSeconds(12), b);
    assertThat(b.leads()).isFalse();
    run(Duration.ofSeconds(5), b);
    assertThat(b.leads()).isTrue();
    assertThat(lease().get("leaseTransitions")).isEqualTo(1);
  }

  @Test
  void whenTheLeaderEndsAnotherTakesOverWithinTwoSeconds() throws Exception {
    Replica a = new Replica("a", Duration.ZERO);
    Replica b = new Replica("b", Duration.ZERO);
    run(Duration.ofMinutes(1), a, b);
    a.elector.release();
    assertThat(a.told).containsExactly("leading", "released");
    assertThat(a.leads()).isFalse();
    run(Duration.ofSeconds(2), b);
    assertThat(b.leads()).isTrue();
  }

  @Test
  void aLeaderThatIsCutOffStopsBeforeAnotherBegins() {
    Replica a = new Replica("a", Duration.ZERO);
    Replica b = new Replica("b", Duration.ZERO);
    run(Duration.ofMinutes(1), a, b);
    Tenure tenure = a.tenure();
    a.line.inject(call -> Fault.REFUSED);
    run(Duration.ofSeconds(7), a, b);
    assertThat(a.leads()).as("a short outage costs nobody the lead").isTrue();
    run(Duration.ofSeconds(4), a, b);
    assertThat(a.leads()).isFalse();
    assertThat(b.leads()).isFalse();
    assertThatThrownBy(tenure::enter)
        .isInstanceOf(ClusterFailure.Unavailable.class)
        .hasMessageContaining("not the leader any more");
    run(Duration.ofSeconds(10), a, b);
    assertThat(b.leads()).isTrue();
    assertThat(a.told).containsExactly("leading", "the lease was not renewed for 10 s");

    a.line.inject(Fault.Source.NEVER);
    run(Duration.ofMinutes(1), a, b);
    assertThat(b.leads()).as("who comes back waits").isTrue();
  }

  @Test
  void aThreadThatHangsDoesNotKeepTheFenceOpen() {
    Replica a = new Replica("a", Duration.ZERO);
    run(Duration.ofSeconds(1), a);
    Tenure tenure = a.tenure();
    now = now.plusSeconds(11);
    assertThatThrownBy(tenure::enter).isInstanceOf(ClusterFailure.Unavailable.class);
  }

  @Test
  void aWriteMayLastNoLongerThanTheLease() {
    Replica a = new Replica("a", Duration.ZERO);
    a.look();
    now = now.plusSeconds(9);
    try (Fence.Permit permit = a.tenure().enter()) {
      assertThat(permit.atMost()).isEqualTo(Duration.ofSeconds(6));
    }
  }

  @Test
  void aRenewalWhoseAnswerIsLostCostsNobodyTheLead() {
    Replica a = new Replica("a", Duration.ZERO);
    run(Duration.ofSeconds(3), a);
    a.line.inject(call -> call.method().equals("PUT") ? Fault.LOST_ANSWER : Fault.NONE);
    run(Duration.ofSeconds(4), a);
    a.line.inject(Fault.Source.NEVER);
    run(Duration.ofMinutes(1), a);
    assertThat(a.told).containsExactly("leading");
  }

  @Test
  void theAnswerToTakingItMayBeLostToo() {
    Replica a = new Replica("a", Duration.ZERO);
    a.line.inject(call -> call.method().equals("POST") ? Fault.LOST_ANSWER : Fault.NONE);
    run(Duration.ofSeconds(3), a);
    assertThat(a.leads()).isFalse();
    run(Duration.ofSeconds(14), a);
    assertThat(a.leads()).isTrue();
  }

  @Test
  void whoseLeaseIsTakenByAHandStopsWithTheNextRenewal() {
    Replica a = new Replica("a", Duration.ZERO);
    run(Duration.ofSeconds(10), a);
    Tenure tenure = a.tenure();
    PlaygroundCluster.over(api, List.of(), (kind, object) -> {})
        .mergePatch(Kind.LEASE, LEASE, Map.of("spec", Map.of("holderIdentity", "somebody")));
    run(Duration.ofSeconds(3), a);
    assertThatThrownBy(tenure::enter).isInstanceOf(ClusterFailure.Unavailable.class);
    assertThat(a.told).containsExactly("leading", "the lease is held by somebody");
  }

  @Test
  void twinsOfOneNameDoNotLeadTogether() {
    Replica one = new Replica("twin", Duration.ZERO);
    Replica other = new Replica("twin", Duration.ZERO);
    run(Duration.ofMinutes(5), one, other);
    assertThat(one.leads()).isTrue();
    assertThat(other.told).isEmpty();
  }

  @Test
  void aLeaseIsNotGivenAwayWhileAWriteIsUnderWay() throws Exception {
    Replica a = new Replica("a", Duration.ZERO);
    run(Duration.ofSeconds(1), a);
    Fence.Permit stuck = a.tenure().enter();
    a.elector.release();
    assertThat(a.told).containsExactly("leading");
    assertThat(lease().get("holderIdentity")).isEqualTo("a");
    stuck.close();
  }

  @Test
  void aWriteThatEndsIsWaitedFor() throws Exception {
    Replica a = new Replica("a", Duration.ZERO);
    run(Duration.ofSeconds(1), a);
    Tenure tenure = a.tenure();
    Fence.Permit permit = tenure.enter();
    CountDownLatch ended = new CountDownLatch(1);
    tenure.whenEnded(ended::countDown);
    Thread writer =
        Thread.ofVirtual()
            .start(() -> {
              try {
                ended.await();
                permit.close();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    a.elector.release();
    writer.join();
    assertThat(a.told).containsExactly("leading", "released");
  }

  @Test
  void whatOthersKeepInTheLeaseStays() {
    Replica a = new Replica("a", Duration.ZERO);
    run(Duration.ofSeconds(1), a);
    PlaygroundCluster.over(api, List.of(), (kind, object) -> {})
        .mergePatch(Kind.LEASE, LEASE, Map.of("metadata", Map.of("labels", Map.of("team", "ops"))));
    run(Duration.ofSeconds(10), a);
    assertThat(a.told).containsExactly("leading");
    assertThat(
            PlaygroundCluster.over(api, List.of(), (kind, object) -> {})
                .get(Kind.LEASE, LEASE)
                .orElseThrow()
                .getMetadata()
                .getLabels())
        .containsEntry("team", "ops");
  }
}

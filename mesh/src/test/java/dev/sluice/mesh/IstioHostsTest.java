package dev.sluice.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.crds.Canary;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which of several VirtualServices Istio obeys, as its real proxies did when they were recorded.
class IstioHostsTest {
  private final Mesh istio = Meshes.named("istio");
  private final Canary inMesh = Documents.app("{port: 80}");

  private static HasMetadata service(String ref, String created, String spec) {
    String[] parts = ref.split("/", -1);
    return Documents.object(
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: %s, namespace: %s, creationTimestamp: '%s'}
        spec: %s
        """
            .formatted(parts[1], parts[0], created, spec));
  }

  private static final String OLD = "2026-01-01T00:00:00Z";
  private static final String NEW = "2026-06-01T00:00:00Z";

  private static HasMetadata ours(String created) {
    return service("production/myapp", created, "{hosts: [myapp]}");
  }

  private List<String> rivals(Canary app, HasMetadata... visible) {
    return istio.rivals(app, Stream.of(visible).toList());
  }

  @Test
  void anOlderOneOwnsTheHost() {
    assertThat(rivals(inMesh, ours(NEW), service("production/mine", OLD, "{hosts: [myapp]}")))
        .containsExactly("VirtualService production/mine");
  }

  @Test
  void anOlderOneInAnotherNamespaceOwnsTheHostByItsFullName() {
    assertThat(
            rivals(
                inMesh,
                ours(NEW),
                service("other/mine", OLD, "{hosts: [MyApp.production.svc.cluster.local]}")))
        .containsExactly("VirtualService other/mine");
  }

  @Test
  void aYoungerOneIsIgnoredByIstio() {
    assertThat(rivals(inMesh, ours(OLD), service("production/mine", NEW, "{hosts: [myapp]}")))
        .isEmpty();
  }

  @Test
  void ofTheSameAgeTheNameThatSortsFirstOwnsTheHost() {
    assertThat(rivals(inMesh, ours(OLD), service("production/a", OLD, "{hosts: [myapp]}")))
        .hasSize(1);
    assertThat(rivals(inMesh, ours(OLD), service("production/z", OLD, "{hosts: [myapp]}")))
        .isEmpty();
  }

  @Test
  void oneThatWeHaveNotYetWrittenIsTheYoungest() {
    assertThat(rivals(inMesh, service("production/mine", NEW, "{hosts: [myapp]}"))).hasSize(1);
  }

  @Test
  void aPrivateOneComesBeforeAnOlderPublicOne() {
    assertThat(
            rivals(
                inMesh,
                ours(OLD),
                service("production/mine", NEW, "{hosts: [myapp], exportTo: ['.']}")))
        .containsExactly("VirtualService production/mine (for callers in production)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{hosts: [myapp]}",
        "{hosts: [myapp.production]}",
        "{hosts: ['*.production.svc.cluster.local']}",
        "{hosts: [myapp-canary.production.svc.cluster.local]}",
        "{hosts: [myapp.production.svc.cluster.local], exportTo: ['~']}",
        "{hosts: [myapp.production.svc.cluster.local], gateways: [public]}"
      })
  void otherHostsOfOtherNamespacesAreNoRivals(String spec) {
    assertThat(rivals(inMesh, ours(NEW), service("other/mine", OLD, spec))).isEmpty();
  }

  @Test
  void onAGatewayTheOldestRuleWithoutConditionsAnswers() {
    Canary app = Documents.app("{port: 80, gateways: [public], hosts: [myapp.example.com]}");
    HasMetadata live =
        service("production/myapp", NEW, "{hosts: [myapp.example.com, myapp], gateways: [public]}");
    String route = "http: [{route: [{destination: {host: old}}]}]";
    String conditional =
        "http: [{match: [{uri: {prefix: /old}}], route: [{destination: {host: old}}]}]";
    String host = "hosts: [myapp.example.com], ";

    assertThat(
            rivals(
                app,
                live,
                service(
                    "other/mine",
                    OLD,
                    "{" + host + "gateways: [production/public], " + route + "}")))
        .containsExactly("VirtualService other/mine (on gateway production/public)");
    assertThat(
            rivals(
                app,
                live,
                service(
                    "other/mine",
                    OLD,
                    "{" + host + "gateways: [production/public], " + conditional + "}")))
        .isEmpty();
    assertThat(
            rivals(
                app,
                live,
                service("other/mine", OLD, "{" + host + "gateways: [public], " + route + "}")))
        .isEmpty();
    assertThat(rivals(app, live, service("other/mine", OLD, "{" + host + route + "}"))).isEmpty();
  }

  @Test
  void aVirtualServiceThatAnotherCanaryControlsIsNotFoughtOver() {
    HasMetadata live = ours(OLD);
    live.getMetadata()
        .setOwnerReferences(
            List.of(
                new io.fabric8.kubernetes.api.model.OwnerReferenceBuilder()
                    .withApiVersion("flagger.app/v1beta1")
                    .withKind("Canary")
                    .withName("shop")
                    .withUid("another")
                    .withController(true)
                    .build()));

    assertThat(rivals(inMesh, live))
        .containsExactly("Canary shop (which controls VirtualService production/myapp)");
  }
}

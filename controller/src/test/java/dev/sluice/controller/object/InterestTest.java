package dev.sluice.controller.object;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.crds.ObjectRef;
import dev.sluice.mesh.Meshes;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Whom a change concerns. With a thousand canaries, somebody's route must not wake them all.
class InterestTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private final Interest interest = new Interest(Meshes.named("istio"));

  @Test
  void somebodysRouteWakesTheCanariesWhoseHostsItClaimsAndNoOther() {
    for (int i = 0; i < 1000; i++) {
      canary("app" + i, "{port: 80}");
    }

    assertThat(route("team-a", "mine", "app7.shop.svc.cluster.local"))
        .containsExactly(new ObjectRef("shop", "app7"));
    assertThat(route("team-a", "mine", "app8.shop.svc.cluster.local"))
        .as("the host that it gave back, and the one that it took")
        .containsExactlyInAnyOrder(new ObjectRef("shop", "app7"), new ObjectRef("shop", "app8"));
    assertThat(route("team-a", "other", "elsewhere.example.com")).isEmpty();
  }

  @Test
  void aShortNameBelongsToTheNamespaceOfItsRoute() {
    canary("web", "{port: 80}");

    assertThat(route("team-a", "web", "web")).isEmpty();
    assertThat(route("shop", "other", "web")).containsExactly(new ObjectRef("shop", "web"));
  }

  @Test
  void hostsOfGatewaysAndWildcardsCountAsTheyStand() {
    canary("web", "{port: 80, gateways: [public], hosts: ['*.example.com', Shop.Example.com]}");

    assertThat(route("a", "one", "*.example.com")).hasSize(1);
    assertThat(route("a", "two", "shop.example.com")).hasSize(1);
    assertThat(route("a", "three", "other.example.com")).isEmpty();
  }

  @Test
  void aCanaryThatWasEditedIsFoundByItsNewHostsOnly() {
    canary("web", "{port: 80, hosts: [old.example.com]}");
    canary("web", "{port: 80, hosts: [new.example.com]}");

    assertThat(route("a", "one", "old.example.com")).isEmpty();
    assertThat(route("a", "two", "new.example.com")).hasSize(1);
  }

  @Test
  void oneThatIsGoneIsForgotten() {
    canary("web", "{port: 80}");
    interest.forget(new ObjectRef("shop", "web"));

    assertThat(route("shop", "other", "web")).isEmpty();
  }

  private void canary(String name, String service) {
    interest.in(
        Kind.CANARY,
        object(
            """
            apiVersion: flagger.app/v1beta1
            kind: Canary
            metadata: {name: %1$s, namespace: shop, uid: u}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: %1$s}
              service: %2$s
              analysis: {interval: 1m, threshold: 5, stepWeight: 10}
            """
                .formatted(name, service)));
  }

  private Set<ObjectRef> route(String namespace, String name, String host) {
    return interest.in(
        Kind.VIRTUAL_SERVICE,
        object(
            """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: %s, namespace: %s}
            spec: {hosts: ["%s"], http: [{route: [{destination: {host: x}}]}]}
            """
                .formatted(name, namespace, host)));
  }

  private static GenericKubernetesResource object(String yaml) {
    try {
      return YAML.readValue(yaml, GenericKubernetesResource.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

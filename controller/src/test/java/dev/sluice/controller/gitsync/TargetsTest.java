package dev.sluice.controller.gitsync;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.crds.Canary;
import dev.sluice.gitops.fetch.SourceFile;
import dev.sluice.gitops.plan.Claims;
import dev.sluice.gitops.plan.Live;
import dev.sluice.gitops.render.Manifest;
import dev.sluice.gitops.render.ObjectKey;
import dev.sluice.gitops.render.Renderer;
import dev.sluice.mesh.Meshes;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a commit does not write of an app with a Canary.
class TargetsTest {
  private static final String CANARY =
      """
      apiVersion: flagger.app/v1beta1
      kind: Canary
      metadata: {name: myapp, namespace: shop}
      spec:
        targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
        autoscalerRef: {apiVersion: keda.sh/v1alpha1, kind: ScaledObject, name: myapp}
        service: {port: 80}
        analysis: {interval: 1m, threshold: 5, maxWeight: 50, stepWeight: 10}
      """;

  private static Claims claims() throws IOException {
    return claims(CANARY);
  }

  private static Claims claims(String canary) throws IOException {
    return new Targets(
            List.of(Canary.read(new ObjectMapper(new YAMLFactory()).readTree(canary))),
            Meshes.named("istio"))
        .claims();
  }

  private static Manifest scaled(String name) {
    return Renderer.render(
            List.of(
                new SourceFile(
                    "keda.yaml",
                    """
                    apiVersion: keda.sh/v1alpha1
                    kind: ScaledObject
                    metadata:
                      name: %s
                      namespace: shop
                      annotations: {autoscaling.keda.sh/paused-replicas: "3", owner: shop}
                    spec: {scaleTargetRef: {name: myapp}, minReplicaCount: 2}
                    """
                        .formatted(name))))
        .getFirst();
  }

  @Test
  void thePauseOfTheTargetsScaledObjectIsTheRollouts() throws IOException {
    Live live = new Live(scaled("myapp").content());

    Claims.Withheld withheld = claims().withhold(scaled("myapp"), Optional.of(live), "sluice-git");

    assertThat(withheld.payload().at("metadata", "annotations")).contains(Map.of("owner", "shop"));
    assertThat(withheld.payload().at("spec", "minReplicaCount")).contains(2);
  }

  @Test
  void theCopyForThePrimaryIsTheRolloutsAsAWhole() throws IOException {
    assertThat(claims().whole(scaled("myapp-primary").key())).isPresent();
    assertThat(claims().whole(scaled("myapp").key())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'', VirtualService DestinationRule",
    "istio, VirtualService DestinationRule",
    "gatewayapi:v1, HTTPRoute",
    "gatewayapi:v1beta1, HTTPRoute",
    "kubernetes, ''",
    "linkerd, ''"
  })
  void theRoutesOfItsMeshAreTheRolloutsAndThoseOfOthersAreGits(String provider, String claimed)
      throws IOException {
    Claims claims =
        claims(CANARY.replace("spec:\n", "spec:\n  provider: '%s'\n".formatted(provider)));

    assertThat(
            Stream.of(
                    key("networking.istio.io", "VirtualService", "myapp"),
                    key("networking.istio.io", "DestinationRule", "myapp-primary"),
                    key("gateway.networking.k8s.io", "HTTPRoute", "myapp"))
                .filter(key -> claims.whole(key).isPresent())
                .map(ObjectKey::kind)
                .collect(Collectors.joining(" ")))
        .isEqualTo(claimed);
  }

  private static ObjectKey key(String group, String kind, String name) {
    return new ObjectKey(group, kind, "shop", name);
  }
}

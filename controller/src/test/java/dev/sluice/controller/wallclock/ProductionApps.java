package dev.sluice.controller.wallclock;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The apps of the namespace `production` and their canaries, as a client over real HTTP sees them.
public final class ProductionApps {
  private static final ResourceDefinitionContext CANARIES =
      new ResourceDefinitionContext.Builder()
          .withGroup("flagger.app")
          .withVersion("v1beta1")
          .withKind("Canary")
          .withPlural("canaries")
          .withNamespaced(true)
          .build();

  private ProductionApps() {}

  public static KubernetesClient client(String server) {
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder()
                .withAutoConfigure(false)
                .withMasterUrl(server)
                .withHttp2Disable(true)
                .build())
        .build();
  }

  /// Until the canary of an app is in this phase.
  public static void await(KubernetesClient client, String app, String phase, Duration patience) {
    GenericKubernetesResource canary =
        client
            .genericKubernetesResources(CANARIES)
            .inNamespace("production")
            .withName(app)
            .waitUntilCondition(
                seen -> seen != null && phase.equals(phase(seen)),
                patience.toMillis(),
                TimeUnit.MILLISECONDS);
    assertThat(phase(canary)).as(app).isEqualTo(phase);
  }

  private static String phase(GenericKubernetesResource canary) {
    return canary.getAdditionalProperties().get("status") instanceof Map<?, ?> status
        ? String.valueOf(status.get("phase"))
        : "";
  }
}

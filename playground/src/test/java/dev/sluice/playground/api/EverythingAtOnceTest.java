package dev.sluice.playground.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A client such as k9s, which asks what there is, then lists and watches all of it at once.
class EverythingAtOnceTest {

  @Test
  @Timeout(60)
  void everyKindIsListedAndWatchedAtOnceAndNewsArrive() throws Exception {
    var vertx = Vertx.vertx();
    var api = new KubernetesApi(InstantSource.system(), new Random(7), Users.EVERYBODY);
    try (var front = HttpFront.start(vertx, api, 0);
        KubernetesClient client =
            new KubernetesClientBuilder()
                .withConfig(
                    new ConfigBuilder()
                        .withMasterUrl(front.url())
                        .withNamespace("default")
                        .withHttp2Disable(true)
                        .build())
                .build()) {
      var versions = new ArrayList<>(List.of("v1"));
      client
          .getApiGroups()
          .getGroups()
          .forEach(group -> versions.add(group.getPreferredVersion().getGroupVersion()));
      Map<String, SharedIndexInformer<GenericKubernetesResource>> informers = new LinkedHashMap<>();
      for (var version : versions) {
        for (var resource : client.getApiResources(version).getResources()) {
          if (resource.getVerbs().containsAll(List.of("list", "watch"))
              && !resource.getName().contains("/")) {
            informers.put(
                version + " " + resource.getName(),
                client
                    .genericKubernetesResources(context(version, resource))
                    .inAnyNamespace()
                    .inform());
          }
        }
      }
      assertThat(informers).hasSizeGreaterThan(25).containsKeys("v1 pods", "apps/v1 deployments");
      assertThat(informers.values()).allMatch(SharedIndexInformer::hasSynced);

      var arrived = new CountDownLatch(1);
      Objects.requireNonNull(informers.get("v1 configmaps")).addEventHandler(told(arrived));
      client
          .resource(new ConfigMapBuilder().withNewMetadata().withName("news").endMetadata().build())
          .create();
      assertThat(arrived.await(20, TimeUnit.SECONDS)).as("the news arrives").isTrue();
      assertThat(informers.values()).allMatch(SharedIndexInformer::isWatching);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
    }
  }

  private static ResourceEventHandler<GenericKubernetesResource> told(CountDownLatch arrived) {
    return new ResourceEventHandler<>() {
      @Override
      public void onAdd(GenericKubernetesResource object) {
        if (object.getMetadata().getName().equals("news")) {
          arrived.countDown();
        }
      }

      @Override
      public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource after) {}

      @Override
      public void onDelete(GenericKubernetesResource object, boolean unknown) {}
    };
  }

  private static ResourceDefinitionContext context(String version, APIResource resource) {
    int slash = version.indexOf('/');
    return new ResourceDefinitionContext.Builder()
        .withGroup(slash < 0 ? "" : version.substring(0, slash))
        .withVersion(version.substring(slash + 1))
        .withKind(resource.getKind())
        .withPlural(resource.getName())
        .withNamespaced(resource.getNamespaced())
        .build();
  }
}

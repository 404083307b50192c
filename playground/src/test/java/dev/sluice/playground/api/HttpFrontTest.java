package dev.sluice.playground.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The server as fabric8's client meets it: real HTTP, real WebSockets.
class HttpFrontTest {

  private static Vertx vertx = Vertx.vertx();
  private static HttpFront front = start();
  private static KubernetesClient client = client(front.url());

  private static HttpFront start() {
    try {
      return HttpFront.start(
          vertx, new KubernetesApi(InstantSource.system(), new Random(7), Users.EVERYBODY), 0);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static KubernetesClient client(String url) {
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder()
                .withMasterUrl(url)
                .withNamespace("default")
                .withHttp2Disable(true)
                .withRequestRetryBackoffLimit(0)
                .build())
        .build();
  }

  @BeforeAll
  static void listens() {
    assertThat(front.port()).isPositive();
  }

  @AfterAll
  static void stop() throws Exception {
    client.close();
    front.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
  }

  @BeforeEach
  void empty() {
    client.configMaps().delete();
  }

  private static ConfigMap configMap(String name, String value) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .addToData("k", value)
        .build();
  }

  private static String take(BlockingQueue<String> seen) throws InterruptedException {
    return String.valueOf(seen.poll(10, TimeUnit.SECONDS));
  }

  @Test
  void objectsAreWrittenAndRead() {
    client.resource(configMap("a", "v")).create();
    assertThat(client.configMaps().withName("a").get().getData()).containsEntry("k", "v");
    client
        .configMaps()
        .withName("a")
        .edit(map -> new ConfigMapBuilder(map).addToData("k", "w").build());
    assertThat(client.configMaps().list().getItems())
        .singleElement()
        .satisfies(map -> assertThat(map.getData()).containsEntry("k", "w"));
    assertThat(client.configMaps().withName("a").delete()).isNotEmpty();
    assertThat(client.configMaps().withName("a").get()).isNull();
  }

  @Test
  void aRefusalSaysWhy() {
    client.resource(configMap("a", "v")).create();
    assertThatThrownBy(() -> client.resource(configMap("a", "v")).create())
        .isInstanceOfSatisfying(
            KubernetesClientException.class,
            e -> {
              assertThat(e.getCode()).isEqualTo(409);
              assertThat(e.getStatus().getReason()).isEqualTo("AlreadyExists");
            });
  }

  @Test
  void aWatchOverWebSocketShowsEveryChangeInOrder() throws Exception {
    var seen = new LinkedBlockingQueue<String>();
    try (var watch =
        client
            .configMaps()
            .watch(
                new Watcher<ConfigMap>() {
                  @Override
                  public void eventReceived(Action action, ConfigMap map) {
                    seen.add(action + " " + map.getMetadata().getName());
                  }

                  @Override
                  public void onClose(WatcherException cause) {
                    seen.add("closed");
                  }
                })) {
      assertThat(watch).isNotNull();
      client.resource(configMap("a", "v")).create();
      client
          .configMaps()
          .withName("a")
          .edit(map -> new ConfigMapBuilder(map).addToData("k", "w").build());
      client.configMaps().withName("a").delete();
      assertThat(List.of(take(seen), take(seen), take(seen)))
          .containsExactly("ADDED a", "MODIFIED a", "DELETED a");
    }
  }

  @Test
  void anInformerHearsOfWhatIsThereAndWhatComes() throws Exception {
    client.resource(configMap("there", "v")).create();
    var seen = new LinkedBlockingQueue<String>();
    try (var informer =
        client
            .configMaps()
            .inform(
                new ResourceEventHandler<ConfigMap>() {
                  @Override
                  public void onAdd(ConfigMap map) {
                    seen.add("+" + map.getMetadata().getName());
                  }

                  @Override
                  public void onUpdate(ConfigMap before, ConfigMap map) {
                    seen.add("~" + map.getMetadata().getName());
                  }

                  @Override
                  public void onDelete(ConfigMap map, boolean unknown) {
                    seen.add("-" + map.getMetadata().getName());
                  }
                })) {
      assertThat(take(seen)).isEqualTo("+there");
      assertThat(informer.hasSynced()).isTrue();
      client.resource(configMap("comes", "v")).create();
      assertThat(take(seen)).isEqualTo("+comes");
      client.configMaps().withName("there").delete();
      assertThat(take(seen)).isEqualTo("-there");
    }
  }

  @Test
  void aDeploymentIsScaledAndItsStatusPatched() {
    var deployment =
        new DeploymentBuilder()
            .withNewMetadata()
            .withName("web")
            .endMetadata()
            .withNewSpec()
            .withNewSelector()
            .addToMatchLabels("app", "web")
            .endSelector()
            .withNewTemplate()
            .withNewMetadata()
            .addToLabels("app", "web")
            .endMetadata()
            .withNewSpec()
            .addNewContainer()
            .withName("app")
            .withImage("img")
            .endContainer()
            .endSpec()
            .endTemplate()
            .endSpec()
            .build();
    client.resource(deployment).serverSideApply();
    client.apps().deployments().withName("web").scale(3);
    var scaled = client.apps().deployments().withName("web").get();
    assertThat(scaled.getSpec().getReplicas()).isEqualTo(3);
    assertThat(scaled.getMetadata().getGeneration()).isEqualTo(2);
    client
        .apps()
        .deployments()
        .withName("web")
        .editStatus(live ->
            new DeploymentBuilder(live)
                .withNewStatus()
                .withObservedGeneration(2L)
                .withReplicas(3)
                .endStatus()
                .build());
    var live = client.apps().deployments().withName("web").get();
    assertThat(live.getStatus().getReplicas()).isEqualTo(3);
    assertThat(live.getMetadata().getGeneration()).isEqualTo(2);
  }

  @Test
  void aChunkedWatchEndsAfterItsTimeWithABookmark() throws Exception {
    client.resource(configMap("a", "v")).create();
    var answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create(
                            front.url()
                                + "/api/v1/namespaces/default/configmaps?watch=1&allowWatchBookmarks=true&timeoutSeconds=2"))
                    .build(),
                HttpResponse.BodyHandlers.ofLines());
    var types =
        answer
            .body()
            .map(line -> line.replaceAll("^\\{\"type\":\"(\\w+)\".*", "$1"))
            .collect(Collectors.toList());
    assertThat(types).containsExactly("ADDED", "BOOKMARK");
  }

  @Test
  void aBodyThatIsTooLargeIsRefused() {
    var large = configMap("large", "x".repeat(3_200_000));
    assertThatThrownBy(() -> client.resource(large).create())
        .isInstanceOf(KubernetesClientException.class);
    assertThat(client.configMaps().withName("large").get()).isNull();
  }

  @Test
  void whoHasNoTokenMayOnlyLookAtHealth() throws Exception {
    var api =
        new KubernetesApi(
            InstantSource.system(), new Random(7), new Users(Map.of("secret", "someone")));
    try (var guarded = HttpFront.start(vertx, api, 0)) {
      var http = HttpClient.newHttpClient();
      var list = URI.create(guarded.url() + "/api/v1/namespaces");
      var none =
          http.send(HttpRequest.newBuilder(list).build(), HttpResponse.BodyHandlers.ofString());
      var wrong =
          http.send(
              HttpRequest.newBuilder(list).header("Authorization", "Bearer wrong").build(),
              HttpResponse.BodyHandlers.ofString());
      var right =
          http.send(
              HttpRequest.newBuilder(list).header("Authorization", "Bearer secret").build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(List.of(none.statusCode(), wrong.statusCode(), right.statusCode()))
          .containsExactly(403, 401, 200);
    }
  }
}

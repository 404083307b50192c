package dev.sluice.playground.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.playground.store.Storage;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a controller builds on, as fabric8's client meets it over HTTP; texts as Kubernetes 1.33.4
/// gave them.
class ControllersViewTest {

  /// So few that a watch is soon too old.
  private static final int KEPT_CHANGES = 10;

  private final Vertx vertx = Vertx.vertx();
  private final KubernetesApi api =
      new KubernetesApi(
          InstantSource.system(),
          new Random(7),
          Users.BY_ROLES,
          new Storage(1000, KEPT_CHANGES),
          Pace.LIKE_A_CLUSTER);
  private final Ticker ticker = Ticker.start(api, InstantSource.system());
  private final HttpFront front = HttpFront.start(vertx, api, 0);
  private final KubernetesClient client =
      new KubernetesClientBuilder()
          .withConfig(
              new ConfigBuilder()
                  .withMasterUrl(front.url())
                  .withNamespace("default")
                  .withHttp2Disable(true)
                  .withRequestRetryBackoffLimit(0)
                  .withWatchReconnectInterval(10)
                  .build())
          .build();
  private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

  ControllersViewTest() throws IOException {}

  @AfterEach
  void stop() throws Exception {
    client.close();
    front.close();
    ticker.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
  }

  private static ConfigMap map(String name, String value) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(name)
        .endMetadata()
        .addToData("k", value)
        .build();
  }

  private ConfigMap create(String name) {
    return client.resource(map(name, "1")).create();
  }

  private ConfigMap set(String name, String value) {
    return client
        .configMaps()
        .withName(name)
        .edit(old -> new ConfigMapBuilder(old).addToData("k", value).build());
  }

  private String next() throws InterruptedException {
    return String.valueOf(seen.poll(10, TimeUnit.SECONDS));
  }

  private final class Telling implements Watcher<ConfigMap> {
    @Override
    public void eventReceived(Action action, ConfigMap map) {
      seen.add(
          action
              + " "
              + map.getMetadata().getName()
              + (map.getData() == null ? "" : "=" + map.getData().get("k")));
    }

    @Override
    public void onClose(@Nullable WatcherException cause) {
      seen.add("closed, gone: " + (cause != null && cause.isHttpGone()));
    }
  }

  @Test
  void aWatchGoesOnFromTheVersionThatItHasSeen() throws InterruptedException {
    create("a");
    var version = set("a", "2").getMetadata().getResourceVersion();
    set("a", "3");
    var from = new ListOptionsBuilder().withResourceVersion(version).build();
    try (var _ = client.configMaps().withName("a").watch(from, new Telling())) {
      assertThat(next()).isEqualTo("MODIFIED a=3");
      set("a", "4");
      assertThat(next()).isEqualTo("MODIFIED a=4");
      client.configMaps().withName("a").delete();
      assertThat(next()).isEqualTo("DELETED a=4");
    }
  }

  @Test
  void aWatchFromBeforeWhatIsKeptIsToldThatItIsGone() throws InterruptedException {
    var version = create("a").getMetadata().getResourceVersion();
    for (int i = 0; i < 2 * KEPT_CHANGES; i++) {
      set("a", "v" + i);
    }
    var from = new ListOptionsBuilder().withResourceVersion(version).build();
    try (var _ = client.configMaps().withName("a").watch(from, new Telling())) {
      assertThat(next()).isEqualTo("closed, gone: true");
    }
  }

  @Test
  void anInformerKeepsUpThoughWatchesGrowTooOld() throws InterruptedException {
    create("a");
    try (var informer =
        client
            .configMaps()
            .inform(
                new ResourceEventHandler<>() {
                  @Override
                  public void onAdd(ConfigMap map) {
                    seen.add("+" + map.getMetadata().getName());
                  }

                  @Override
                  public void onUpdate(ConfigMap before, ConfigMap after) {
                    if (!before.getData().equals(after.getData())) {
                      seen.add("~" + after.getData().get("k"));
                    }
                  }

                  @Override
                  public void onDelete(ConfigMap map, boolean unknown) {
                    seen.add("-" + map.getMetadata().getName());
                  }
                })) {
      for (int i = 0; i < 3 * KEPT_CHANGES; i++) {
        set("a", "v" + i);
      }
      var last = "~v" + (3 * KEPT_CHANGES - 1);
      var event = next();
      while (!event.equals(last) && !event.equals("null")) {
        event = next();
      }
      assertThat(event).isEqualTo(last);
      assertThat(informer.getStore().getByKey("default/a").getData())
          .containsEntry("k", last.substring(1));
    }
  }

  @Test
  void aStaleWriteIsAConflictAndChangesNothing() {
    var first = create("a");
    set("a", "2");
    assertThatThrownBy(() ->
            client.resource(new ConfigMapBuilder(first).addToData("k", "stale").build()).update())
        .isInstanceOfSatisfying(
            KubernetesClientException.class,
            e -> {
              assertThat(e.getCode()).isEqualTo(409);
              assertThat(e.getStatus().getReason()).isEqualTo("Conflict");
              assertThat(e.getStatus().getMessage())
                  .isEqualTo(
                      "Operation cannot be fulfilled on configmaps \"a\": the object has been"
                          + " modified; please apply your changes to the latest version and try"
                          + " again");
              assertThat(e.getStatus().getDetails().getKind()).isEqualTo("configmaps");
            });
    assertThat(client.configMaps().withName("a").get().getData()).containsEntry("k", "2");
  }

  private ConfigMap apply(String manager, String value, boolean force) {
    return client
        .resource(map("a", value))
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager(manager)
                .withForce(force)
                .build());
  }

  @Test
  void twoManagersOfOneFieldConflictUntilOneTakesIt() {
    apply("one", "1", false);
    assertThatThrownBy(() -> apply("two", "2", false))
        .isInstanceOfSatisfying(
            KubernetesClientException.class,
            e -> {
              assertThat(e.getCode()).isEqualTo(409);
              assertThat(e.getStatus().getMessage())
                  .isEqualTo("Apply failed with 1 conflict: conflict with \"one\": .data.k");
              assertThat(e.getStatus().getDetails().getCauses())
                  .singleElement()
                  .satisfies(cause -> {
                    assertThat(cause.getReason()).isEqualTo("FieldManagerConflict");
                    assertThat(cause.getField()).isEqualTo(".data.k");
                  });
            });
    assertThat(apply("one", "1", false).getMetadata().getResourceVersion())
        .isEqualTo(client.configMaps().withName("a").get().getMetadata().getResourceVersion());
    assertThat(apply("two", "2", true).getData()).containsEntry("k", "2");
    assertThatThrownBy(() -> apply("one", "1", false))
        .hasMessageContaining("conflict with \"two\"");
  }

  @Test
  void aFinalizerHoldsADeletionUntilItsOwnerLetsGo() {
    client
        .resource(
            new ConfigMapBuilder(map("a", "1"))
                .editMetadata()
                .addToFinalizers("example.dev/hold")
                .endMetadata()
                .build())
        .create();
    client.configMaps().withName("a").delete();
    var held = client.configMaps().withName("a").get();
    assertThat(held.getMetadata().getDeletionTimestamp()).isNotNull();
    assertThatThrownBy(() ->
            client
                .configMaps()
                .withName("a")
                .edit(old ->
                    new ConfigMapBuilder(old)
                        .editMetadata()
                        .addToFinalizers("example.dev/more")
                        .endMetadata()
                        .build()))
        .hasMessageContaining(
            "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being"
                + " deleted, found new finalizers []string{\"example.dev/more\"}");
    client
        .configMaps()
        .withName("a")
        .edit(
            old -> new ConfigMapBuilder(old).editMetadata().withFinalizers().endMetadata().build());
    assertThat(client.configMaps().withName("a").get()).isNull();
  }

  private ConfigMap childOf(ConfigMap owner, String name) {
    return client
        .resource(
            new ConfigMapBuilder(map(name, "1"))
                .editMetadata()
                .withOwnerReferences(
                    new OwnerReferenceBuilder()
                        .withApiVersion("v1")
                        .withKind("ConfigMap")
                        .withName(owner.getMetadata().getName())
                        .withUid(owner.getMetadata().getUid())
                        .withBlockOwnerDeletion(true)
                        .build())
                .endMetadata()
                .build())
        .create();
  }

  private boolean goes(String name) {
    client.configMaps().withName(name).waitUntilCondition(map -> map == null, 5, TimeUnit.SECONDS);
    return true;
  }

  @Test
  void whatIsOwnedGoesAfterItsOwnerOrStaysWithoutOne() {
    childOf(create("a"), "child-of-a");
    client.configMaps().withName("a").delete();
    assertThat(goes("child-of-a")).isTrue();

    childOf(create("b"), "child-of-b");
    client
        .configMaps()
        .withName("b")
        .withPropagationPolicy(DeletionPropagation.FOREGROUND)
        .delete();
    assertThat(goes("b")).isTrue();
    assertThat(client.configMaps().withName("child-of-b").get()).isNull();

    childOf(create("c"), "child-of-c");
    client.configMaps().withName("c").withPropagationPolicy(DeletionPropagation.ORPHAN).delete();
    assertThat(goes("c")).isTrue();
    assertThat(client.configMaps().withName("child-of-c").get().getMetadata().getOwnerReferences())
        .isEmpty();
  }

  @Test
  void aListInPagesIsOneStateOfTheCluster() {
    for (var name : new String[] {"a", "b", "c"}) {
      client
          .resource(
              new ConfigMapBuilder(map(name, "1"))
                  .editMetadata()
                  .withLabels(Map.of("page", "yes"))
                  .endMetadata()
                  .build())
          .create();
    }
    var first =
        client.configMaps().withLabel("page").list(new ListOptionsBuilder().withLimit(2L).build());
    client.configMaps().withName("c").delete();
    var second =
        client
            .configMaps()
            .withLabel("page")
            .list(
                new ListOptionsBuilder()
                    .withLimit(2L)
                    .withContinue(first.getMetadata().getContinue())
                    .build());
    assertThat(second.getItems())
        .singleElement()
        .satisfies(map -> assertThat(map.getMetadata().getName()).isEqualTo("c"));
    assertThat(second.getMetadata().getResourceVersion())
        .isEqualTo(first.getMetadata().getResourceVersion());
  }
}

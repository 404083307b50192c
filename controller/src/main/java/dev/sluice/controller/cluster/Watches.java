package dev.sluice.controller.cluster;

import dev.sluice.crds.ObjectRef;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A trimmed copy of every object of the watched kinds. Each change becomes "look again"; nothing
/// is decided here.
public final class Watches implements Cache, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Watches.class);

  private final Map<Kind, SharedIndexInformer<GenericKubernetesResource>> informers =
      new LinkedHashMap<>();
  private final List<CompletableFuture<?>> started = new CopyOnWriteArrayList<>();

  /// Prepares the watches; nothing is asked before [#start].
  ///
  /// @param namespace the only namespace to watch; empty for all
  /// @param gauge told of watches that break
  public Watches(KubernetesClient client, List<Kind> kinds, String namespace, CallGauge gauge) {
    for (Kind kind : kinds) {
      MixedOperation<GenericKubernetesResource, ?, Resource<GenericKubernetesResource>> all =
          client.genericKubernetesResources(kind.context());
      SharedIndexInformer<GenericKubernetesResource> informer =
          namespace.isEmpty()
              ? all.inAnyNamespace().runnableInformer(0)
              : inNamespace(all, namespace);
      informer.itemStore(new PackedStore(kind));
      informer.removeNamespaceIndex();
      // A server that is away for a while must not end a watch for ever.
      informer.exceptionHandler((started, failure) -> {
        gauge.watchFailed(kind);
        LOG.atWarn()
            .addKeyValue("resource", kind.plural())
            .addKeyValue("why", String.valueOf(failure.getMessage()))
            .log("watch failed");
        return true;
      });
      informers.put(kind, informer);
    }
  }

  private static SharedIndexInformer<GenericKubernetesResource> inNamespace(
      MixedOperation<GenericKubernetesResource, ?, Resource<GenericKubernetesResource>> all,
      String namespace) {
    NonNamespaceOperation<GenericKubernetesResource, ?, Resource<GenericKubernetesResource>> some =
        all.inNamespace(namespace);
    return some.runnableInformer(0);
  }

  /// Starts all watches without waiting for their first lists.
  ///
  /// @param changed called for each object that was added, changed or deleted; must only enqueue
  public void start(BiConsumer<Kind, GenericKubernetesResource> changed) {
    informers.forEach((kind, informer) -> {
      informer.addEventHandler(
          new ResourceEventHandler<>() {
            @Override
            public void onAdd(GenericKubernetesResource added) {
              changed.accept(kind, added);
            }

            @Override
            public void onUpdate(
                GenericKubernetesResource before, GenericKubernetesResource after) {
              if (Trim.isNews(kind, before, after)) {
                changed.accept(kind, after);
              }
            }

            @Override
            public void onDelete(GenericKubernetesResource last, boolean finalStateUnknown) {
              changed.accept(kind, last);
            }
          });
      started.add(informer.start().toCompletableFuture());
    });
  }

  /// Waits until every kind has been listed once: before that an empty cache means nothing.
  ///
  /// @return whether that happened within `atMost`
  public boolean awaitSync(Duration atMost) throws InterruptedException {
    CompletableFuture<?> all =
        CompletableFuture.allOf(started.toArray(CompletableFuture<?>[]::new));
    try {
      all.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a watch could not be started", e);
    }
  }

  /// Kinds whose first list has not come yet, for a message.
  public List<String> missing() {
    return informers.entrySet().stream()
        .filter(e -> !e.getValue().hasSynced())
        .map(e -> e.getKey().plural())
        .toList();
  }

  @Override
  public Optional<GenericKubernetesResource> get(Kind kind, ObjectRef ref) {
    return Optional.ofNullable(
        informer(kind)
            .getStore()
            .getByKey(
                io.fabric8.kubernetes.client.informers.cache.Cache.namespaceKeyFunc(
                    ref.namespace(), ref.name())));
  }

  @Override
  public List<GenericKubernetesResource> all(Kind kind) {
    return informer(kind).getStore().list();
  }

  private SharedIndexInformer<GenericKubernetesResource> informer(Kind kind) {
    SharedIndexInformer<GenericKubernetesResource> informer = informers.get(kind);
    if (informer == null) {
      throw new IllegalArgumentException(kind.plural() + " are not watched");
    }
    return informer;
  }

  @Override
  public void close() {
    informers.values().forEach(SharedIndexInformer::stop);
  }
}

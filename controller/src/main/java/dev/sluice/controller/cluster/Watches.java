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
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A trimmed copy of every object of the watched kinds. Each change becomes "look again"; nothing
/// is decided here.
public final class Watches implements Cache, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Watches.class);

  private final KubernetesClient client;
  private final String namespace;
  private final CallGauge gauge;
  private final Map<Kind, SharedIndexInformer<GenericKubernetesResource>> informers =
      new ConcurrentHashMap<>();
  private final Map<Kind, CompletableFuture<?>> started = new ConcurrentHashMap<>();
  private volatile @Nullable BiConsumer<Kind, GenericKubernetesResource> changed;

  /// Prepares the watches; nothing is asked before [#start].
  ///
  /// @param namespace the only namespace to watch; empty for all
  /// @param gauge told of watches that break
  public Watches(KubernetesClient client, List<Kind> kinds, String namespace, CallGauge gauge) {
    this.client = client;
    this.namespace = namespace;
    this.gauge = gauge;
    kinds.forEach(kind -> informers.put(kind, prepared(kind)));
  }

  private SharedIndexInformer<GenericKubernetesResource> prepared(Kind kind) {
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
    return informer;
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
    this.changed = changed;
    informers.forEach(this::begin);
  }

  private void begin(Kind kind, SharedIndexInformer<GenericKubernetesResource> informer) {
    BiConsumer<Kind, GenericKubernetesResource> told = changed;
    if (told == null) {
      return;
    }
    informer.addEventHandler(
        new ResourceEventHandler<>() {
          @Override
          public void onAdd(GenericKubernetesResource added) {
            told.accept(kind, added);
          }

          @Override
          public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource after) {
            if (Trim.isNews(kind, before, after)) {
              told.accept(kind, after);
            }
          }

          @Override
          public void onDelete(GenericKubernetesResource last, boolean finalStateUnknown) {
            told.accept(kind, last);
          }
        });
    started.put(kind, informer.start().toCompletableFuture());
  }

  @Override
  public boolean watch(Kind kind) {
    return informers
        .computeIfAbsent(
            kind,
            missing -> {
              SharedIndexInformer<GenericKubernetesResource> informer = prepared(missing);
              begin(missing, informer);
              return informer;
            })
        .hasSynced();
  }

  @Override
  public boolean isWatched(Kind kind) {
    return informers.containsKey(kind);
  }

  /// All kinds that are watched by now.
  public List<Kind> kinds() {
    return List.copyOf(informers.keySet());
  }

  /// Waits until each of these kinds has been listed once: before that an empty cache means
  /// nothing.
  ///
  /// @return whether that happened within `atMost`
  public boolean awaitSync(Collection<Kind> kinds, Duration atMost) throws InterruptedException {
    CompletableFuture<?> all =
        CompletableFuture.allOf(
            kinds.stream()
                .map(started::get)
                .filter(Objects::nonNull)
                .toArray(CompletableFuture<?>[]::new));
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
        .sorted()
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

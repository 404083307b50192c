package dev.sluice.controller.oncall;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Hears of every change of a Canary and of its two workloads.
final class Changes implements Watcher<GenericKubernetesResource>, AutoCloseable {
  private final Semaphore told = new Semaphore(0);
  private final List<Watch> watches = new ArrayList<>();
  private volatile boolean isOver;

  private Changes() {}

  /// @throws KubernetesClientException when the Canary cannot be watched
  static Changes of(OpenCluster cluster, String name) {
    var changes = new Changes();
    JsonNode target = cluster.read(name).at("/spec/targetRef");
    changes.watches.add(cluster.canary(name).watch(changes));
    String kind = target.path("kind").asText();
    if (kind.equals("Deployment") || kind.equals("DaemonSet")) {
      for (String suffix : List.of("", "-primary")) {
        changes.tryWatching(
            cluster,
            kind,
            kind.toLowerCase(Locale.ROOT) + "s",
            target.path("name").asText() + suffix);
      }
    }
    return changes;
  }

  /// Who may not watch workloads sees their pods at the next change of the Canary.
  private void tryWatching(OpenCluster cluster, String kind, String plural, String name) {
    try {
      watches.add(cluster.object("apps", "v1", kind, plural, name).watch(this));
    } catch (KubernetesClientException e) {
      if (e.getCode() != 403) {
        close();
        throw e;
      }
    }
  }

  /// @param atMost for how long; empty for as long as it takes
  /// @return whether something has changed
  boolean await(Optional<Duration> atMost) throws InterruptedException {
    if (atMost.isEmpty()) {
      told.acquire();
    } else if (!told.tryAcquire(atMost.get().toMillis(), TimeUnit.MILLISECONDS)) {
      return false;
    }
    told.drainPermits();
    return true;
  }

  /// Whether changes are not heard of any more, so that watching must begin anew.
  boolean isOver() {
    return isOver;
  }

  @Override
  public void eventReceived(Action action, GenericKubernetesResource changed) {
    told.release();
  }

  @Override
  public void onClose(WatcherException cause) {
    isOver = true;
    told.release();
  }

  @Override
  public void close() {
    watches.forEach(Watch::close);
  }
}

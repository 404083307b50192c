package dev.sluice.controller.oncall;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.UserError;
import dev.sluice.controller.rollout.Phase;
import dev.sluice.controller.rollout.Standing;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Looks at a rollout, once or for as long as it goes.
public final class Looking {
  /// What changes without a watch of ours telling: pods, and the time until the next check.
  private static final Duration AT_LEAST = Duration.ofSeconds(5);

  private final OpenCluster cluster;
  private final InstantSource clock;

  public Looking(OpenCluster cluster, InstantSource clock) {
    this.cluster = cluster;
    this.clock = clock;
  }

  /// A picture, and what it shows.
  ///
  /// @param isUnderWay whether a revision is
  /// @param hasFailed whether the last one did
  public record Picture(List<Line> lines, boolean isUnderWay, boolean hasFailed) {

    public Picture {
      lines = List.copyOf(lines);
    }

    /// @param width of the terminal in columns
    public List<String> render(int width, boolean colour) {
      return lines.stream().map(line -> line.render(width, colour)).toList();
    }
  }

  /// @throws UserError when it cannot be looked at
  public Picture once(String name) {
    try {
      return picture((ObjectNode) cluster.read(name));
    } catch (KubernetesClientException e) {
      throw cluster.explained(e);
    }
  }

  private Picture picture(ObjectNode object) {
    Instant now = clock.instant();
    CanaryFacts facts = new FactsReader(cluster).read(object, now);
    Optional<Phase> phase = facts.standing().map(Standing::phase);
    return new Picture(
        Tree.draw(facts),
        phase.filter(Phase.Idle.class::isInstance).isEmpty(),
        phase.filter(Phase.Failed.class::isInstance).isPresent());
  }

  /// Shows the rollout at every change, until the one that is under way, or else the next, is over.
  ///
  /// @param forever whether to go on then
  /// @return the last picture
  /// @throws UserError when it cannot be looked at any longer
  public Picture watch(String name, boolean forever, Consumer<Picture> show)
      throws InterruptedException {
    Semaphore changes = new Semaphore(0);
    try (var _ = cluster.canary(name).watch(new Changes(changes))) {
      boolean wasUnderWay = false;
      while (true) {
        Picture picture = once(name);
        show.accept(picture);
        wasUnderWay |= picture.isUnderWay();
        if (!forever && wasUnderWay && !picture.isUnderWay()) {
          return picture;
        }
        boolean isTold = changes.tryAcquire(AT_LEAST.toMillis(), TimeUnit.MILLISECONDS);
        if (isTold) {
          changes.drainPermits();
        }
      }
    } catch (KubernetesClientException e) {
      throw cluster.explained(e);
    }
  }

  private record Changes(Semaphore changes) implements Watcher<GenericKubernetesResource> {
    @Override
    public void eventReceived(Action action, GenericKubernetesResource canary) {
      changes.release();
    }

    /// The next look begins with a read, so that nothing is missed but its moment.
    @Override
    public void onClose(WatcherException cause) {
      changes.release();
    }
  }

  /// All Canaries of the namespace, a line each, under a heading.
  ///
  /// @param everywhere of all namespaces instead
  /// @param width of the terminal in columns
  public List<String> all(boolean everywhere, int width, boolean colour) {
    try {
      var found =
          everywhere
              ? cluster.canaries().inAnyNamespace().list()
              : cluster.canaries().inNamespace(cluster.namespace()).list();
      return Overview.draw(
              found.getItems().stream().map(OpenCluster::tree).toList(), clock.instant())
          .stream()
          .map(line -> line.render(width, colour))
          .toList();
    } catch (KubernetesClientException e) {
      throw cluster.explained(e);
    }
  }
}

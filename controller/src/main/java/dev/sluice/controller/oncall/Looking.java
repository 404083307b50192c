package dev.sluice.controller.oncall;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.UserError;
import dev.sluice.controller.oncall.Line.Tone;
import dev.sluice.controller.rollout.Phase;
import dev.sluice.controller.rollout.Standing;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Looks at a rollout, once or for as long as it goes.
public final class Looking {
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

    static Picture of(CanaryFacts facts) {
      Optional<Phase> phase = facts.standing().map(Standing::phase);
      return new Picture(
          Tree.draw(facts),
          phase.filter(Phase.Idle.class::isInstance).isEmpty(),
          phase.filter(Phase.Failed.class::isInstance).isPresent());
    }

    private Picture waiting() {
      var all = new ArrayList<>(lines);
      all.add(
          new Line(List.of())
              .and("nothing is under way; waiting for the next rollout", Tone.FAINT));
      return new Picture(all, isUnderWay, hasFailed);
    }

    /// @param width of the terminal in columns
    public List<String> render(int width, boolean colour) {
      return lines.stream().map(line -> line.render(width, colour)).toList();
    }
  }

  /// @throws UserError when it cannot be looked at
  public Picture once(String name) {
    try {
      return Picture.of(read(name));
    } catch (KubernetesClientException e) {
      throw cluster.explained(e);
    }
  }

  private CanaryFacts read(String name) {
    return new FactsReader(cluster).read((ObjectNode) cluster.read(name), clock.instant());
  }

  /// Shows the rollout at every change, until the one that is under way, or else the next, is over.
  /// The cluster is only asked when one of its watches tells of a change.
  ///
  /// @param forever whether to go on then
  /// @param pace how often the same is shown again with the time that has passed; empty for never
  /// @return the last picture
  /// @throws UserError when it cannot be looked at any longer
  public Picture watch(
      String name, boolean forever, Optional<Duration> pace, Consumer<Picture> show)
      throws InterruptedException {
    try {
      boolean wasUnderWay = false;
      while (true) {
        // First the watch and then the look, so that no change falls between them.
        try (Changes changes = Changes.of(cluster, name)) {
          while (!changes.isOver()) {
            CanaryFacts facts = read(name);
            Picture picture = Picture.of(facts);
            wasUnderWay |= picture.isUnderWay();
            boolean isExpected = wasUnderWay || forever;
            show.accept(isExpected ? picture : picture.waiting());
            if (!forever && wasUnderWay && !picture.isUnderWay()) {
              return picture;
            }
            while (!changes.await(pace)) {
              Picture later = Picture.of(facts.at(clock.instant()));
              show.accept(isExpected ? later : later.waiting());
            }
          }
        }
      }
    } catch (KubernetesClientException e) {
      throw cluster.explained(e);
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

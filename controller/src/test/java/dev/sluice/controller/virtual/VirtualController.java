package dev.sluice.controller.virtual;

import dev.sluice.analysis.Http;
import dev.sluice.controller.canary.Canaries;
import dev.sluice.controller.canary.CanaryReconciler;
import dev.sluice.controller.check.Hooks;
import dev.sluice.controller.cluster.CallGauge;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Fence;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.cluster.PlaygroundCluster;
import dev.sluice.controller.compare.CompareGauges;
import dev.sluice.controller.compare.Ticks;
import dev.sluice.controller.deploy.ShippedRole;
import dev.sluice.controller.loop.DueQueue;
import dev.sluice.controller.loop.Key;
import dev.sluice.controller.loop.Reconciler;
import dev.sluice.controller.object.Interest;
import dev.sluice.controller.object.Reach;
import dev.sluice.controller.report.CanaryGauges;
import dev.sluice.controller.report.Events;
import dev.sluice.controller.report.Messenger;
import dev.sluice.controller.rollout.policy.Settings;
import dev.sluice.crds.ObjectRef;
import dev.sluice.mesh.Mesh;
import dev.sluice.mesh.Meshes;
import dev.sluice.playground.api.ApiServer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The real reconciler of canaries with nothing in its memory, as after a start: its watches, its
/// queue, and passes in the caller's thread.
public final class VirtualController {
  private static final List<Kind> WATCHED =
      List.of(
          Kind.CANARY,
          Kind.METRIC_TEMPLATE,
          Kind.DEPLOYMENT,
          Kind.AUTOSCALER,
          Kind.DISRUPTION_BUDGET,
          Kind.SERVICE,
          Kind.CONFIG_MAP,
          Kind.SECRET);
  private static final Duration RETRY = Duration.ofSeconds(1);

  /// What the controller talks to besides the API server.
  public record Outside(Http metrics, Hooks hooks, Messenger messenger, CanaryGauges gauges) {
    public Outside(Http metrics, Hooks hooks, Messenger messenger) {
      this(metrics, hooks, messenger, CanaryGauges.NONE);
    }
  }

  private final InstantSource clock;
  private final DueQueue<Key> queue = new DueQueue<>();
  private final CanaryReconciler reconciler;
  private final Ticks ticks;
  private final List<String> failures = new ArrayList<>();
  private long passes;
  private boolean alive = true;
  private final ShippedRole.Guarded guarded;

  public VirtualController(ApiServer api, Outside outside, Duration scrape, InstantSource clock) {
    this(api, outside, scrape, clock, Fence.OPEN);
  }

  /// @param fence before every write
  public VirtualController(
      ApiServer api, Outside outside, Duration scrape, InstantSource clock, Fence fence) {
    this(api, outside, scrape, clock, fence, Meshes.named("istio"));
  }

  public VirtualController(
      ApiServer api,
      Outside outside,
      Duration scrape,
      InstantSource clock,
      Fence fence,
      Mesh mesh) {
    this.clock = clock;
    guarded = ShippedRole.clusterWide().before(api);
    Interest interest = new Interest(mesh);
    Cluster cluster =
        PlaygroundCluster.over(
            guarded,
            WATCHED,
            (kind, object) -> {
              if (alive) {
                interest.in(kind, object).forEach(ref -> queue.add(canary(ref), clock.instant()));
              }
            },
            CallGauge.NONE,
            fence);
    ticks =
        new Ticks(
            outside.metrics(),
            queue::add,
            canary -> queue.add(canary(canary), clock.instant()),
            CompareGauges.NONE,
            clock);
    reconciler =
        Canaries.reconciler(
            cluster,
            new Canaries.Options(
                new Settings(
                    Settings.DEFAULT.settle(),
                    Settings.DEFAULT.quiet(),
                    Settings.DEFAULT.shortestInterval(),
                    Settings.DEFAULT.seesAllRoutes(),
                    scrape),
                mesh,
                List.of("app"),
                List.of(),
                "http://prometheus:9090",
                Reach.EVERYWHERE),
            interest,
            new Events(cluster),
            outside.metrics(),
            outside.hooks(),
            outside.messenger(),
            target -> Optional.empty(),
            outside.gauges(),
            ticks,
            clock);
  }

  private static Key canary(ObjectRef ref) {
    return new Key(Kind.CANARY, ref);
  }

  /// When something wants to be looked at next.
  public Optional<Instant> nextDue() {
    return queue.nextDue();
  }

  /// Looks at everything that is due.
  public void look() {
    Instant now = clock.instant();
    for (DueQueue.Due<Key> due : queue.take(now, Integer.MAX_VALUE)) {
      try {
        reconciler(due.key())
            .reconcile(due.key().ref(), now)
            .ifPresent(at -> queue.add(due.key(), at));
      } catch (ClusterFailure e) {
        failures.add(now + " " + e.getMessage());
        queue.add(due.key(), now.plus(RETRY));
      } finally {
        queue.done(due.key());
      }
    }
  }

  private Reconciler reconciler(Key key) {
    if (key.kind().equals(Ticks.KIND)) {
      return ticks;
    }
    passes++;
    return reconciler;
  }

  /// Rights of the shipped role that were made use of, such as `patch deployments.apps`.
  public Set<String> rightsUsed() {
    return guarded.used();
  }

  /// As `kill -9`: it hears nothing any more.
  public void kill() {
    alive = false;
  }

  /// How many looks at canaries there were.
  public long passes() {
    return passes;
  }

  /// Calls that failed, with the time.
  public List<String> failures() {
    return failures;
  }
}

package dev.sluice.controller.lease;

import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.lease.Election.Move;
import dev.sluice.controller.lease.Election.Standing;
import dev.sluice.crds.ObjectRef;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tries to get and to keep one Lease, a look at a time. Who calls [#look] owns the waiting.
///
/// Not thread-safe; the [Tenure] it gives is.
public final class Elector {
  private static final Logger LOG = LoggerFactory.getLogger(Elector.class);

  /// How long a write under way is waited for before a lease is given away.
  private static final Duration LAST_WRITES = Duration.ofSeconds(2);

  private final Cluster cluster;
  private final ObjectRef ref;
  private final String me;
  private final Timing timing;
  private final Supplier<Duration> stopwatch;
  private final InstantSource clock;
  private final News news;

  private Standing standing;
  private Optional<Tenure> tenure = Optional.empty();

  /// The Lease as our last write left it: the next renewal needs no read.
  private @Nullable GenericKubernetesResource written;

  private Optional<String> told = Optional.empty();

  /// Is told of what happened to the lease.
  public interface News {
    /// @param lease as just written
    void leading(GenericKubernetesResource lease);

    /// @param lease as last written by us, without a version where that is not known
    void stopped(GenericKubernetesResource lease, String why);

    /// The lease was given away, because the process ends.
    void released(GenericKubernetesResource lease);
  }

  /// @param cluster for the lease alone: its requests must not take longer than
  ///   [Timing#requestTimeout]
  /// @param me unlike every other process's
  /// @param stopwatch only goes on, whatever is done to clocks
  /// @param clock for people who read the Lease
  public Elector(
      Cluster cluster,
      ObjectRef ref,
      String me,
      Timing timing,
      Supplier<Duration> stopwatch,
      InstantSource clock,
      News news) {
    this.cluster = cluster;
    this.ref = ref;
    this.me = me;
    this.timing = timing;
    this.stopwatch = stopwatch;
    this.clock = clock;
    this.news = news;
    this.standing = new Standing.Following(Optional.empty(), stopwatch.get());
  }

  /// The present time of leading, if this process leads.
  public Optional<Tenure> tenure() {
    return tenure;
  }

  /// Acquires, renews, waits or gives up; never throws what the cluster answers.
  ///
  /// @return when to look again
  public Duration look() {
    Duration now = stopwatch.get();
    try {
      giveUpIfOverdue(now);
      move(now);
    } catch (ClusterFailure.Conflict e) {
      // Somebody wrote the Lease. Who leads must know at once whether it still does.
      boolean fromMemory = written != null;
      written = null;
      LOG.atDebug().addKeyValue("lease", ref).log("lease was written by somebody else");
      if (fromMemory) {
        return look();
      }
    } catch (ClusterFailure e) {
      written = null;
      LOG.atWarn()
          .addKeyValue("lease", ref)
          .addKeyValue("leading", tenure.isPresent())
          .addKeyValue("why", e.getMessage())
          .log("lease cannot be read or written");
    }
    giveUpIfOverdue(stopwatch.get());
    return pause();
  }

  private void move(Duration now) {
    Optional<GenericKubernetesResource> live =
        Optional.ofNullable(written).or(() -> cluster.get(Kind.LEASE, ref));
    Optional<LeaseRecord> record = live.map(LeaseRecord::read);
    switch (Election.decide(timing, me, standing, record, now, clock.instant())) {
      case Move.Create(var wanted) ->
          hold(wanted, cluster.create(Kind.LEASE, wanted.lease(ref)), now);
      case Move.Replace(var wanted) ->
          hold(wanted, cluster.replace(Kind.LEASE, wanted.into(live.orElseThrow())), now);
      case Move.Wait(var next) -> {
        standing = next;
        tellHolder(next);
      }
      case Move.Step(var next, var why) -> {
        stepDown(why);
        standing = next;
      }
    }
  }

  private void hold(LeaseRecord record, GenericKubernetesResource answer, Duration begun) {
    written = answer;
    standing = new Standing.Leading(record, begun);
    if (tenure.isPresent()) {
      tenure.get().renewed(begun);
      return;
    }
    told = Optional.empty();
    tenure = Optional.of(new Tenure(timing, stopwatch, begun));
    LOG.atInfo().addKeyValue("lease", ref).addKeyValue("identity", me).log("became the leader");
    news.leading(answer);
  }

  private void giveUpIfOverdue(Duration now) {
    if (standing instanceof Standing.Leading(var record, var renewed)
        && Election.overdue(timing, renewed, now)) {
      stepDown("the lease was not renewed for " + timing.renewDeadline().toSeconds() + " s");
      standing = new Standing.Following(Optional.of(record), now);
    }
  }

  private void stepDown(String why) {
    tenure.ifPresent(Tenure::end);
    tenure = Optional.empty();
    GenericKubernetesResource last = written;
    written = null;
    LOG.atWarn()
        .addKeyValue("lease", ref)
        .addKeyValue("identity", me)
        .addKeyValue("why", why)
        .log("lost the lead");
    news.stopped(last == null ? LeaseRecord.NONE.lease(ref) : last, why);
  }

  private void tellHolder(Standing.Following next) {
    Optional<String> holder = next.seen().map(LeaseRecord::holder);
    if (!holder.equals(told)) {
      told = holder;
      LOG.atInfo()
          .addKeyValue("lease", ref)
          .addKeyValue("leader", holder.orElse(""))
          .log("standing by");
    }
  }

  /// A follower looks twice as often as a leader renews, so that a lease that was released is taken
  /// within half a retry period.
  private Duration pause() {
    return tenure.isPresent() ? timing.retry() : timing.retry().dividedBy(2);
  }

  /// Ends the tenure and gives the lease away, so that the next leader need not wait for its end.
  /// While a write is under way that cannot be stopped, the lease is left to expire.
  public void release() throws InterruptedException {
    if (tenure.isEmpty() || !(standing instanceof Standing.Leading(var record, _))) {
      return;
    }
    Tenure ending = tenure.get();
    boolean held = ending.isHeld();
    ending.end();
    tenure = Optional.empty();
    boolean quiet = ending.awaitQuiet(LAST_WRITES);
    try {
      GenericKubernetesResource live =
          written != null ? written : cluster.get(Kind.LEASE, ref).orElse(null);
      boolean ours = live != null && LeaseRecord.read(live).holder().equals(me);
      if (held && quiet && ours && live != null) {
        news.released(cluster.replace(Kind.LEASE, record.released(clock.instant()).into(live)));
        LOG.atInfo().addKeyValue("lease", ref).log("released the lease");
      } else {
        LOG.atInfo().addKeyValue("lease", ref).log("left the lease to expire");
      }
    } catch (ClusterFailure e) {
      LOG.atInfo()
          .addKeyValue("lease", ref)
          .addKeyValue("why", e.getMessage())
          .log("left the lease to expire");
    }
    written = null;
    standing = new Standing.Following(Optional.empty(), stopwatch.get());
  }
}

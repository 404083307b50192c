package dev.sluice.controller.gitsync;

import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.loop.Reconciler;
import dev.sluice.controller.report.Events;
import dev.sluice.crds.GitSync;
import dev.sluice.crds.ObjectRef;
import dev.sluice.crds.shape.Unreadable;
import dev.sluice.gitops.SourceFailure;
import dev.sluice.gitops.fetch.Mirrors;
import dev.sluice.gitops.fetch.Revision;
import dev.sluice.gitops.fetch.Snapshot;
import dev.sluice.gitops.plan.Prune;
import dev.sluice.gitops.render.Manifest;
import dev.sluice.mesh.Mesh;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One look at one GitSync: fetch the commit, render it, make the cluster follow, say how it went.
///
/// A failure never changes what is there. While the newest commit cannot be had, the last one that
/// went in is still defended against drift.
public final class GitSyncReconciler implements Reconciler {
  private static final Logger LOG = LoggerFactory.getLogger(GitSyncReconciler.class);
  private static final Duration SOON = Duration.ofSeconds(1);
  private static final Duration FIRST_RETRY = Duration.ofSeconds(5);

  /// As much as an Event takes.
  private static final int LONGEST_NEWS = 1024;

  private final Cluster cluster;
  private final Checkout checkout;
  private final Mesh byDefault;
  private final Handovers handovers;
  private final Events events;
  private final String defaultServiceAccount;
  private final Consumer<ObjectRef> wakeCanary;
  private final SyncGauges gauges;
  private final Map<ObjectRef, Memory> memories = new ConcurrentHashMap<>();

  /// @param fileAllowed whether a GitSync may name a `file:` address
  /// @param byDefault the mesh of Canaries that name none
  /// @param defaultServiceAccount in whose name a GitSync writes that names nobody; it is looked up
  ///   in the GitSync's own namespace, so that a GitSync never acts with the controller's rights
  /// @param wakeCanary asks for a look at a Canary now
  public GitSyncReconciler(
      Cluster cluster,
      Mirrors mirrors,
      boolean fileAllowed,
      Mesh byDefault,
      Handovers handovers,
      Events events,
      String defaultServiceAccount,
      Consumer<ObjectRef> wakeCanary,
      SyncGauges gauges) {
    this.cluster = cluster;
    this.checkout = new Checkout(mirrors, fileAllowed);
    this.byDefault = byDefault;
    this.handovers = handovers;
    this.events = events;
    this.defaultServiceAccount = defaultServiceAccount;
    this.wakeCanary = wakeCanary;
    this.gauges = gauges;
  }

  /// What is only worth having within one process. Losing it costs a look, never a write.
  private static final class Memory {
    @Nullable Wish looked;
    Instant due = Instant.MIN;
    int failures;
    @Nullable Good good;
    GitSync.@Nullable News told;
    Changes changes = new Changes();
    Optional<Revision> changesOf = Optional.empty();

    /// Versions that our own status writes replaced: a cache that still shows one is behind.
    final Set<String> replaced = new HashSet<>();
  }

  /// What a look would be about; while it stays the same, only time asks for another.
  private record Wish(long generation, Optional<String> requested, Optional<String> confirmed) {
    static Wish of(GitSync sync) {
      Map<String, String> annotations = sync.metadata().annotations();
      return new Wish(
          sync.metadata().generation(),
          Optional.ofNullable(annotations.get(Progress.REQUESTED)),
          Optional.ofNullable(annotations.get(Prune.CONFIRMATION)));
    }
  }

  /// The last commit that went in whole, under this generation of the spec.
  private record Good(long generation, Snapshot snapshot) {}

  @Override
  public Optional<Instant> reconcile(ObjectRef ref, Instant now) {
    Optional<GitSync> read = read(ref);
    if (read.isEmpty() || read.get().metadata().deleting() || read.get().spec().suspend()) {
      memories.remove(ref);
      handovers.forget(ref);
      gauges.forget(ref);
      return Optional.empty();
    }
    GitSync sync = read.get();
    Memory memory = memories.computeIfAbsent(ref, _ -> new Memory());
    if (Wish.of(sync).equals(memory.looked) && now.isBefore(memory.due)) {
      return Optional.of(memory.due);
    }
    if (memory.replaced.contains(sync.metadata().resourceVersion())) {
      return Optional.of(now.plus(SOON));
    }
    memory.replaced.clear();
    handovers.knows(ref);
    return Optional.of(look(sync, memory, now));
  }

  private Instant look(GitSync sync, Memory memory, Instant now) {
    tell(sync, sync.status(), memory, now);
    Cluster as = cluster.as(serviceAccount(sync));
    Optional<Trouble> trouble = Optional.empty();
    Optional<Snapshot> fetched = Optional.empty();
    List<Manifest> manifests = List.of();
    try {
      Checkout.interval(sync);
      fetched = Optional.of(checkout.fetch(sync, as));
      manifests = wanted(sync, fetched.get());
    } catch (SourceFailure e) {
      trouble = Optional.of(Trouble.of(e));
    }
    Optional<Revision> attempted = fetched.map(Snapshot::revision);
    if (trouble.isPresent()) {
      return finish(
          sync, sync, defended(sync, as, memory, trouble.get(), now), attempted, memory, now);
    }
    Snapshot snapshot = fetched.orElseThrow();
    if (!memory.changesOf.equals(attempted)) {
      memory.changes = new Changes();
      memory.changesOf = attempted;
    }
    var pass =
        new Pass(
            sync, snapshot, cluster, as, byDefault, handovers, wakeCanary, memory.changes, now);
    Outcome outcome;
    try {
      outcome = pass.run(manifests, sync.spec().prune());
    } catch (Trouble.Stop e) {
      outcome = new Outcome.Failed(e.trouble(), memory.changes);
    } finally {
      remember(sync, pass.sync(), memory);
    }
    return finish(sync, pass.sync(), outcome, attempted, memory, now);
  }

  /// The objects of a commit, which are never none unless that was confirmed.
  private static List<Manifest> wanted(GitSync sync, Snapshot snapshot) {
    List<Manifest> manifests = Checkout.render(sync, snapshot);
    String revision = snapshot.revision().toString();
    if (manifests.isEmpty()
        && !revision.equals(sync.metadata().annotations().get(Prune.CONFIRMATION))) {
      throw new SourceFailure.NeedsEdit(
          "EmptyRender",
          "spec.path '%s' of %s holds no objects, so nothing is changed; if all of them are meant to"
                  .formatted(sync.spec().folder(), snapshot.revision().brief())
              + " go, annotate the GitSync with "
              + Prune.CONFIRMATION
              + "="
              + revision);
    }
    return manifests;
  }

  /// Corrects drift from the last good commit while there is no newer one to follow.
  private Outcome defended(GitSync sync, Cluster as, Memory memory, Trouble trouble, Instant now) {
    var changes = new Changes();
    Good good = memory.good;
    if (good != null && good.generation() == sync.metadata().generation()) {
      try {
        List<Manifest> manifests = Checkout.render(sync, good.snapshot());
        var pass =
            new Pass(
                sync, good.snapshot(), cluster, as, byDefault, handovers, wakeCanary, changes, now);
        pass.defend(manifests);
      } catch (Trouble.Stop | SourceFailure e) {
        LOG.atWarn()
            .addKeyValue("gitsync", sync.ref())
            .addKeyValue("why", e.getMessage())
            .log("last good commit cannot be defended");
      }
    }
    return new Outcome.Failed(trouble, changes);
  }

  /// Records the outcome, tells what is new, and says when to look again.
  private Instant finish(
      GitSync before,
      GitSync sync,
      Outcome outcome,
      Optional<Revision> attempted,
      Memory memory,
      Instant now) {
    memory.looked = Wish.of(before);
    GitSync.Status after =
        switch (outcome) {
          case Outcome.Done done -> Progress.done(sync, done, now);
          case Outcome.Failed(Trouble trouble, Changes _) ->
              Progress.failed(sync, trouble, attempted, now);
          case Outcome.Waiting _ -> sync.status();
        };
    after =
        Progress.news(before.status(), after, outcome)
            .map(news ->
                new GitSync.News(now, news.type(), news.reason(), shortened(news.message())))
            .map(after::with)
            .orElse(after);
    write(sync, after, memory);
    tell(before, after, memory, now);
    memory.due =
        switch (outcome) {
          case Outcome.Done(Snapshot snapshot, _, _, _) -> {
            memory.failures = 0;
            memory.good = new Good(before.metadata().generation(), snapshot);
            memory.changes = new Changes();
            gauges.applied(before.ref(), now);
            yield now.plus(Checkout.interval(before));
          }
          case Outcome.Waiting(String why) -> {
            LOG.atInfo()
                .addKeyValue("gitsync", before.ref())
                .addKeyValue("why", why)
                .log("gitsync waits");
            yield now.plus(SOON);
          }
          case Outcome.Failed(Trouble trouble, Changes _) -> {
            gauges.failed(before.ref());
            yield now.plus(retry(before, trouble, ++memory.failures));
          }
        };
    return memory.due;
  }

  /// Tells what a status says was to be told, where this process has not done so: it is written
  /// under the same name again, so that a crash loses no Event and doubles none.
  private void tell(GitSync sync, GitSync.Status status, Memory memory, Instant now) {
    GitSync.News news = status.news();
    if (news == null || news.equals(memory.told)) {
      return;
    }
    boolean young = Duration.between(news.at(), now).compareTo(Events.LAST) < 0;
    Events.Outcome outcome =
        young
            ? events.write(
                Kind.GIT_SYNC,
                sync.metadata(),
                news.type(),
                news.reason(),
                news.message(),
                news.at())
            : Events.Outcome.EXISTED;
    if (outcome != Events.Outcome.UNKNOWN) {
      memory.told = news;
    }
  }

  private static String shortened(String message) {
    return message.length() <= LONGEST_NEWS
        ? message
        : message.substring(0, LONGEST_NEWS - 1) + "…";
  }

  private void write(GitSync sync, GitSync.Status after, Memory memory) {
    if (!after.equals(sync.status())) {
      String version = sync.metadata().resourceVersion();
      String written =
          cluster
              .patchStatus(Kind.GIT_SYNC, sync.ref(), Progress.patch(sync.status(), after), version)
              .getMetadata()
              .getResourceVersion();
      if (!version.equals(written)) {
        memory.replaced.add(version);
      }
    }
  }

  private static void remember(GitSync before, GitSync after, Memory memory) {
    if (!before.metadata().resourceVersion().equals(after.metadata().resourceVersion())) {
      memory.replaced.add(before.metadata().resourceVersion());
    }
  }

  /// What passes is asked for again soon, then less and less often, never less than usual. What
  /// needs an edit may have been edited in the repository, which only a look can tell.
  private static Duration retry(GitSync sync, Trouble trouble, int failures) {
    Duration interval;
    try {
      interval = Checkout.interval(sync);
    } catch (SourceFailure e) {
      return Duration.ofMinutes(10);
    }
    Duration wait = FIRST_RETRY.multipliedBy(1L << Math.min(failures - 1, 12));
    return trouble.needsEdit() || wait.compareTo(interval) > 0 ? interval : wait;
  }

  private ObjectRef serviceAccount(GitSync sync) {
    String named = sync.spec().serviceAccountName();
    return new ObjectRef(
        sync.metadata().namespace(),
        named == null || named.isEmpty() ? defaultServiceAccount : named);
  }

  private Optional<GitSync> read(ObjectRef ref) {
    try {
      return cluster
          .cached(Kind.GIT_SYNC, ref)
          .map(object -> GitSync.read(Translation.tree(object)));
    } catch (Unreadable e) {
      // The schema keeps such objects out; a cluster with another schema may let one in.
      LOG.atWarn()
          .addKeyValue("gitsync", ref)
          .addKeyValue("why", e.getMessage())
          .log("gitsync cannot be read");
      return Optional.empty();
    }
  }
}

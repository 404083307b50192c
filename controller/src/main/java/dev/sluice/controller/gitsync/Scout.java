package dev.sluice.controller.gitsync;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.object.Subject;
import dev.sluice.crds.Canary;
import dev.sluice.crds.GitSync;
import dev.sluice.crds.ObjectRef;
import dev.sluice.crds.shape.Unreadable;
import dev.sluice.gitops.plan.Conflicts;
import dev.sluice.gitops.plan.Intake;
import dev.sluice.gitops.plan.Live;
import dev.sluice.gitops.plan.Plan.Found;
import dev.sluice.gitops.plan.Plan.Trial;
import dev.sluice.gitops.plan.Plan.Tried;
import dev.sluice.gitops.plan.Takeover;
import dev.sluice.gitops.render.Manifest;
import dev.sluice.gitops.render.ObjectKey;
import dev.sluice.gitops.render.Placement;
import dev.sluice.gitops.render.Placement.Scope;
import dev.sluice.mesh.Mesh;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Looks at the cluster and tries out what would happen; changes no content.
final class Scout {
  /// On a target: how many replicas Git wants.
  static final String REPLICAS = "sluice.dev/replicas";

  /// On a target: the commit that its pods and their config came from.
  static final String COMMIT = "sluice.dev/commit";

  private final GitSync sync;
  private final Mesh byDefault;
  private final Cluster cluster;
  private final Cluster as;

  /// @param as the cluster as the sync's ServiceAccount sees it
  Scout(GitSync sync, Cluster cluster, Cluster as, Mesh byDefault) {
    this.sync = sync;
    this.byDefault = byDefault;
    this.cluster = cluster;
    this.as = as;
  }

  /// What the commit asks for, against what there is.
  ///
  /// @param tried every object that this sync applies
  /// @param left objects that something else drives
  /// @param placed everything the commit holds
  record Scene(
      List<Tried> tried, List<Intake.Leave> left, List<Manifest> placed, Targets targets) {}

  /// Reads every object and tries every one out, before anything is written.
  ///
  /// @throws Trouble.Stop naming the first object that cannot be applied
  Scene look(List<Manifest> manifests) {
    List<Manifest> placed =
        Placement.place(
            manifests,
            this::scope,
            Optional.ofNullable(sync.spec().targetNamespace()).filter(ns -> !ns.isEmpty()),
            sync.metadata().namespace());
    var targets = new Targets(canaries(placed), byDefault);
    var coming = new Coming(placed);
    var tried = new ArrayList<Tried>();
    var left = new ArrayList<Intake.Leave>();
    for (Manifest manifest : placed) {
      Optional<Live> live = live(manifest, coming);
      switch (Intake.of(manifest, live, targets.claims(), sync.ref(), Writer.MANAGER)) {
        case Intake.Leave leave -> left.add(leave);
        case Intake.Refuse(ObjectKey _, String why) ->
            throw new Trouble("OwnedByAnother", why, true).stop();
        case Intake.Send send -> tried.add(tryOut(noted(send), live, coming));
      }
    }
    return new Scene(tried, left, placed, targets);
  }

  /// Tries out again what could not be tried before its kind or namespace was there.
  List<Tried> again(Scene scene) {
    var coming = new Coming(scene.placed());
    return scene.tried().stream()
        .map(tried ->
            tried.trial() instanceof Trial.NotYet
                ? tryOut(tried.payload(), live(tried.payload(), coming), coming)
                : tried)
        .toList();
  }

  /// Tries out a changed payload of an object that was tried before.
  Tried again(Tried tried, Manifest payload, Scene scene) {
    return tried.trial() instanceof Trial.NotYet
        ? new Tried(payload, tried.live(), tried.trial())
        : tryOut(payload, tried.live(), new Coming(scene.placed()));
  }

  /// Whether an object of the inventory is still there.
  Found find(ObjectKey key, String apiVersion) {
    try {
      Optional<Kind> kind = cluster.resolve(apiVersion, key.kind());
      if (kind.isEmpty()) {
        return new Found.Gone();
      }
      return as.get(kind.get(), Translation.ref(key))
          .<Found>map(object -> new Found.Present(Translation.live(object)))
          .orElseGet(Found.Gone::new);
    } catch (ClusterFailure e) {
      return new Found.Unknown(String.valueOf(e.getMessage()));
    }
  }

  /// Kinds and namespaces that the commit itself makes.
  private record Coming(Set<String> kinds, Set<String> namespaces) {
    Coming(List<Manifest> placed) {
      this(Placement.definedBy(placed).keySet(), new HashSet<>(Placement.namespacesIn(placed)));
    }

    boolean makesKindOf(Manifest manifest) {
      return kinds.contains(manifest.key().group() + "/" + manifest.key().kind());
    }
  }

  private Scope scope(String apiVersion, String kind) {
    return resolve(apiVersion, kind)
        .map(found -> found.namespaced() ? Scope.NAMESPACED : Scope.CLUSTER)
        .orElse(Scope.UNKNOWN);
  }

  private Optional<Kind> resolve(String apiVersion, String kind) {
    try {
      return cluster.resolve(apiVersion, kind);
    } catch (ClusterFailure e) {
      throw Trouble.of("looking up kind " + kind, e).stop();
    }
  }

  private List<Canary> canaries(List<Manifest> placed) {
    var all = new ArrayList<Canary>();
    for (GenericKubernetesResource object : cluster.cached(Kind.CANARY)) {
      canary(object).ifPresent(all::add);
    }
    for (Manifest manifest : placed) {
      if (manifest.key().kind().equals("Canary") && manifest.key().group().equals("flagger.app")) {
        canary(withStatus(manifest)).ifPresent(all::add);
      }
    }
    return all;
  }

  /// A commit says nothing of the names that a Canary of the cluster holds on to.
  private Object withStatus(Manifest manifest) {
    ObjectNode canary = Translation.tree(manifest.content()).deepCopy();
    cluster
        .cached(Kind.CANARY, Translation.ref(manifest.key()))
        .ifPresent(live -> canary.set("status", Translation.tree(live).path("status")));
    return canary;
  }

  /// With the names that hold, whatever its spec asks for meanwhile. Empty for one that the API
  /// server will refuse anyway.
  private static Optional<Canary> canary(Object object) {
    try {
      return Translation.tree(object) instanceof ObjectNode tree
          ? Optional.of(Canary.read(Subject.keep(tree)))
          : Optional.empty();
    } catch (Unreadable e) {
      return Optional.empty();
    }
  }

  private Optional<Live> live(Manifest manifest, Coming coming) {
    Optional<Kind> kind = resolve(manifest.apiVersion(), manifest.key().kind());
    if (kind.isEmpty()) {
      if (coming.makesKindOf(manifest)) {
        return Optional.empty();
      }
      throw new Trouble(
              "KindUnknown",
              "%s in %s: the cluster knows no kind %s in %s; correct it, or install its definition"
                      .formatted(
                          manifest.key(),
                          manifest.origin(),
                          manifest.key().kind(),
                          manifest.apiVersion())
                  + " before",
              false)
          .stop();
    }
    try {
      return as.get(kind.get(), Translation.ref(manifest.key())).map(Translation::live);
    } catch (ClusterFailure.Refused e) {
      throw new Trouble(
              "Forbidden", "reading " + manifest.key() + " is refused: " + e.getMessage(), true)
          .stop();
    } catch (ClusterFailure e) {
      throw Trouble.of("reading " + manifest.key(), e).stop();
    }
  }

  /// Keeps on a target what rollouts read there: Git's wish for replicas, and the commit.
  private static Manifest noted(Intake.Send send) {
    Manifest payload = send.payload();
    Optional<String> wish = Targets.wishedReplicas(send.wishes());
    if (wish.isPresent()) {
      payload = Intake.annotated(payload, REPLICAS, wish.get());
    }
    Optional<String> commit = send.live().flatMap(live -> live.annotation(COMMIT));
    return commit.isPresent() ? Intake.annotated(payload, COMMIT, commit.get()) : payload;
  }

  private Tried tryOut(Manifest payload, Optional<Live> live, Coming coming) {
    Optional<Kind> kind = resolve(payload.apiVersion(), payload.key().kind());
    if (kind.isEmpty()) {
      return new Tried(payload, live, new Trial.NotYet());
    }
    try {
      return tried(payload, live, dryRun(kind.get(), payload));
    } catch (ClusterFailure.Missing e) {
      if (coming.makesKindOf(payload) || coming.namespaces().contains(payload.key().namespace())) {
        return new Tried(payload, live, new Trial.NotYet());
      }
      throw Writer.refused("DryRunFailed", payload, e).stop();
    } catch (ClusterFailure.Refused e) {
      return takenOver(kind.get(), payload, live)
          .orElseThrow(() -> Writer.refused("DryRunFailed", payload, e).stop());
    } catch (ClusterFailure e) {
      throw Writer.refused("DryRunFailed", payload, e).stop();
    }
  }

  private Live dryRun(Kind kind, Manifest payload) {
    return Translation.live(
        as.apply(kind, Translation.resource(payload.content()), Writer.MANAGER, true, true));
  }

  private static Tried tried(Manifest payload, Optional<Live> live, Live wouldBe) {
    live.ifPresent(present -> checkConflicts(payload, present, wouldBe));
    return new Tried(payload, live, new Trial.WouldBe(wouldBe));
  }

  /// What a hand put beside Git's items in a list may be why the object is refused. Taking these
  /// items over changes no content, only who may remove them.
  private Optional<Tried> takenOver(Kind kind, Manifest payload, Optional<Live> live) {
    Optional<List<Map<String, Object>>> managed =
        live.flatMap(present -> Takeover.of(present, payload, Writer.MANAGER));
    if (managed.isEmpty()) {
      return Optional.empty();
    }
    try {
      Object version = live.get().at(List.of("metadata", "resourceVersion")).orElse("");
      Live now =
          Translation.live(
              as.mergePatch(
                  kind,
                  Translation.ref(payload.key()),
                  Map.of(
                      "metadata",
                      Map.of("resourceVersion", version, "managedFields", managed.get()))));
      return Optional.of(tried(payload, Optional.of(now), dryRun(kind, payload)));
    } catch (ClusterFailure e) {
      throw Writer.refused("DryRunFailed", payload, e).stop();
    }
  }

  private static void checkConflicts(Manifest payload, Live live, Live wouldBe) {
    List<Conflicts.Conflict> conflicts = Conflicts.between(live, wouldBe, Writer.MANAGER);
    if (!conflicts.isEmpty()) {
      throw new Trouble(
              "Conflict",
              "%s in %s: %s; take the field out of Git, or out of the other manager's hands"
                  .formatted(payload.key(), payload.origin(), conflicts.getFirst()),
              true)
          .stop();
    }
  }

  /// The rollout of a target as the cache shows it.
  Optional<Canary> cached(ObjectRef canary) {
    return cluster.cached(Kind.CANARY, canary).flatMap(Scout::canary);
  }
}

package dev.sluice.controller.routing;

import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Followed;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.object.Interest;
import dev.sluice.crds.Canary;
import dev.sluice.mesh.Mesh;
import dev.sluice.mesh.Meshes;
import dev.sluice.mesh.UnknownMesh;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which mesh a canary asks for, and whether the cluster has it: the kinds of a mesh are watched
/// where they are defined, and a mesh may be installed at any time.
public final class Providers {
  /// When to look again at a canary whose mesh is not there.
  public static final Duration RECHECK = Duration.ofSeconds(30);

  private static final Logger LOG = LoggerFactory.getLogger(Providers.class);

  /// Many canaries may miss the same mesh; the server is asked for all of them together.
  private static final Duration REMEMBERED = Duration.ofSeconds(10);

  /// A first list that takes longer has something in its way that a person must remove.
  private static final Duration LISTING = Duration.ofSeconds(10);

  private final Cluster cluster;
  private final Mesh byDefault;
  private final InstantSource clock;
  private final Map<Kind, Seen> seen = new ConcurrentHashMap<>();

  /// @param since when it began to be so
  /// @param asked when that was found out last
  private record Seen(Followed followed, Instant since, Instant asked) {}

  /// Follows all kinds that are defined by now: a canary may have objects of a mesh that it does
  /// not ask for any more.
  ///
  /// @param byDefault of Canaries that name none
  public Providers(Cluster cluster, Mesh byDefault, InstantSource clock) {
    this.cluster = cluster;
    this.byDefault = byDefault;
    this.clock = clock;
    for (Mesh mesh : Meshes.all()) {
      for (Mesh.RouteKind kind : mesh.kinds()) {
        begin(Interest.kind(kind));
      }
    }
  }

  private void begin(Kind kind) {
    try {
      look(kind);
    } catch (ClusterFailure e) {
      LOG.atWarn()
          .addKeyValue("resource", kind.plural())
          .addKeyValue("why", e.getMessage())
          .log("cannot tell whether the kind is defined");
    }
  }

  public Mesh byDefault() {
    return byDefault;
  }

  /// @throws UnknownMesh if there is none of that name
  public Mesh asked(Canary canary) {
    return Meshes.of(canary.spec(), byDefault);
  }

  /// The mesh that the canary asks for, if it is known and can be driven here.
  Optional<Mesh> driven(Canary canary) {
    try {
      return Optional.of(asked(canary)).filter(this::isThere);
    } catch (UnknownMesh _) {
      return Optional.empty();
    }
  }

  /// Whether the canary asks for a mesh that is known and cannot be driven here.
  public boolean isMissing(Canary canary) {
    try {
      return !isThere(asked(canary));
    } catch (UnknownMesh _) {
      return false;
    }
  }

  /// Whether the objects of a mesh can be read from the cache.
  boolean isThere(Mesh mesh) {
    return mesh.kinds().stream().map(Interest::kind).allMatch(this::isListed);
  }

  /// A first list may have come since; to ask for it costs the server nothing.
  private boolean isListed(Kind kind) {
    Seen found = seen.get(kind);
    return found != null
        && (found.followed() == Followed.YES
            || (found.followed() == Followed.LISTING && look(kind).followed() == Followed.YES));
  }

  /// Why the mesh that the canary asks for cannot be driven, as a person would be told; empty when
  /// it can.
  ///
  /// @throws UnknownMesh if there is none of that name
  /// @throws ClusterFailure.Unlisted while it cannot be told yet
  public Optional<String> missing(Canary canary) {
    Mesh mesh = asked(canary);
    List<Kind> kinds = mesh.kinds().stream().map(Interest::kind).toList();
    // all of them are begun before one is waited for
    kinds.forEach(this::look);
    for (Kind kind : kinds) {
      Seen found = look(kind);
      switch (found.followed()) {
        case YES -> {}
        case UNDEFINED -> {
          return Optional.of(
              "is %s, and the cluster does not define %s (%s); install it, or name another. The cluster is asked again every %ds"
                  .formatted(mesh.name(), kind.kind(), kind.apiVersion(), RECHECK.toSeconds()));
        }
        case LISTING -> {
          if (clock.instant().isBefore(found.since().plus(LISTING))) {
            throw new ClusterFailure.Unlisted(kind.plural() + " are being listed");
          }
          return Optional.of(
              "is %s, and %s (%s) cannot be listed; look at the rights of the controller and into its log"
                  .formatted(mesh.name(), kind.plural(), kind.apiVersion()));
        }
      }
    }
    return Optional.empty();
  }

  private Seen look(Kind kind) {
    Instant now = clock.instant();
    Seen before = seen.get(kind);
    if (before != null
        && (before.followed() == Followed.YES
            || (before.followed() == Followed.UNDEFINED
                && now.isBefore(before.asked().plus(REMEMBERED))))) {
      return before;
    }
    Followed followed = cluster.follow(kind);
    Instant since = before != null && before.followed() == followed ? before.since() : now;
    Seen found = new Seen(followed, since, now);
    seen.put(kind, found);
    return found;
  }
}

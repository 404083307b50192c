package dev.sluice.controller.canary;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Followed;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.cluster.Trim;
import dev.sluice.controller.object.Interest;
import dev.sluice.controller.object.Json;
import dev.sluice.controller.object.Owners;
import dev.sluice.controller.rollout.Content;
import dev.sluice.controller.rollout.Revision;
import dev.sluice.controller.rollout.Snapshot;
import dev.sluice.controller.rollout.StatusReader;
import dev.sluice.controller.rollout.Workload;
import dev.sluice.controller.routing.Routes;
import dev.sluice.controller.target.ServiceCopy;
import dev.sluice.controller.target.TargetReader;
import dev.sluice.crds.Canary;
import dev.sluice.crds.ObjectRef;
import dev.sluice.mesh.Split;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// A target that is a Service: nobody's pods are started or stopped. What a person edits is the
/// Service, and `-canary` follows it when its traffic is away, so that no user meets an edit that
/// was not analysed. `-primary` is what it was when it was promoted.
final class ServiceSides {
  private final Cluster cluster;
  private final Routes routes;
  private final Interest interest;

  ServiceSides(Cluster cluster, Routes routes, Interest interest) {
    this.cluster = cluster;
    this.routes = routes;
    this.interest = interest;
  }

  /// @param sides whether `-canary` is there
  record Read(
      Optional<Workload> target, Optional<Workload> primary, Content content, boolean sides) {}

  /// @param sightings when a revision was seen first
  Read read(Canary canary, Sightings sightings, Instant now) {
    if (cluster.follow(Kind.ENDPOINT_SLICE) != Followed.YES) {
      throw new ClusterFailure.Unlisted("the first list of endpointslices has not come yet");
    }
    interest.watch(canary.ref(), Kind.ENDPOINT_SLICE, canary.primaryServiceName());
    interest.watch(canary.ref(), Kind.ENDPOINT_SLICE, canary.canaryServiceName());
    Optional<ObjectNode> target = cached(canary, canary.spec().targetRef().name());
    Optional<ObjectNode> primary = cached(canary, canary.primaryServiceName());
    Optional<ObjectNode> side = cached(canary, canary.canaryServiceName());
    return new Read(
        target.map(t -> target(canary, t, side)),
        primary.map(p -> primary(canary, p)),
        target
            .map(t -> content(canary, t, primary, sightings, now))
            .orElseGet(() -> new Content.Unreadable("it does not exist")),
        side.filter(s -> Owners.owns(canary, s)).isPresent());
  }

  /// At rest while `-canary` is no copy of what the target is now.
  private Workload target(Canary canary, JsonNode target, Optional<ObjectNode> side) {
    Revision revision = ServiceCopy.revision(target);
    boolean follows =
        side.filter(s -> ServiceCopy.mark(s).equals(Optional.of(revision)))
            .filter(s -> ServiceCopy.content(s).equals(ServiceCopy.content(target)))
            .isPresent();
    boolean used = side.flatMap(ServiceCopy::mark).isPresent();
    Endpoints found = used ? endpoints(canary, canary.canaryServiceName()) : Endpoints.NONE;
    int wanted = follows ? Math.max(1, found.all()) : 0;
    return workload(
        wanted,
        found.ready(),
        hindrance(follows, found, canary.canaryServiceName()),
        Optional.empty());
  }

  private static Optional<String> hindrance(boolean follows, Endpoints found, String name) {
    if (!follows) {
      return Optional.of(name + " is not a copy of it");
    }
    return found.ready() == 0 ? Optional.of(name + " finds no ready pod") : Optional.empty();
  }

  private Workload primary(Canary canary, JsonNode primary) {
    Endpoints found = endpoints(canary, canary.primaryServiceName());
    return workload(
        Math.max(1, found.all()),
        found.ready(),
        hindrance(true, found, canary.primaryServiceName()),
        ServiceCopy.mark(primary));
  }

  private static Workload workload(
      int pods, int ready, Optional<String> hindrance, Optional<Revision> copyOf) {
    return new Workload(
        1,
        1,
        pods,
        pods,
        pods,
        ready,
        Optional.empty(),
        hindrance,
        copyOf,
        OptionalInt.empty(),
        false,
        Optional.empty());
  }

  /// A Service has no generation, so its content stands for it. What an upgraded API server shows
  /// otherwise it shows otherwise of the primary, too.
  private static Content content(
      Canary canary,
      JsonNode target,
      Optional<ObjectNode> primary,
      Sightings sightings,
      Instant now) {
    Optional<String> unfit = ServiceCopy.unfit(target, canary.spec().service().port());
    if (unfit.isPresent()) {
      return new Content.Unreadable(
          "Service %s %s".formatted(canary.spec().targetRef().name(), unfit.get()));
    }
    Revision revision = ServiceCopy.revision(target);
    boolean same =
        primary
            .map(p -> ServiceCopy.revision(p).equals(revision))
            .orElseGet(() -> StatusReader.promoted(canary.status()).equals(Optional.of(revision)));
    return new Content.Known(
        new Snapshot(
            revision,
            target.path("metadata").path("uid").asText(),
            Long.parseLong(revision.hash().substring(0, 8), 16),
            Map.of()),
        same,
        sightings.since(canary.ref(), "content", revision, now),
        Optional.empty(),
        TargetReader.annotation(target, TargetReader.COMMIT));
  }

  private record Endpoints(int ready, int all) {
    static final Endpoints NONE = new Endpoints(0, 0);
  }

  private Endpoints endpoints(Canary canary, String service) {
    int ready = 0;
    int all = 0;
    for (GenericKubernetesResource slice : cluster.cached(Kind.ENDPOINT_SLICE)) {
      Map<String, String> labels = slice.getMetadata().getLabels();
      if (canary.metadata().namespace().equals(slice.getMetadata().getNamespace())
          && labels != null
          && service.equals(labels.get(Interest.SERVICE_NAME))) {
        JsonNode tree = Json.tree(slice);
        ready += tree.path(Trim.READY).asInt();
        all += tree.path(Trim.ENDPOINTS).asInt();
      }
    }
    return new Endpoints(ready, all);
  }

  // ---- writes ----

  /// Makes `-canary` if it is not there, as the target is now and without traffic. Of what cannot
  /// be copied, which people are told, nothing is made.
  void ensure(Canary canary) {
    Optional<ObjectNode> live = live(canary, canary.canaryServiceName());
    if (live.isPresent()) {
      Owners.check(live.get(), canary);
      return;
    }
    ObjectNode target = target(canary);
    if (ServiceCopy.unfit(target, canary.spec().service().port()).isEmpty()) {
      create(canary, ServiceCopy.made(target, canary.canaryServiceName()));
    }
  }

  /// @throws ClusterFailure.Conflict when the target has moved on; decide again
  void copyToPrimary(Canary canary, Revision wanted) {
    ObjectNode target = target(canary);
    Revision now = ServiceCopy.revision(target);
    if (!now.equals(wanted)) {
      throw new ClusterFailure.Conflict(
          "Service %s is %s by now, not %s"
              .formatted(canary.spec().targetRef().name(), now, wanted));
    }
    follow(canary, target, canary.primaryServiceName(), now);
  }

  /// Makes `-canary` what the target is now, or lets it be.
  ///
  /// @throws ClusterFailure.Conflict while it has traffic
  void scale(Canary canary, int pods) {
    routes.confirm(canary, Split.NONE);
    if (pods > 0) {
      ObjectNode target = target(canary);
      follow(canary, target, canary.canaryServiceName(), ServiceCopy.revision(target));
      return;
    }
    Optional<ObjectNode> live = live(canary, canary.canaryServiceName());
    if (live.flatMap(ServiceCopy::mark).isPresent()) {
      Map<String, Object> mark = new HashMap<>();
      mark.put(TargetReader.REVISION, null);
      cluster.mergePatch(
          Kind.SERVICE,
          ref(canary, canary.canaryServiceName()),
          Map.of(
              "metadata",
              Map.of(
                  "annotations",
                  mark,
                  "resourceVersion",
                  live.get().path("metadata").path("resourceVersion").asText())));
    }
  }

  private void follow(Canary canary, ObjectNode target, String name, Revision revision) {
    Optional<ObjectNode> live = live(canary, name);
    if (live.isEmpty()) {
      ObjectNode side = ServiceCopy.made(target, name);
      ServiceCopy.mark(side, revision);
      create(canary, side);
      return;
    }
    Owners.check(live.get(), canary);
    ObjectNode side = ServiceCopy.updated(target, live.get());
    ServiceCopy.mark(side, revision);
    if (!side.path("spec").equals(live.get().path("spec"))
        || !side.path("metadata").equals(live.get().path("metadata"))) {
      cluster.replace(Kind.SERVICE, Json.resource(side));
    }
  }

  private void create(Canary canary, ObjectNode side) {
    Owners.own(side, canary);
    cluster.create(Kind.SERVICE, Json.resource(side));
  }

  private ObjectNode target(Canary canary) {
    String name = canary.spec().targetRef().name();
    return live(canary, name)
        .orElseThrow(() -> new ClusterFailure.Conflict("Service %s is gone".formatted(name)));
  }

  private Optional<ObjectNode> live(Canary canary, String name) {
    return cluster.get(Kind.SERVICE, ref(canary, name)).map(Json::tree);
  }

  private Optional<ObjectNode> cached(Canary canary, String name) {
    return cluster.cached(Kind.SERVICE, ref(canary, name)).map(Json::tree);
  }

  private static ObjectRef ref(Canary canary, String name) {
    return new ObjectRef(canary.metadata().namespace(), name);
  }
}

package dev.sluice.controller.canary;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Followed;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.object.Interest;
import dev.sluice.controller.object.Json;
import dev.sluice.controller.rollout.Command;
import dev.sluice.controller.rollout.Compared;
import dev.sluice.controller.rollout.Content;
import dev.sluice.controller.rollout.Names;
import dev.sluice.controller.rollout.Observation;
import dev.sluice.controller.rollout.Protection;
import dev.sluice.controller.rollout.Revision;
import dev.sluice.controller.rollout.Routing;
import dev.sluice.controller.rollout.Snapshot;
import dev.sluice.controller.rollout.Standing;
import dev.sluice.controller.rollout.StatusReader;
import dev.sluice.controller.rollout.Workload;
import dev.sluice.controller.rollout.policy.Plan;
import dev.sluice.controller.rollout.policy.Settings;
import dev.sluice.controller.routing.Making;
import dev.sluice.controller.routing.Routes;
import dev.sluice.controller.routing.ServicePorts;
import dev.sluice.controller.routing.Services;
import dev.sluice.controller.target.Autoscalers;
import dev.sluice.controller.target.Budgets;
import dev.sluice.controller.target.ConfigRefs;
import dev.sluice.controller.target.Configs;
import dev.sluice.controller.target.Copied;
import dev.sluice.controller.target.PrimaryCopy;
import dev.sluice.controller.target.ServiceCopy;
import dev.sluice.controller.target.TargetKind;
import dev.sluice.controller.target.TargetKinds;
import dev.sluice.controller.target.TargetReader;
import dev.sluice.crds.Canary;
import dev.sluice.crds.ObjectRef;
import dev.sluice.mesh.Split;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads every fact about one canary from the caches; costs the API server nothing.
final class Observer {
  private final Cluster cluster;
  private final Routes routes;
  private final Autoscalers autoscalers;
  private final Budgets budgets;
  private final Sightings sightings;
  private final ServiceSides sides;
  private final Interest interest;
  private final Settings settings;
  private final List<String> selectorLabels;
  private final Handing handing;

  Observer(
      Cluster cluster,
      Routes routes,
      Autoscalers autoscalers,
      Budgets budgets,
      Sightings sightings,
      ServiceSides sides,
      Interest interest,
      Settings settings,
      List<String> selectorLabels,
      Handing handing) {
    this.cluster = cluster;
    this.routes = routes;
    this.autoscalers = autoscalers;
    this.budgets = budgets;
    this.sightings = sightings;
    this.sides = sides;
    this.interest = interest;
    this.settings = settings;
    this.selectorLabels = List.copyOf(selectorLabels);
    this.handing = handing;
  }

  /// The facts, and how what stands beside the target is made from it.
  ///
  /// @param making empty when there is neither a target nor a primary whose pods could be told from
  ///   the other's
  record Seen(Observation observation, Optional<Making> making) {

    /// With what somebody asked for.
    Seen asking(Optional<Command> command) {
      return new Seen(observation.asking(command), making);
    }

    /// With what the comparison came to.
    Seen with(Optional<Compared> found) {
      return new Seen(observation.with(found), making);
    }
  }

  Seen observe(
      Canary canary,
      Plan plan,
      Optional<Standing> standing,
      Optional<String> refused,
      Instant now) {
    Found found = ServiceCopy.isTargetOf(canary) ? service(canary, now) : workloads(canary, now);
    return new Seen(
        new Observation(
            now,
            settings,
            names(canary),
            canary.metadata().generation(),
            Finalizers.deletion(canary),
            standing,
            plan,
            found.target(),
            found.primary(),
            found.content(),
            autoscalers.read(canary),
            found.routing(),
            refused,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            found.protection()),
        found.making());
  }

  /// What depends on the kind of the target.
  private record Found(
      Optional<Workload> target,
      Optional<Workload> primary,
      Content content,
      Routing routing,
      Protection protection,
      Optional<Making> making) {}

  private Found workloads(Canary canary, Instant now) {
    TargetKind kind = TargetKinds.of(canary);
    Optional<ObjectNode> target = workload(canary, kind, canary.spec().targetRef().name());
    Optional<ObjectNode> primary = workload(canary, kind, canary.primaryName());
    Optional<Target> read = target.map(t -> read(canary, kind, t, primary, now));
    Optional<Making> making =
        read.flatMap(Target::making).or(() -> primary.flatMap(p -> making(canary, p)));
    return new Found(
        target.map(kind::workload),
        primary.map(kind::workload),
        read.map(Target::content).orElseGet(() -> new Content.Unreadable("it does not exist")),
        routing(canary, making, primary, now),
        protection(canary, making, target),
        making);
  }

  private Found service(Canary canary, Instant now) {
    ServiceSides.Read read = sides.read(canary, sightings, now);
    return new Found(
        read.target(),
        read.primary(),
        read.content(),
        serviceRouting(canary, read, now),
        Protection.ALIKE,
        Optional.empty());
  }

  /// The target is what callers name, and stays as its owner wrote it; the routes alone decide who
  /// answers.
  private Routing serviceRouting(Canary canary, ServiceSides.Read seen, Instant now) {
    Routes.Reading read = routes.read(canary);
    Routed routed =
        new Routed(
            seen.sides(),
            read.split().isPresent()
                ? Routing.Apex.PRIMARY
                : seen.target().isPresent() ? Routing.Apex.ELSEWHERE : Routing.Apex.MISSING,
            read.asWanted(),
            read.split(),
            read.pending(),
            new Routing.Sides(read.toSides(), false),
            read.rivals());
    return routing(canary, routed, read, now);
  }

  private Protection protection(
      Canary canary, Optional<Making> making, Optional<ObjectNode> target) {
    return making.isPresent() && target.isPresent()
        ? budgets.read(canary, making.get().copy(), target.get())
        : Protection.ALIKE;
  }

  static Names names(Canary canary) {
    return new Names(
        canary.metadata().namespace(),
        canary.metadata().name(),
        canary.spec().targetRef().kind(),
        canary.spec().targetRef().name(),
        canary.apexName());
  }

  private record Target(Content content, Optional<Making> making) {}

  private Target read(
      Canary canary,
      TargetKind kind,
      ObjectNode target,
      Optional<ObjectNode> primary,
      Instant now) {
    Optional<Map.Entry<String, String>> label = PrimaryCopy.selectorLabel(target, selectorLabels);
    if (label.isEmpty()) {
      return new Target(
          new Content.Unreadable(
              "%s %s: spec.selector.matchLabels must contain one of %s"
                  .formatted(kind.kind().kind(), canary.spec().targetRef().name(), selectorLabels)),
          Optional.empty());
    }
    Optional<String> unfit = kind.unfit(target);
    if (unfit.isPresent()) {
      return new Target(
          new Content.Unreadable(
              "%s %s %s"
                  .formatted(kind.kind().kind(), canary.spec().targetRef().name(), unfit.get())),
          Optional.empty());
    }
    String namespace = canary.metadata().namespace();
    ConfigRefs.optionalByRef(target.path("spec").path("template"))
        .keySet()
        .forEach(config -> interest.watch(canary.ref(), config.kind(), config.name()));
    Configs configs = Configs.of(target, canary.metadata().uid(), cluster::cached);
    if (configs.missing().isPresent()) {
      return new Target(new Content.Unreadable(configs.missing().get()), Optional.empty());
    }
    PrimaryCopy copy =
        new PrimaryCopy(
            canary.spec().targetRef().name(),
            label.get().getKey(),
            label.get().getValue(),
            configs.copies());
    Revision revision = TargetReader.revision(kind.template(target), configs.checksums());
    Copied copied = new Copied(copy, configs, namespace, cluster::cached);
    Optional<Revision> promoted = StatusReader.promoted(canary.status());
    boolean isPromoted = promoted.equals(Optional.of(revision));
    // What Flagger copied counts as long as nothing else was promoted: a later change of a copy
    // that canaries share would pass for a promotion.
    boolean mayBeFlaggers = canary.status().rollout() == null || isPromoted;
    boolean same =
        primary
            .map(p ->
                copied.isCurrent(kind.template(target), p)
                    || (mayBeFlaggers && copied.isAsFlaggerCopied(kind.template(target), p)))
            .orElse(isPromoted);
    Content content =
        new Content.Known(
            new Snapshot(
                revision,
                target.path("metadata").path("uid").asText(),
                target.path("metadata").path("generation").asLong(),
                configs.checksums()),
            same,
            sightings.since(canary.ref(), "content", revision, now),
            handing.of(new ObjectRef(namespace, canary.spec().targetRef().name())),
            TargetReader.annotation(target, TargetReader.COMMIT));
    return new Target(content, Optional.of(new Making(copy, ports(canary, target))));
  }

  /// Where the target is gone or cannot be read: its primary has the same ports and labels.
  private Optional<Making> making(Canary canary, ObjectNode primary) {
    return PrimaryCopy.of(primary, canary.spec().targetRef().name(), selectorLabels)
        .map(copy -> new Making(copy, ports(canary, primary)));
  }

  private ServicePorts ports(Canary canary, ObjectNode workload) {
    return ServicePorts.of(
        canary.spec().service(),
        workload,
        service(canary, Services.Role.APEX)
            .map(live -> Services.foundPorts(canary, live))
            .orElseGet(MissingNode::getInstance));
  }

  private record Routed(
      boolean services,
      Routing.Apex apex,
      boolean rules,
      Optional<Split> split,
      Optional<String> pending,
      Routing.Sides sides,
      List<String> rivals) {}

  private Routing routing(
      Canary canary, Optional<Making> making, Optional<ObjectNode> primary, Instant now) {
    Routes.Reading read = routes.read(canary);
    Routed routed =
        new Routed(
            making.isPresent()
                && isThere(canary, Services.Role.PRIMARY, making.get())
                && isThere(canary, Services.Role.CANARY, making.get())
                && (apex(canary, making) != Routing.Apex.PRIMARY
                    || isThere(canary, Services.Role.APEX, making.get())),
            apex(canary, making),
            read.asWanted(),
            read.split(),
            read.pending(),
            new Routing.Sides(read.toSides(), apexFindsPrimary(canary, making, primary)),
            read.rivals());
    return routing(canary, routed, read, now);
  }

  private Routing routing(Canary canary, Routed routed, Routes.Reading read, Instant now) {
    return new Routing(
        routed.services(),
        routed.apex(),
        routed.rules(),
        routed.split(),
        routed.pending(),
        routed.sides(),
        sightings.since(canary.ref(), "routing", routed, now),
        read.editor(),
        routed.rivals(),
        read.former());
  }

  /// Ports and marks aside. Where the target says nothing, the primary still knows its own label.
  private boolean apexFindsPrimary(
      Canary canary, Optional<Making> making, Optional<ObjectNode> primary) {
    return service(canary, Services.Role.APEX)
        .filter(live ->
            making
                .map(Making::copy)
                .map(copy -> Farewell.selects(live, copy.label(), copy.primaryValue()))
                .orElseGet(() ->
                    primary
                        .map(p -> p.at("/spec/selector/matchLabels"))
                        .filter(labels -> labels.equals(live.at("/spec/selector")))
                        .isPresent()))
        .isPresent();
  }

  private Routing.Apex apex(Canary canary, Optional<Making> making) {
    Optional<JsonNode> live = service(canary, Services.Role.APEX);
    if (live.isEmpty()) {
      return Routing.Apex.MISSING;
    }
    return making.isPresent()
            && Services.finds(Services.wanted(canary, Services.Role.APEX, making.get()), live.get())
        ? Routing.Apex.PRIMARY
        : Routing.Apex.ELSEWHERE;
  }

  private boolean isThere(Canary canary, Services.Role role, Making making) {
    return service(canary, role)
        .filter(live -> Services.satisfied(canary, Services.wanted(canary, role, making), live))
        .isPresent();
  }

  private Optional<JsonNode> service(Canary canary, Services.Role role) {
    return cluster
        .cached(
            Kind.SERVICE, new ObjectRef(canary.metadata().namespace(), Services.name(canary, role)))
        .map(Json::tree);
  }

  /// Kinds that few use are watched from when a Canary needs them.
  ///
  /// @throws ClusterFailure.Unlisted while an empty cache would mean nothing
  private Optional<ObjectNode> workload(Canary canary, TargetKind kind, String name) {
    if (cluster.follow(kind.kind()) != Followed.YES) {
      throw new ClusterFailure.Unlisted(
          "the first list of %s has not come yet".formatted(kind.kind().plural()));
    }
    interest.watch(canary.ref(), kind.kind(), name);
    Optional<GenericKubernetesResource> cached =
        cluster.cached(kind.kind(), new ObjectRef(canary.metadata().namespace(), name));
    return cached.map(Json::tree);
  }
}

package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.ModelDeployment.Template;
import dev.sluice.controller.rollout.Routing.Apex;
import dev.sluice.controller.rollout.policy.Plan;
import dev.sluice.controller.rollout.policy.Policy;
import dev.sluice.crds.CanaryStatus;
import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A small cluster in memory: one canary, its two Deployments, its Services and its route. Time
/// only passes when a test says so. What the controller sees of it comes over a watch that may be
/// late.
final class ModelCluster {
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  static final Names NAMES = new Names("shop", "web", "Deployment", "web", "web");

  /// What a manifest and a cluster say, but for pods.
  record Route(Split split, boolean rules, String writer) {}

  /// Everything the watches deliver, as of one moment.
  record View(
      Optional<Workload> target,
      Optional<Template> wanted,
      Optional<Workload> primary,
      Optional<Template> promoted,
      boolean services,
      Apex apex,
      Optional<Route> route,
      CanaryStatus status,
      long version,
      long routeVersion,
      long generation,
      Plan plan,
      int dialect,
      Optional<Content.HandOver> handOver,
      Autoscaling autoscaling,
      Deletion deletion,
      Optional<Command> command,
      List<String> rivals) {}

  long second;

  @Nullable ModelDeployment target;
  @Nullable ModelDeployment primary;
  boolean services;

  Apex apex = Apex.ELSEWHERE;
  @Nullable Route route;
  long routeChangedAt;
  CanaryStatus status = CanaryStatus.EMPTY;
  long generation = 1;
  int incarnation;
  Plan plan;

  /// Whether the target has a ConfigMap.
  boolean tracksConfig = true;

  /// Objects of others that own a host of the canary.
  List<String> rivals = List.of();

  /// `spec.revertOnDeletion`.
  boolean revert;

  /// Whether our finalizer is on the Canary.
  boolean guarded;

  /// As the Canary's annotations have it.
  Optional<Command> command = Optional.empty();

  /// Whether somebody deleted the Canary.
  boolean deleted;

  /// Whether the Canary is gone, and all that it owned.
  boolean gone;

  /// Whether what the Canary owned belongs to nobody any more.
  boolean orphaned;

  /// How this API server words things; changes with an upgrade.
  int dialect;

  /// A Git sync that is writing the target.
  Optional<Content.HandOver> handOver = Optional.empty();

  /// Whether it was people who scaled the target to zero.
  boolean stoppedByPeople;

  /// Pods that the primary has room for, under a quota.
  int primaryRoom = Integer.MAX_VALUE;

  /// The target's autoscaler and the copy of the primary's, if there is one.
  @Nullable ModelAutoscaler autoscaler;

  /// Whether the primary has the target's disruption budget.
  boolean protectedAlike = true;

  private long version;
  private long routeVersion;

  ModelCluster(Policy policy, Template template, int replicas) {
    plan = new Plan.Valid(policy, List.of());
    target = new ModelDeployment(template, replicas, false);
    target.step(0, 0);
    second = 100;
  }

  Instant now() {
    return START.plusSeconds(second);
  }

  /// One second passes for Deployments and pods.
  void pass(int lag) {
    second++;
    if (target != null) {
      target.step(second, lag);
    }
    if (primary != null) {
      primary.room = primaryRoom;
      primary.step(second, lag);
    }
    if (autoscaler != null && second % 15 == 0) {
      autoscaler.act(target, primary, liveWeight().value(), second);
    }
  }

  Revision revision(Template template) {
    return new Revision(template.name() + (dialect == 0 ? "" : "~" + dialect));
  }

  Snapshot snapshot(Template template, long ofGeneration) {
    return new Snapshot(
        revision(template),
        "uid" + incarnation,
        ofGeneration,
        tracksConfig ? Map.of("configmap/web", "c" + template.config()) : Map.of());
  }

  View view() {
    return new View(
        Optional.ofNullable(target).map(t -> t.status(second)),
        Optional.ofNullable(target).map(t -> t.template),
        Optional.ofNullable(primary).map(p -> p.status(second)),
        Optional.ofNullable(primary).map(p -> p.template),
        services,
        apex,
        Optional.ofNullable(route),
        status,
        version,
        routeVersion,
        generation,
        plan,
        dialect,
        handOver,
        autoscaler == null ? new Autoscaling.None(false) : autoscaler.seen(),
        new Deletion(deleted, guarded, revert),
        command,
        rivals);
  }

  /// Somebody annotates the Canary, in place of what was there.
  void command(Command given) {
    command = Optional.of(given);
    version++;
  }

  /// The write of a user or of another controller; never fails.
  void writeRoute(Split split, String writer) {
    route = new Route(split, true, writer);
    routeVersion++;
    routeChangedAt = second;
  }

  void pointApex(Apex at) {
    apex = at;
    routeChangedAt = second;
  }

  /// @return whether it was written: the version must be the live one
  boolean writeStatus(CanaryStatus wanted, long seenVersion) {
    if (seenVersion != version || gone) {
      return false;
    }
    status = wanted;
    version++;
    return true;
  }

  void edit(Policy policy) {
    plan(new Plan.Valid(policy, List.of()));
  }

  void plan(Plan wanted) {
    plan = wanted;
    generation++;
    version++;
  }

  /// Somebody deletes the Canary; without a finalizer it is gone at once, and all it owned with it.
  void delete() {
    deleted = true;
    version++;
    if (!guarded) {
      collect();
    }
  }

  /// `kubectl delete --cascade=foreground`: all that the Canary owns goes before it does.
  void deleteInForeground() {
    delete();
    primary = null;
    services = false;
    route = null;
    routeVersion++;
    pointApex(Apex.MISSING);
  }

  private void collect() {
    gone = true;
    if (!orphaned) {
      primary = null;
      services = false;
    }
  }

  /// Whether anything leads to the pods of primary or canary by our doing.
  boolean leadsToSides() {
    return route != null || apex == Apex.PRIMARY;
  }

  /// Carries out one action as the hands do, against what they see in the cache.
  ///
  /// @return what went wrong, empty when nothing did
  Optional<String> run(Action action, View seen) {
    return switch (action) {
      case Action.EnsureServices _ -> {
        services = true;
        yield Optional.empty();
      }
      case Action.CopyToPrimary(var revision, var pods) -> copy(revision, pods, seen);
      case Action.PointApexAtPrimary _ -> {
        if (apex != Apex.PRIMARY) {
          pointApex(Apex.PRIMARY);
        }
        yield Optional.empty();
      }
      case Action.Route(var split) -> {
        if (seen.routeVersion() != routeVersion) {
          yield Optional.of("conflict");
        }
        writeRoute(split, "");
        yield Optional.empty();
      }
      case Action.Guard _ -> {
        guarded = guarded || !deleted;
        version++;
        yield Optional.empty();
      }
      case Action.GiveBack _ -> {
        if (seen.routeVersion() != routeVersion) {
          yield Optional.of("conflict");
        }
        if (apex == Apex.PRIMARY) {
          pointApex(Apex.ELSEWHERE);
        }
        route = null;
        routeVersion++;
        routeChangedAt = second;
        yield Optional.empty();
      }
      // All that is modelled is owned by the Canary.
      case Action.GiveBackFormer _, Action.GiveBackFound _ -> Optional.empty();
      case Action.LeaveBehind _ -> {
        orphaned = true;
        yield Optional.empty();
      }
      case Action.Release _ -> {
        guarded = false;
        version++;
        if (deleted) {
          collect();
        }
        yield Optional.empty();
      }
      case Action.ScaleTarget(var replicas) -> {
        stoppedByPeople = false;
        yield scale(target, replicas);
      }
      case Action.ScalePrimary(var replicas) -> scale(primary, replicas);
      case Action.CopyAutoscaler(var least) -> {
        if (autoscaler == null) {
          yield Optional.of("not found");
        }
        autoscaler.copy(least);
        yield Optional.empty();
      }
      case Action.TakeOffCommand(var id) -> {
        if (command.filter(now -> now.id().equals(id)).isPresent()) {
          command = Optional.empty();
          version++;
        }
        yield Optional.empty();
      }
      case Action.RestAutoscaler _ -> told(Autoscaling.Rest.AT_ZERO);
      case Action.WakeAutoscaler _ -> told(Autoscaling.Rest.AWAKE);
      case Action.CopyBudget _ -> {
        protectedAlike = true;
        yield Optional.empty();
      }
      case Action.DropAutoscalers _ -> Optional.empty();
    };
  }

  private Optional<String> told(Autoscaling.Rest rest) {
    if (autoscaler == null || autoscaler.missing) {
      return Optional.of("not found");
    }
    autoscaler.rest = rest;
    return Optional.empty();
  }

  private Optional<String> scale(@Nullable ModelDeployment deployment, int replicas) {
    if (deployment == null) {
      return Optional.of("not found");
    }
    deployment.scale(replicas, second);
    return Optional.empty();
  }

  private Optional<String> copy(Revision revision, int pods, View seen) {
    if (seen.wanted().isEmpty() || !revision(seen.wanted().get()).equals(revision)) {
      return Optional.of("the target is not " + revision);
    }
    var template = seen.wanted().get();
    if (primary == null) {
      primary = new ModelDeployment(template, pods, true);
    } else {
      primary.change(template, second);
    }
    primary.copyOf = Optional.of(revision);
    return Optional.empty();
  }

  Percent liveWeight() {
    return route == null ? Percent.NONE : route.split().canary();
  }

  int available(@Nullable ModelDeployment deployment) {
    return deployment == null ? 0 : deployment.available(second);
  }

  @Override
  public String toString() {
    return "target %s, primary %s, apex %s, route %s"
        .formatted(target, primary, apex, route == null ? "none" : route.split().toString());
  }
}

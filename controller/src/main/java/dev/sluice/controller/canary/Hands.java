package dev.sluice.controller.canary;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.object.CommandAnnotations;
import dev.sluice.controller.object.Json;
import dev.sluice.controller.object.Owners;
import dev.sluice.controller.rollout.Action;
import dev.sluice.controller.routing.Making;
import dev.sluice.controller.routing.Routes;
import dev.sluice.controller.routing.Services;
import dev.sluice.controller.target.Autoscalers;
import dev.sluice.controller.target.Budgets;
import dev.sluice.controller.target.CopyToPrimary;
import dev.sluice.controller.target.ServiceCopy;
import dev.sluice.controller.target.TargetKinds;
import dev.sluice.crds.Canary;
import dev.sluice.crds.ObjectRef;
import dev.sluice.mesh.Split;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Carries out what was decided. Every action does nothing when what it asks for is already so.
final class Hands {
  private final Cluster cluster;
  private final Routes routes;
  private final ServiceSides sides;
  private final CopyToPrimary copying;
  private final Autoscalers autoscalers;
  private final Budgets budgets;
  private final Finalizers finalizers;
  private final Farewell farewell;

  /// @param labelPrefixes of the target's labels that a new primary gets, too
  Hands(
      Cluster cluster,
      Routes routes,
      ServiceSides sides,
      Autoscalers autoscalers,
      Budgets budgets,
      List<String> labelPrefixes) {
    this.cluster = cluster;
    this.routes = routes;
    this.sides = sides;
    this.autoscalers = autoscalers;
    this.budgets = budgets;
    this.copying = new CopyToPrimary(cluster, labelPrefixes);
    this.finalizers = new Finalizers(cluster);
    this.farewell = new Farewell(cluster, routes);
  }

  /// @param making empty while it cannot be told how things are made from the target; traffic and
  ///   pods are moved all the same
  /// @throws ClusterFailure when an action could not be carried out; those after it were not tried
  void run(Canary canary, Optional<Making> making, List<Action> actions) {
    boolean ofService = ServiceCopy.isTargetOf(canary);
    for (Action action : actions) {
      if (ofService) {
        runOnSides(canary, action);
      } else {
        run(canary, making, action);
      }
    }
  }

  /// Where a Service is the target, some actions are others.
  private void runOnSides(Canary canary, Action action) {
    switch (action) {
      case Action.EnsureServices() -> sides.ensure(canary);
      case Action.CopyToPrimary(var revision, _) -> sides.copyToPrimary(canary, revision);
      case Action.ScaleTarget(var pods) -> sides.scale(canary, pods);
      case Action.GiveBack() -> routes.giveBack(canary);
      case Action.PointApexAtPrimary _, Action.ScalePrimary _ -> {
        // The apex is the target, which is nobody's to turn, and there are no pods to count out.
      }
      case Action.Route _,
          Action.GiveBackFormer _,
          Action.CopyAutoscaler _,
          Action.TakeOffCommand _,
          Action.RestAutoscaler _,
          Action.WakeAutoscaler _,
          Action.CopyBudget _,
          Action.DropAutoscalers _,
          Action.Guard _,
          Action.GiveBackFound _,
          Action.LeaveBehind _,
          Action.Release _ ->
          run(canary, Optional.empty(), action);
    }
  }

  private void run(Canary canary, Optional<Making> making, Action action) {
    switch (action) {
      case Action.EnsureServices() ->
          making.ifPresent(how -> {
            ensure(canary, Services.Role.CANARY, how);
            ensure(canary, Services.Role.PRIMARY, how);
            mark(canary, how);
          });
      case Action.CopyToPrimary(var revision, var pods) ->
          making.ifPresent(how -> copying.run(canary, how.copy(), revision, pods));
      case Action.PointApexAtPrimary() ->
          making.ifPresent(how -> ensure(canary, Services.Role.APEX, how));
      case Action.Route(var split) -> routes.write(canary, split);
      case Action.GiveBackFormer() -> routes.giveBackFormer(canary);
      case Action.ScaleTarget(var replicas) -> {
        if (replicas == 0) {
          routes.confirm(canary, Split.NONE);
        }
        TargetKinds.of(canary).scaleTarget(cluster, target(canary), replicas);
      }
      case Action.ScalePrimary(var replicas) ->
          TargetKinds.of(canary)
              .scalePrimary(
                  cluster,
                  new ObjectRef(canary.metadata().namespace(), canary.primaryName()),
                  replicas);
      case Action.CopyAutoscaler(var least) -> autoscalers.copy(canary, least);
      case Action.TakeOffCommand(var id) -> takeOff(canary, id);
      case Action.RestAutoscaler() -> {
        routes.confirm(canary, Split.NONE);
        autoscalers.rest(canary);
      }
      case Action.WakeAutoscaler() -> autoscalers.wake(canary);
      case Action.CopyBudget() ->
          making.ifPresent(how ->
              cluster
                  .get(TargetKinds.of(canary).kind(), target(canary))
                  .map(Json::tree)
                  .ifPresent(target -> budgets.copy(canary, how.copy(), target)));
      case Action.DropAutoscalers() -> autoscalers.dropLeftovers(canary);
      case Action.Guard() -> finalizers.put(canary);
      case Action.GiveBack() -> farewell.giveBack(canary, making);
      case Action.GiveBackFound() -> farewell.giveBackFound(canary, making);
      case Action.LeaveBehind() -> farewell.leaveBehind(canary);
      case Action.Release() -> finalizers.take(canary);
    }
  }

  /// Reads first: another command may be there by now.
  private void takeOff(Canary canary, String id) {
    Optional<GenericKubernetesResource> live =
        cluster
            .get(Kind.CANARY, canary.ref())
            .filter(object -> object.getMetadata().getUid().equals(canary.metadata().uid()))
            .filter(object ->
                CommandAnnotations.read(Json.tree(object))
                    .filter(command -> command.id().equals(id))
                    .isPresent());
    if (live.isEmpty()) {
      return;
    }
    Map<String, Object> annotations = new HashMap<>();
    CommandAnnotations.ALL.forEach(name -> annotations.put(name, null));
    cluster.mergePatch(
        Kind.CANARY,
        canary.ref(),
        Map.of(
            "metadata",
            Map.of(
                "annotations",
                annotations,
                "resourceVersion",
                live.get().getMetadata().getResourceVersion())));
  }

  /// Labels and annotations of an apex Service that is ours already; where it leads is not changed.
  private void mark(Canary canary, Making making) {
    ObjectNode wanted = Services.wanted(canary, Services.Role.APEX, making);
    ObjectRef ref = new ObjectRef(canary.metadata().namespace(), canary.apexName());
    if (cluster
        .get(Kind.SERVICE, ref)
        .filter(live -> Services.finds(wanted, Json.tree(live)))
        .isPresent()) {
      ensure(canary, Services.Role.APEX, making);
    }
  }

  private void ensure(Canary canary, Services.Role role, Making making) {
    ObjectNode wanted = Services.wanted(canary, role, making);
    ObjectRef ref = new ObjectRef(canary.metadata().namespace(), Services.name(canary, role));
    Optional<GenericKubernetesResource> live = cluster.get(Kind.SERVICE, ref);
    if (live.isEmpty()) {
      Owners.own(wanted, canary);
      cluster.create(Kind.SERVICE, Json.resource(wanted));
      return;
    }
    ObjectNode tree = Json.tree(live.get());
    Owners.checkFree(tree, canary);
    if (!Services.satisfied(canary, wanted, tree)) {
      cluster.replace(Kind.SERVICE, Json.resource(Services.adjusted(canary, role, wanted, tree)));
    }
  }

  private static ObjectRef target(Canary canary) {
    return new ObjectRef(canary.metadata().namespace(), canary.spec().targetRef().name());
  }
}

package dev.sluice.controller.canary;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.object.Json;
import dev.sluice.controller.object.Owners;
import dev.sluice.controller.routing.Making;
import dev.sluice.controller.routing.Routes;
import dev.sluice.controller.routing.Services;
import dev.sluice.controller.target.PrimaryCopy;
import dev.sluice.controller.target.TargetKinds;
import dev.sluice.crds.Canary;
import dev.sluice.crds.ObjectRef;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is left in the cluster when a Canary goes.
final class Farewell {
  private static final List<Kind> OWNED =
      List.of(
          Kind.SERVICE,
          Kind.CONFIG_MAP,
          Kind.SECRET,
          Kind.AUTOSCALER,
          Kind.SCALED_OBJECT,
          Kind.DISRUPTION_BUDGET);

  private static final Logger LOG = LoggerFactory.getLogger(Farewell.class);

  private final Cluster cluster;
  private final Routes routes;

  Farewell(Cluster cluster, Routes routes) {
    this.cluster = cluster;
    this.routes = routes;
  }

  /// The Service first: the routes lead to it.
  ///
  /// @param making empty when it cannot be told what selects the target's pods
  /// @throws ClusterFailure.Refused then
  void giveBack(Canary canary, Optional<Making> making) {
    PrimaryCopy copy =
        making
            .map(Making::copy)
            .orElseThrow(() ->
                new ClusterFailure.Refused(
                    "what selects the pods of %s cannot be told"
                        .formatted(canary.spec().targetRef().name())));
    ObjectRef apex = new ObjectRef(canary.metadata().namespace(), canary.apexName());
    cluster.get(Kind.SERVICE, apex).map(Json::tree).ifPresent(live -> giveBack(canary, copy, live));
    routes.giveBack(canary);
  }

  /// The same where the target is gone, with what the Canary does not own: the rest goes with it. A
  /// refusal is logged, and holds up nothing.
  ///
  /// @param making empty where the primary is gone, too; the Service is then left as it is
  void giveBackFound(Canary canary, Optional<Making> making) {
    try {
      ObjectRef apex = new ObjectRef(canary.metadata().namespace(), canary.apexName());
      making
          .map(Making::copy)
          .ifPresent(copy ->
              cluster
                  .get(Kind.SERVICE, apex)
                  .map(Json::tree)
                  .filter(live -> !Owners.owns(canary, live))
                  .ifPresent(live -> giveBack(canary, copy, live)));
      routes.giveBackFound(canary);
    } catch (ClusterFailure.Refused | ClusterFailure.Missing e) {
      LOG.atWarn()
          .addKeyValue("canary", canary.ref())
          .addKeyValue("why", e.getMessage())
          .log("what was found is not given back");
    }
  }

  private void giveBack(Canary canary, PrimaryCopy copy, ObjectNode live) {
    ObjectNode back =
        selects(live, copy.label(), copy.primaryValue())
            ? Services.givenBack(canary, live, Map.entry(copy.label(), copy.value()))
            : live.deepCopy();
    Owners.disown(back, canary);
    if (!back.equals(live)) {
      cluster.replace(Kind.SERVICE, Json.resource(back));
    }
  }

  static boolean selects(JsonNode service, String label, String value) {
    return service.path("spec").path("selector").path(label).asText().equals(value);
  }

  /// Takes the Canary's ownership off everything. What is cached is enough: nothing but the owner
  /// is written, and only under the version that was read.
  void leaveBehind(Canary canary) {
    List<Kind> kinds = new ArrayList<>(OWNED);
    kinds.add(TargetKinds.of(canary).kind());
    kinds.addAll(routes.kinds());
    kinds.removeIf(kind -> !cluster.follows(kind));
    for (Kind kind : kinds) {
      for (GenericKubernetesResource object : cluster.cached(kind)) {
        if (canary.metadata().namespace().equals(object.getMetadata().getNamespace())) {
          disown(canary, kind, object);
        }
      }
    }
  }

  private void disown(Canary canary, Kind kind, GenericKubernetesResource object) {
    ObjectNode meta = Json.MAPPER.createObjectNode();
    meta.putObject("metadata")
        .set("ownerReferences", Json.MAPPER.valueToTree(object.getMetadata().getOwnerReferences()));
    if (!Owners.disown(meta, canary)) {
      return;
    }
    List<?> left =
        Json.MAPPER.convertValue(meta.path("metadata").path("ownerReferences"), List.class);
    cluster.mergePatch(
        kind,
        new ObjectRef(canary.metadata().namespace(), object.getMetadata().getName()),
        Map.of(
            "metadata",
            Map.of(
                "ownerReferences",
                left,
                "resourceVersion",
                object.getMetadata().getResourceVersion())));
  }
}

package dev.sluice.controller.object;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.crds.Canary;

/// Owner references to a Canary: what bears one goes when the Canary goes.
public final class Owners {
  /// The field manager of everything the rollout writes.
  public static final String MANAGER = "sluice-rollout";

  private Owners() {}

  /// Makes the Canary the controlling owner of a new object.
  public static void own(ObjectNode object, Canary canary) {
    Json.object(object, "metadata")
        .putArray("ownerReferences")
        .addObject()
        .put("apiVersion", "flagger.app/v1beta1")
        .put("kind", "Canary")
        .put("name", canary.metadata().name())
        .put("uid", canary.metadata().uid())
        .put("controller", true)
        .put("blockOwnerDeletion", true);
  }

  public static boolean owns(Canary canary, JsonNode object) {
    for (JsonNode owner : object.path("metadata").path("ownerReferences")) {
      if (owner.path("controller").asBoolean()
          && owner.path("uid").asText().equals(canary.metadata().uid())) {
        return true;
      }
    }
    return false;
  }

  /// Takes the Canary's owner reference off, so that the object stays when the Canary goes.
  ///
  /// @return whether there was one
  public static boolean disown(ObjectNode object, Canary canary) {
    ObjectNode meta = Json.object(object, "metadata");
    ArrayNode left = Json.MAPPER.createArrayNode();
    for (JsonNode owner : meta.path("ownerReferences")) {
      if (!owner.path("uid").asText().equals(canary.metadata().uid())) {
        left.add(owner);
      }
    }
    boolean was = left.size() < meta.path("ownerReferences").size();
    meta.set("ownerReferences", left);
    return was;
  }

  /// Lets pass what is ours, and what nobody controls.
  ///
  /// @throws ClusterFailure.Refused when somebody else controls the object, who would set it back
  public static void checkFree(JsonNode object, Canary canary) {
    for (JsonNode owner : object.path("metadata").path("ownerReferences")) {
      if (owner.path("controller").asBoolean()
          && !owner.path("uid").asText().equals(canary.metadata().uid())) {
        throw new ClusterFailure.Refused(
            "%s %s is controlled by %s %s: choose another spec.service.name, or delete it there"
                .formatted(
                    object.path("kind").asText("object"),
                    object.path("metadata").path("name").asText(),
                    owner.path("kind").asText(),
                    owner.path("name").asText()));
      }
    }
  }

  /// @throws ClusterFailure.Refused when overwriting the object would destroy somebody else's
  public static void check(JsonNode object, Canary canary) {
    if (!owns(canary, object)) {
      throw new ClusterFailure.Refused(
          "%s %s exists and does not belong to Canary %s: delete or rename it"
              .formatted(
                  object.path("kind").asText("object"),
                  object.path("metadata").path("name").asText(),
                  canary.ref()));
    }
  }
}

package dev.sluice.controller.target;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.object.Json;
import dev.sluice.controller.rollout.Revision;
import dev.sluice.crds.Canary;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The rules by which the sides of a Service that is a target itself are made from it: they find
/// the pods that it finds, or found when it was promoted. Whatever gives a Service an address of
/// its own is left to the target, or each release would make two more load balancers.
public final class ServiceCopy {
  private static final List<String> CARRIED =
      List.of(
          "selector",
          "sessionAffinity",
          "sessionAffinityConfig",
          "publishNotReadyAddresses",
          "internalTrafficPolicy",
          "trafficDistribution");

  private ServiceCopy() {}

  /// Whether a Canary looks after a Service.
  public static boolean isTargetOf(Canary canary) {
    return canary.spec().targetRef().kind().equals("Service");
  }

  /// What is released of a Service, target or side.
  public static ObjectNode content(JsonNode service) {
    JsonNode spec = service.path("spec");
    ObjectNode content = Json.MAPPER.createObjectNode();
    content.put("type", "ClusterIP");
    if (spec.path("clusterIP").asText().equals("None")) {
      content.put("clusterIP", "None");
    }
    for (String field : CARRIED) {
      if (spec.has(field)) {
        content.set(field, spec.path(field).deepCopy());
      }
    }
    ArrayNode ports = content.putArray("ports");
    for (JsonNode port : spec.path("ports")) {
      ObjectNode copy = port.deepCopy();
      copy.remove("nodePort");
      ports.add(copy);
    }
    return content;
  }

  public static Revision revision(JsonNode service) {
    return new Revision(Json.hash(content(service)));
  }

  /// What about the target keeps it from being released step by step, as the end of a sentence that
  /// begins with its name; empty when nothing does.
  ///
  /// @param port as in `spec.service.port`
  public static Optional<String> unfit(JsonNode service, int port) {
    JsonNode spec = service.path("spec");
    if (spec.path("type").asText().equals("ExternalName")) {
      return Optional.of(
          "is of type ExternalName: nothing tells whether what it names is ready for users");
    }
    if (spec.path("selector").isEmpty()) {
      return Optional.of("has no selector, so a copy of it would find no pods");
    }
    for (JsonNode one : spec.path("ports")) {
      if (one.path("port").asInt() == port) {
        return Optional.empty();
      }
    }
    return Optional.of("has no port %d (spec.service.port)".formatted(port));
  }

  /// A side that does not exist yet, without owner.
  public static ObjectNode made(JsonNode service, String name) {
    ObjectNode side = Json.MAPPER.createObjectNode();
    side.put("apiVersion", "v1").put("kind", "Service");
    ObjectNode meta = side.putObject("metadata");
    meta.put("name", name).set("namespace", service.path("metadata").path("namespace"));
    ObjectNode labels = meta.putObject("labels");
    for (Map.Entry<String, JsonNode> label : service.path("metadata").path("labels").properties()) {
      labels.set(label.getKey(), label.getValue());
    }
    PrimaryCopy.dropForeign(labels);
    meta.putObject("annotations");
    side.set("spec", content(service));
    return side;
  }

  /// A live side with the target's present content; what others put on it stays.
  public static ObjectNode updated(JsonNode service, ObjectNode live) {
    ObjectNode side = live.deepCopy();
    ObjectNode spec = Json.object(side, "spec");
    CARRIED.forEach(spec::remove);
    spec.setAll(content(service));
    side.remove("status");
    return side;
  }

  /// The revision that a side was made from, while it is in use.
  public static Optional<Revision> mark(JsonNode side) {
    return TargetReader.annotation(side, TargetReader.REVISION).map(Revision::new);
  }

  public static void mark(ObjectNode side, Revision revision) {
    Json.object(Json.object(side, "metadata"), "annotations")
        .put(TargetReader.REVISION, revision.hash());
  }
}

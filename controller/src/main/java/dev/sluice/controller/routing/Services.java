package dev.sluice.controller.routing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.object.Json;
import dev.sluice.controller.object.Owners;
import dev.sluice.controller.target.PrimaryCopy;
import dev.sluice.controller.target.TargetReader;
import dev.sluice.crds.Canary;
import dev.sluice.crds.CanaryService;
import dev.sluice.crds.CanaryService.ExtraMetadata;
import dev.sluice.crds.CanaryService.UnmanagedMetadata;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The three Services of a canary: what each should be, and whether a live one is that.
public final class Services {

  /// Which pods a Service finds.
  public enum Role {
    APEX,
    PRIMARY,
    CANARY
  }

  /// Keep Flux from taking the objects back to what is in Git.
  private static final List<String> HANDS_OFF =
      List.of("kustomize.toolkit.fluxcd.io/reconcile", "helm.toolkit.fluxcd.io/driftDetection");

  private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

  private Services() {}

  public static String name(Canary canary, Role role) {
    return switch (role) {
      case APEX -> canary.apexName();
      case PRIMARY -> canary.primaryServiceName();
      case CANARY -> canary.canaryServiceName();
    };
  }

  /// A Service that does not exist yet, without owner.
  public static ObjectNode wanted(Canary canary, Role role, Making making) {
    PrimaryCopy copy = making.copy();
    CanaryService spec = canary.spec().service();
    ObjectNode service = Json.MAPPER.createObjectNode();
    service.put("apiVersion", "v1").put("kind", "Service");
    ObjectNode meta = service.putObject("metadata");
    meta.put("name", name(canary, role)).put("namespace", canary.metadata().namespace());
    @Nullable ExtraMetadata extra =
        switch (role) {
          case APEX -> spec.apex();
          case PRIMARY -> spec.primary();
          case CANARY -> spec.canary();
        };
    ObjectNode labels = meta.putObject("labels");
    ObjectNode annotations = meta.putObject("annotations");
    if (extra != null) {
      extra.labels().forEach(labels::put);
      extra.annotations().forEach(annotations::put);
    }
    labels.put(copy.label(), name(canary, role));
    HANDS_OFF.forEach(key -> annotations.put(key, "disabled"));
    ObjectNode body = service.putObject("spec");
    body.put("type", "ClusterIP");
    if (spec.headless()) {
      body.put("clusterIP", "None");
    }
    if (spec.trafficDistribution() != null) {
      body.put("trafficDistribution", spec.trafficDistribution());
    }
    body.putObject("selector")
        .put(copy.label(), role == Role.CANARY ? copy.value() : copy.primaryValue());
    body.set("ports", role == Role.APEX ? making.ports().ofApex() : making.ports().ofSides());
    return service;
  }

  /// Whether a live Service finds the wanted pods on the wanted ports.
  public static boolean finds(ObjectNode wanted, JsonNode live) {
    return wanted.path("spec").path("selector").equals(live.path("spec").path("selector"))
        && ports(wanted).equals(ports(live));
  }

  /// Whether it bears the wanted labels and annotations as well.
  public static boolean satisfied(Canary canary, ObjectNode wanted, JsonNode live) {
    @Nullable UnmanagedMetadata unmanaged = canary.spec().service().unmanagedMetadata();
    return finds(wanted, live)
        && bears(live, "labels", wanted, unmanaged == null ? List.of() : unmanaged.labels())
        && bears(
            live, "annotations", wanted, unmanaged == null ? List.of() : unmanaged.annotations());
  }

  private static boolean bears(
      JsonNode live, String field, ObjectNode wanted, List<String> leftAlone) {
    JsonNode present = live.path("metadata").path(field);
    return wanted.path("metadata").path(field).properties().stream()
        .allMatch(mark ->
            leftAlone.contains(mark.getKey())
                || mark.getValue().equals(present.path(mark.getKey())));
  }

  /// The ports without what the API server adds; their order means nothing.
  private static Set<JsonNode> ports(JsonNode service) {
    Set<JsonNode> all = new HashSet<>();
    for (JsonNode live : service.path("spec").path("ports")) {
      ObjectNode port = live.deepCopy();
      port.remove("nodePort");
      all.add(port);
    }
    return all;
  }

  /// What somebody's apex Service found before it was taken over; on the object itself, so that it
  /// can be given back after any restart.
  static final String FOUND = "sluice.dev/found";

  /// The ports that somebody's apex Service had before it was taken over, or has.
  ///
  /// @param live the apex Service as it is
  public static JsonNode foundPorts(Canary canary, JsonNode live) {
    return Owners.owns(canary, live)
        ? MissingNode.getInstance()
        : found(live).orElseGet(() -> live.path("spec")).path("ports");
  }

  private static Optional<JsonNode> found(JsonNode live) {
    return TargetReader.annotation(live, FOUND).flatMap(Json::parse).filter(JsonNode::isObject);
  }

  private static void recordFound(ObjectNode service, JsonNode live) {
    ObjectNode found = Json.MAPPER.createObjectNode();
    found.set("selector", live.path("spec").path("selector"));
    found.set("ports", live.path("spec").path("ports"));
    Json.object(Json.object(service, "metadata"), "annotations").put(FOUND, found.toString());
  }

  /// A live apex Service as it is left behind when the canary goes: it finds the target's pods, by
  /// the selector that it had, and nothing says any more that it was ours.
  ///
  /// @param own what selects the target's pods
  public static ObjectNode givenBack(Canary canary, JsonNode live, Map.Entry<String, String> own) {
    ObjectNode service = live.deepCopy();
    ObjectNode spec = Json.object(service, "spec");
    Optional<JsonNode> found = found(live);
    JsonNode selector =
        found
            .or(() ->
                TargetReader.annotation(live, LAST_APPLIED)
                    .flatMap(Json::parse)
                    .map(applied -> applied.path("spec")))
            .map(before -> before.path("selector"))
            .filter(before -> before.isObject() && !before.isEmpty())
            .filter(
                before -> !before.path(own.getKey()).asText().equals(own.getValue() + "-primary"))
            .orElseGet(() -> Json.MAPPER.createObjectNode().put(own.getKey(), own.getValue()));
    spec.set("selector", selector.deepCopy());
    found
        .map(before -> before.path("ports"))
        .filter(ports -> ports.isArray() && !ports.isEmpty())
        .ifPresent(ports -> spec.set("ports", ports.deepCopy()));
    ObjectNode annotations = Json.object(Json.object(service, "metadata"), "annotations");
    annotations.remove(FOUND);
    HANDS_OFF.forEach(annotations::remove);
    Owners.disown(service, canary);
    service.remove("status");
    return service;
  }

  /// A live Service made to find the wanted pods; everything else on it stays as it is.
  public static ObjectNode adjusted(Canary canary, Role role, ObjectNode wanted, ObjectNode live) {
    @Nullable UnmanagedMetadata unmanaged = canary.spec().service().unmanagedMetadata();
    ObjectNode service = live.deepCopy();
    if (role == Role.APEX && !Owners.owns(canary, live) && found(live).isEmpty()) {
      recordFound(service, live);
    }
    ObjectNode spec = Json.object(service, "spec");
    spec.set("selector", wanted.path("spec").path("selector").deepCopy());
    ArrayNode ports = wanted.path("spec").path("ports").deepCopy();
    for (JsonNode port : ports) {
      for (JsonNode known : live.path("spec").path("ports")) {
        if (known.path("name").equals(port.path("name")) && known.has("nodePort")) {
          ((ObjectNode) port).set("nodePort", known.path("nodePort"));
        }
      }
    }
    spec.set("ports", ports);
    ObjectNode meta = Json.object(service, "metadata");
    put(meta, "labels", wanted, unmanaged == null ? null : unmanaged.labels());
    put(meta, "annotations", wanted, unmanaged == null ? null : unmanaged.annotations());
    service.remove("status");
    return service;
  }

  private static void put(
      ObjectNode meta, String field, ObjectNode wanted, @Nullable List<String> leaveAlone) {
    ObjectNode live = Json.object(meta, field);
    wanted
        .path("metadata")
        .path(field)
        .properties()
        .forEach(e -> {
          if (leaveAlone == null || !leaveAlone.contains(e.getKey())) {
            live.set(e.getKey(), e.getValue());
          }
        });
  }
}

package dev.sluice.controller.canary;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.crds.Canary;
import dev.sluice.crds.CanaryService;
import dev.sluice.crds.CanaryService.ExtraMetadata;
import dev.sluice.crds.CanaryService.UnmanagedMetadata;
import org.jspecify.annotations.Nullable;

/// The three Services of a canary: what each should be, and whether a live one is that.
final class Services {

  /// Which pods a Service finds.
  enum Role {
    APEX,
    PRIMARY,
    CANARY
  }

  private Services() {}

  static String name(Canary canary, Role role) {
    return switch (role) {
      case APEX -> canary.apexName();
      case PRIMARY -> canary.primaryServiceName();
      case CANARY -> canary.canaryServiceName();
    };
  }

  /// A Service that does not exist yet, without owner.
  static ObjectNode wanted(Canary canary, Role role, PrimaryCopy copy) {
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
    annotations.put("kustomize.toolkit.fluxcd.io/reconcile", "disabled");
    annotations.put("helm.toolkit.fluxcd.io/driftDetection", "disabled");
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
    ObjectNode port = body.putArray("ports").addObject();
    port.put("name", spec.portNameOrDefault()).put("port", spec.port()).put("protocol", "TCP");
    JsonNode target = spec.targetPort();
    if (target == null || target.isNull() || (target.isInt() && target.asInt() == 0)) {
      port.put("targetPort", spec.port());
    } else {
      port.set("targetPort", target);
    }
    if (spec.appProtocol() != null) {
      port.put("appProtocol", spec.appProtocol());
    }
    return service;
  }

  /// Whether a live Service finds the wanted pods on the wanted ports.
  static boolean satisfied(ObjectNode wanted, JsonNode live) {
    return wanted.path("spec").path("selector").equals(live.path("spec").path("selector"))
        && ports(wanted).equals(ports(live));
  }

  /// The ports without what the API server adds.
  private static ArrayNode ports(JsonNode service) {
    ArrayNode all = Json.MAPPER.createArrayNode();
    for (JsonNode live : service.path("spec").path("ports")) {
      ObjectNode port = live.deepCopy();
      port.remove("nodePort");
      all.add(port);
    }
    return all;
  }

  /// A live Service made to find the wanted pods; everything else on it stays as it is.
  static ObjectNode adjusted(
      ObjectNode wanted, ObjectNode live, @Nullable UnmanagedMetadata unmanaged) {
    ObjectNode service = live.deepCopy();
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
      ObjectNode meta,
      String field,
      ObjectNode wanted,
      java.util.@Nullable List<String> leaveAlone) {
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

package dev.sluice.controller.importing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// How users reach a Rollout: its Services, and the routes that its `trafficRouting` names, as
/// `spec.provider` and `spec.service`.
final class ArgoTraffic {
  private static final String GATEWAY_PLUGIN = "argoproj-labs/gatewayAPI";

  private final ObjectNode rollout;
  private final Beside others;
  private final List<Note> notes;
  private final ObjectNode service = Yaml.object();
  private Optional<String> provider = Optional.empty();
  private Optional<Renamed> renamed = Optional.empty();

  /// A Service that the Canary has under another name.
  record Renamed(String before, String now) {}

  ArgoTraffic(ObjectNode rollout, Beside others, List<Note> notes) {
    this.rollout = rollout;
    this.others = others;
    this.notes = notes;
  }

  Optional<String> provider() {
    return provider;
  }

  /// What became of the Service of the canary's pods; empty where its name stays.
  Optional<Renamed> renamed() {
    return renamed;
  }

  /// `spec.service`.
  ObjectNode service() {
    return service;
  }

  /// @param canary `spec.strategy.canary`
  /// @param template of the pods
  void canary(Part canary, String target, JsonNode template) {
    String stable = canary.text("stableService");
    String apex = services(stable, canary.text("canaryService"), target, template);
    if (!canary.has("trafficRouting")) {
      canary.note(
          "",
          "has no trafficRouting, so its weights were shares of the pods; here they are shares of the requests, which takes Istio or the Gateway API (spec.provider). Without either: provider kubernetes, with iterations instead of steps");
      return;
    }
    Part routing = canary.part("trafficRouting");
    if (routing.has("istio")) {
      provider = Optional.of("istio");
      new ArgoVirtualService(rollout, others, notes, service)
          .read(routing.part("istio"), apex, stable);
    }
    Part plugins = routing.part("plugins");
    if (plugins.has(GATEWAY_PLUGIN)) {
      provider = Optional.of("gatewayapi:v1");
      new ArgoHttpRoute(others, notes, service).read(plugins.part(GATEWAY_PLUGIN), stable);
    }
    for (String other :
        List.of("nginx", "alb", "smi", "ambassador", "appMesh", "traefik", "apisix")) {
      routing.without(
          other, "traffic is split by Istio or by an HTTPRoute of the Gateway API (spec.provider)");
    }
    routing.without("managedRoutes", "steps that make routes are not carried over");
    routing.without("maxTrafficWeight", "weights are percent");
  }

  /// @param blueGreen `spec.strategy.blueGreen`
  void blueGreen(Part blueGreen, String target, JsonNode template) {
    String _ =
        services(
            blueGreen.text("activeService"), blueGreen.text("previewService"), target, template);
    provider = Optional.of("kubernetes");
  }

  /// @return the name of the apex Service
  private String services(String stable, String canary, String target, JsonNode template) {
    Optional<ObjectNode> found =
        stable.isEmpty() ? selecting(template) : others.use("Service", stable);
    if (!canary.isEmpty()) {
      Optional<ObjectNode> _ = others.use("Service", canary);
    }
    String apex =
        stable.isEmpty()
            ? found.map(one -> one.at("/metadata/name").asText()).orElse(target)
            : stable;
    if (!apex.equals(target)) {
      service.put("name", apex);
    }
    if (found.isPresent()) {
      ports(Part.of(found.get(), notes), apex);
    } else {
      int port = template.at("/spec/containers/0/ports/0/containerPort").asInt(80);
      service.put("port", port);
      tell(
          "",
          "Service %s is not among the files; spec.service.port %d is taken from the pods"
              .formatted(apex, port));
    }
    if (!canary.isEmpty() && !canary.equals(apex + "-canary")) {
      renamed = Optional.of(new Renamed(canary, apex + "-canary"));
      tell(
          "",
          "Service %s is replaced by %s-canary, which the Canary makes; point there what calls it"
              .formatted(canary, apex));
    }
    return apex;
  }

  private Optional<ObjectNode> selecting(JsonNode template) {
    JsonNode labels = template.at("/metadata/labels");
    return others.all().stream()
        .filter(other -> other.path("kind").asText().equals("Service"))
        .filter(other -> !other.at("/spec/selector").isEmpty())
        .filter(other ->
            other.at("/spec/selector").properties().stream()
                .allMatch(label -> label.getValue().equals(labels.path(label.getKey()))))
        .findFirst()
        .flatMap(one -> others.use("Service", one.at("/metadata/name").asText()));
  }

  private void ports(Part found, String apex) {
    found.drop("apiVersion", "kind", "status");
    found.note(
        "",
        "is not printed: the Canary makes %1$s, %1$s-primary and %1$s-canary, and takes over the one that is there. Take it out of Git"
            .formatted(apex));
    Part meta = found.part("metadata");
    ObjectNode marks = Yaml.object();
    meta.carry("labels", marks);
    JsonNode annotations = withoutEngines(meta.take("annotations"));
    if (!annotations.isEmpty()) {
      marks.set("annotations", annotations);
    }
    meta.dropRest();
    if (!marks.isEmpty()) {
      service.set("apex", marks);
    }
    Part spec = found.part("spec");
    List<Part> ports = spec.parts("ports");
    if (!ports.isEmpty()) {
      port(ports.getFirst());
    }
    if (ports.size() > 1) {
      ports.stream().skip(1).forEach(Part::dropRest);
      service.put("portDiscovery", true);
      found.note(
          "spec.ports",
          "the first is spec.service.port; the others are found by the ports of the containers (portDiscovery)");
    }
    if (spec.text("clusterIP").equals("None")) {
      service.put("headless", true);
    }
    spec.carry("trafficDistribution", service);
    String type = spec.text("type");
    if (!type.isEmpty() && !type.equals("ClusterIP")) {
      found.note(
          "spec.type",
          "%s not carried over: the Canary makes a ClusterIP; it leaves the type of a Service that is there"
              .formatted(type));
    }
    spec.drop("selector", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy");
    if (spec.text("sessionAffinity").equals("ClientIP")) {
      found.note("spec.sessionAffinity", "not carried over: use spec.analysis.sessionAffinity");
    }
    found.rest();
  }

  private void port(Part port) {
    JsonNode number = port.take("port");
    service.set("port", number);
    String name = port.text("name");
    if (!name.isEmpty() && !name.equals("http")) {
      service.put("portName", name);
    }
    JsonNode target = port.take("targetPort");
    if (!target.isMissingNode() && !target.equals(number)) {
      service.set("targetPort", target);
    }
    port.carry("appProtocol", service);
    port.drop("protocol");
  }

  /// Puts the texts of a list into a field of `spec.service`, but for some.
  static void texts(JsonNode from, ObjectNode service, String to, Set<String> without) {
    ArrayNode list = service.arrayNode();
    for (JsonNode text : from) {
      if (text instanceof TextNode && !without.contains(text.asText())) {
        list.add(text);
      }
    }
    if (!list.isEmpty()) {
      service.set(to, list);
    }
  }

  /// Marks of Argo and of kubectl say nothing of what is made from an object.
  static JsonNode withoutEngines(JsonNode annotations) {
    if (!(annotations instanceof ObjectNode all)) {
      return Yaml.object();
    }
    ObjectNode kept = all.deepCopy();
    kept.properties()
        .removeIf(mark ->
            mark.getKey().startsWith("rollout.argoproj.io/")
                || mark.getKey().startsWith("argo-rollouts.argoproj.io/")
                || mark.getKey().startsWith("kubectl.kubernetes.io/"));
    return kept;
  }

  private void tell(String field, String message) {
    notes.add(new Note(Yaml.title(rollout), field, message));
  }
}

package dev.sluice.playground.network;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.playground.network.DestinationRules.DestinationRule;
import dev.sluice.playground.network.DestinationRules.Subset;
import dev.sluice.playground.network.MeshSnapshot.Pod;
import dev.sluice.playground.network.MeshSnapshot.ServedHost;
import dev.sluice.playground.network.MeshSnapshot.Server;
import dev.sluice.playground.network.MeshSnapshot.Service;
import dev.sluice.playground.network.MeshSnapshot.ServicePort;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// The one place that reads Kubernetes JSON of the network; VirtualServices are read by
/// [VirtualServiceReader].
final class MeshReader {
  private MeshReader() {}

  /// An object of the mesh.
  sealed interface Part {}

  record ServicePart(Service service) implements Part {}

  record PodPart(Pod pod) implements Part {}

  record VirtualServicePart(VirtualService virtualService) implements Part {}

  record RulePart(DestinationRule rule) implements Part {}

  record GatewayPart(MeshSnapshot.Gateway gateway) implements Part {}

  record RoutePart(GatewayApi.HttpRoute route) implements Part {}

  record ApiGatewayPart(GatewayApi.Gateway gateway) implements Part {}

  record ClassPart(GatewayApi.GatewayClass gatewayClass) implements Part {}

  record GrantPart(GatewayApi.Grant grant) implements Part {}

  record NamespacePart(String name, Map<String, String> labels) implements Part {}

  /// Empty for a kind that the network does not look at.
  ///
  /// @throws IllegalArgumentException for an object that makes no sense, saying where
  static Optional<Part> read(JsonNode object) {
    var kind = object.path("kind").asText();
    var version = object.path("apiVersion").asText();
    var family =
        version.startsWith("networking.istio.io/")
            ? "istio "
            : version.startsWith(GatewayApi.GROUP + "/") ? "api " : "";
    return switch (family + kind) {
      case "Service" -> Optional.of(new ServicePart(service(object)));
      case "Pod" -> Optional.of(new PodPart(pod(object)));
      case "istio VirtualService" ->
          Optional.of(new VirtualServicePart(VirtualServiceReader.read(object)));
      case "istio DestinationRule" -> Optional.of(rule(object));
      case "istio Gateway" -> Optional.of(new GatewayPart(gateway(object)));
      case "api HTTPRoute" -> Optional.of(new RoutePart(GatewayApiReader.route(object)));
      case "api Gateway" -> Optional.of(new ApiGatewayPart(GatewayApiReader.gateway(object)));
      case "api GatewayClass" -> Optional.of(new ClassPart(GatewayApiReader.gatewayClass(object)));
      case "api ReferenceGrant" -> Optional.of(new GrantPart(GatewayApiReader.grant(object)));
      case "Namespace" ->
          Optional.of(
              new NamespacePart(name(object), texts(object.path("metadata").path("labels"))));
      default -> Optional.empty();
    };
  }

  private static Service service(JsonNode object) {
    var spec = object.path("spec");
    return new Service(
        namespace(object),
        name(object),
        created(object),
        list(
            spec.path("ports"),
            p ->
                new ServicePort(
                    p.path("name").asText(""),
                    p.path("port").asInt(),
                    p.path("targetPort").asText(""),
                    p.path("appProtocol").asText(""))),
        texts(spec.path("selector")),
        spec.path("clusterIP").asText(""));
  }

  private static Pod pod(JsonNode object) {
    var status = object.path("status");
    var ports = new LinkedHashMap<String, Integer>();
    for (var container : object.path("spec").path("containers")) {
      for (var port : container.path("ports")) {
        ports.putIfAbsent(port.path("name").asText(""), port.path("containerPort").asInt());
      }
    }
    var ip = status.path("podIP").asText("");
    return new Pod(
        namespace(object),
        name(object),
        ip,
        !ip.isEmpty()
            && !object.path("metadata").has("deletionTimestamp")
            && stream(status.path("conditions"))
                .anyMatch(c ->
                    c.path("type").asText().equals("Ready")
                        && c.path("status").asText().equals("True")),
        workload(object),
        texts(object.path("metadata").path("labels")),
        Map.copyOf(ports));
  }

  /// A ReplicaSet stands for the Deployment whose name it carries before the hash.
  private static String workload(JsonNode pod) {
    var metadata = pod.path("metadata");
    var owner = metadata.path("ownerReferences").path(0);
    var name = owner.path("name").asText(name(pod));
    var hash = "-" + metadata.path("labels").path("pod-template-hash").asText("");
    return owner.path("kind").asText().equals("ReplicaSet") && hash.length() > 1
        ? name.endsWith(hash) ? name.substring(0, name.length() - hash.length()) : name
        : name;
  }

  private static RulePart rule(JsonNode object) {
    var spec = object.path("spec");
    var subsets = new LinkedHashMap<String, Subset>();
    for (var subset : spec.path("subsets")) {
      subsets.putIfAbsent(
          subset.path("name").asText(),
          new Subset(
              texts(subset.path("labels")), PolicyReader.policy(subset.path("trafficPolicy"))));
    }
    return new RulePart(
        new DestinationRule(
            namespace(object),
            name(object),
            created(object),
            Names.complete(spec.path("host").asText(), namespace(object)),
            list(spec.path("exportTo"), JsonNode::asText),
            Collections.unmodifiableMap(subsets),
            PolicyReader.policy(spec.path("trafficPolicy"))));
  }

  private static MeshSnapshot.Gateway gateway(JsonNode object) {
    var spec = object.path("spec");
    return new MeshSnapshot.Gateway(
        namespace(object),
        name(object),
        texts(spec.path("selector")),
        list(
            spec.path("servers"),
            s ->
                new Server(
                    s.path("port").path("number").asInt(),
                    s.path("port").path("protocol").asText(""),
                    list(s.path("hosts"), h -> served(h.asText(), namespace(object))),
                    s.path("tls").path("httpsRedirect").asBoolean())));
  }

  /// `HOST`, `NAMESPACE/HOST`, `./HOST` or `*/HOST`.
  private static ServedHost served(String host, String namespace) {
    var slash = host.indexOf('/');
    var before = slash < 0 ? "*" : host.substring(0, slash);
    return new ServedHost(
        before.equals(".") ? namespace : before, Names.lower(host.substring(slash + 1)));
  }

  static String namespace(JsonNode object) {
    return object.path("metadata").path("namespace").asText("");
  }

  static String name(JsonNode object) {
    return object.path("metadata").path("name").asText("");
  }

  static Instant created(JsonNode object) {
    var text = object.path("metadata").path("creationTimestamp").asText("");
    try {
      return text.isEmpty() ? Instant.EPOCH : Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("metadata.creationTimestamp: '" + text + "' is no time");
    }
  }

  static <T> List<T> list(JsonNode array, Function<JsonNode, T> item) {
    var items = new ArrayList<T>();
    array.forEach(node -> items.add(item.apply(node)));
    return List.copyOf(items);
  }

  static Map<String, String> texts(JsonNode map) {
    var texts = new LinkedHashMap<String, String>();
    map.properties().forEach(e -> texts.put(e.getKey(), e.getValue().asText()));
    return Collections.unmodifiableMap(texts);
  }

  /// Null when absent.
  static @Nullable Duration duration(JsonNode object, String field) {
    var node = object.path(field);
    return node.isMissingNode() || node.isNull() ? null : duration(field, node.asText());
  }

  /// A duration as Go writes it: `1h30m`, `0.3s`, `200ms`.
  static Duration duration(String field, String text) {
    var rest = text;
    var total = 0.0;
    while (!rest.isEmpty()) {
      var number = 0;
      while (number < rest.length()
          && (Character.isDigit(rest.charAt(number)) || rest.charAt(number) == '.')) {
        number++;
      }
      var unit = number;
      while (unit < rest.length() && Character.isLetter(rest.charAt(unit))) {
        unit++;
      }
      var seconds =
          switch (rest.substring(number, unit)) {
            case "ns" -> 1e-9;
            case "us" -> 1e-6;
            case "ms" -> 1e-3;
            case "s" -> 1.0;
            case "m" -> 60.0;
            case "h" -> 3600.0;
            default -> Double.NaN;
          };
      try {
        total += Double.parseDouble(rest.substring(0, number)) * seconds;
      } catch (NumberFormatException e) {
        total = Double.NaN;
      }
      rest = Double.isNaN(total) ? "" : rest.substring(unit);
    }
    if (text.isEmpty() || Double.isNaN(total)) {
      throw new IllegalArgumentException(field + ": '" + text + "' is no duration");
    }
    return Duration.ofNanos(Math.round(total * 1e9));
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }
}

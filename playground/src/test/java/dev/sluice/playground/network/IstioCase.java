package dev.sluice.playground.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.playground.network.VirtualNetwork.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// One recording of Istio, and the world it was made in.
record IstioCase(String file, JsonNode yaml) {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  static Stream<IstioCase> all() {
    return Recordings.files("cases")
        .map(f -> {
          try {
            return new IstioCase(f.getFileName().toString(), YAML.readTree(f.toFile()));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  @Override
  public String toString() {
    return file.replace(".yaml", "");
  }

  int port() {
    return yaml.at("/where/port").asInt();
  }

  String proxy() {
    return yaml.at("/where/proxy").asText();
  }

  /// Whether one of the objects given is like this.
  boolean has(Predicate<JsonNode> like) {
    return MeshReader.list(yaml.at("/given/istio"), o -> o).stream().anyMatch(like);
  }

  /// Settings that differ from the default in a way that [#settings] does not know.
  List<String> unknownSettings() {
    var unknown = new ArrayList<String>();
    for (var part : List.of("/given/mesh", "/controlPlane", "/runtime")) {
      yaml.at(part).fieldNames().forEachRemaining(unknown::add);
    }
    unknown.removeAll(
        List.of(
            "outboundTrafficPolicy",
            "DISABLE_SHADOW_HOST_SUFFIX",
            "envoy.reloadable_features.match_headers_individually"));
    return unknown;
  }

  /// What the requests of the longest exchange take together.
  double seconds() {
    return exchanges().stream()
        .mapToDouble(
            e -> Math.max(1, e.at("/request/count").asInt(1)) * e.at("/expect/seconds").asDouble(0))
        .max()
        .orElse(0);
  }

  Caller caller() {
    var where = yaml.path("where");
    var namespace = where.path("namespace").asText();
    var labels = MeshReader.texts(where.path("labels"));
    return where.path("proxy").asText().equals("gateway")
        ? new Caller.Gateway(namespace, labels, "istio-ingressgateway")
        : new Caller.Sidecar(namespace, labels, "client");
  }

  MeshSnapshot.Settings settings() {
    return new MeshSnapshot.Settings(
        yaml.at("/given/mesh/outboundTrafficPolicy/mode").asText().equals("REGISTRY_ONLY"),
        yaml.at("/controlPlane/DISABLE_SHADOW_HOST_SUFFIX").asText().equals("false"),
        yaml.path("runtime")
            .path("envoy.reloadable_features.match_headers_individually")
            .asText()
            .equals("false"));
  }

  MeshSnapshot snapshot() {
    var objects = new ArrayList<JsonNode>();
    var number = 0;
    for (var service : yaml.at("/given/services")) {
      objects.add(service(service, ++number));
    }
    number = 0;
    for (var workload : yaml.at("/given/workloads")) {
      number++;
      for (var replica = 0; replica < workload.path("replicas").asInt(1); replica++) {
        objects.add(pod(workload, number, replica));
      }
    }
    for (var object : yaml.at("/given/istio")) {
      if (!refused(object)) {
        objects.add(object);
      }
    }
    return MeshSnapshot.of(objects, settings());
  }

  private boolean refused(JsonNode object) {
    var name =
        object.path("kind").asText()
            + " "
            + MeshReader.namespace(object)
            + "/"
            + MeshReader.name(object);
    for (var said : yaml.path("admission")) {
      if (said.has("error")
          && said.path("object").asText().equals(name)
          && !yaml.path("skipAdmission").asBoolean()) {
        return true;
      }
    }
    return false;
  }

  private static ObjectNode service(JsonNode given, int number) {
    var service = JSON.objectNode().put("apiVersion", "v1").put("kind", "Service");
    service
        .putObject("metadata")
        .put("name", given.path("name").asText())
        .put("namespace", given.path("namespace").asText());
    var spec = service.putObject("spec").put("clusterIP", "10.77.0." + number);
    spec.set("selector", given.path("selector"));
    var ports = spec.putArray("ports");
    for (var port : given.path("ports")) {
      ObjectNode copy = port.deepCopy();
      ports.add(copy.put("targetPort", 20000 + port.path("port").asInt() % 10000));
    }
    return service;
  }

  private static ObjectNode pod(JsonNode workload, int number, int replica) {
    var pod = JSON.objectNode().put("apiVersion", "v1").put("kind", "Pod");
    var name = workload.path("name").asText();
    var metadata =
        pod.putObject("metadata")
            .put("name", name + "-" + replica)
            .put("namespace", workload.path("namespace").asText());
    metadata.set("labels", workload.path("labels"));
    metadata.putArray("ownerReferences").addObject().put("kind", "Deployment").put("name", name);
    var status = pod.putObject("status").put("podIP", ip(number, replica));
    status
        .putArray("conditions")
        .addObject()
        .put("type", "Ready")
        .put("status", workload.path("ready").asBoolean(true) ? "True" : "False");
    return pod;
  }

  private static String ip(int number, int replica) {
    return "127.77." + number + "." + (replica + 1);
  }

  int replica(Endpoint pod) {
    return Integer.parseInt(pod.ip().substring(pod.ip().lastIndexOf('.') + 1)) - 1;
  }

  /// The workload whose pod listens on an address, as `x-envoy-original-dst-host` gives it.
  Optional<String> listening(String address) {
    var number = 0;
    for (var workload : yaml.at("/given/workloads")) {
      if (address.startsWith(ip(++number, 0) + ":")) {
        return Optional.of(workload.path("name").asText());
      }
    }
    return Optional.empty();
  }

  /// Where pods listen: on every port of a Service that selects them, unless they refuse.
  List<Endpoint> endpoints(MeshSnapshot snapshot) {
    var all = new LinkedHashSet<Endpoint>();
    for (var service : snapshot.config().services().values()) {
      for (var port : service.ports()) {
        all.addAll(
            snapshot.endpoints(
                service.namespace(), new Destination(service.host(), port.number(), "")));
      }
    }
    return all.stream()
        .filter(e -> !(answer(e, RequestHead.get("", "/")) instanceof Reply.Gone))
        .toList();
  }

  /// How a pod of the case answers.
  Reply answer(Endpoint pod, RequestHead request) {
    JsonNode answers = JSON.objectNode();
    for (var workload : yaml.at("/given/workloads")) {
      if (workload.path("name").asText().equals(pod.workload())
          && workload.path("namespace").asText().equals(pod.namespace())) {
        answers = workload.path("answers");
      }
    }
    if (answers.isArray()) {
      answers = answers.path(replica(pod));
    }
    if (answers.has("sequence")) {
      var number = Integer.parseInt(request.headers().first("x-envoy-attempt-count").orElse("1"));
      var sequence = answers.path("sequence");
      answers = sequence.path(Math.min(number, sequence.size()) - 1);
    }
    if (answers.path("refuse").asBoolean()) {
      return new Reply.Gone();
    }
    var after = Duration.ofMillis(Math.round(answers.path("delay").asDouble(0) * 1000));
    return answers.path("reset").asBoolean()
        ? new Reply.Closed(after)
        : new Reply.Answered(
            answers.path("status").asInt(200),
            headers(answers.path("headers")).add("content-type", "application/json"),
            after);
  }

  static Headers headers(JsonNode given) {
    var headers = Headers.NONE;
    if (given.isArray()) {
      for (var pair : given) {
        headers = headers.add(pair.path(0).asText(), pair.path(1).asText());
      }
    } else {
      for (var entry : given.properties()) {
        headers = headers.add(entry.getKey(), entry.getValue().asText());
      }
    }
    return headers;
  }

  List<JsonNode> exchanges() {
    return MeshReader.list(yaml.path("exchanges"), e -> e);
  }

  static Expectation.Sent request(JsonNode exchange) {
    var request = exchange.path("request");
    var raw = new TreeMap<String, List<String>>();
    for (var header : request.path("headers").properties()) {
      raw.put(Names.lower(header.getKey()), List.of(header.getValue().asText()));
    }
    var headers = headers(request.path("headers"));
    headers.grouped().forEach(raw::putIfAbsent);
    return new Expectation.Sent(
        new RequestHead(
            request.path("method").asText("GET"),
            request.path("authority").asText(),
            request.path("path").asText(),
            headers),
        raw);
  }

  /// Weights of Services, by the address of the listener that the control plane made for them.
  Map<String, Map<String, Integer>> clustersByAddress() {
    var clusters = new LinkedHashMap<String, Map<String, Integer>>();
    for (var listener : yaml.at("/translated/listeners")) {
      var name = listener.path("name").asText();
      var filter = listener.at("/filterChains/0/filters/0");
      var shares = new TreeMap<String, Integer>();
      for (var share : filter.at("/weighted_clusters/clusters")) {
        shares.put(share.path("name").asText(), share.path("weight").asInt());
      }
      clusters.put(
          name.substring(0, name.indexOf('_')),
          shares.isEmpty() ? Map.of(filter.path("cluster").asText(), 1) : shares);
    }
    return clusters;
  }
}

package dev.sluice.playground;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.playground.api.Answer;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Creates the objects that a playground begins with.
public final class Manifests {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, String> PLURALS =
      Map.ofEntries(
          Map.entry("CustomResourceDefinition", "customresourcedefinitions"),
          Map.entry("Namespace", "namespaces"),
          Map.entry("RoleBinding", "rolebindings"),
          Map.entry("Service", "services"),
          Map.entry("Deployment", "deployments"),
          Map.entry("HorizontalPodAutoscaler", "horizontalpodautoscalers"),
          Map.entry("Gateway", "gateways"),
          Map.entry("GatewayClass", "gatewayclasses"),
          Map.entry("HTTPRoute", "httproutes"),
          Map.entry("VirtualService", "virtualservices"),
          Map.entry("DestinationRule", "destinationrules"),
          Map.entry("Canary", "canaries"),
          Map.entry("MetricTemplate", "metrictemplates"),
          Map.entry("GitSync", "gitsyncs"),
          Map.entry("Event", "events"));

  private Manifests() {}

  /// @param text any number of YAML documents
  public static List<ObjectNode> read(String text) throws IOException {
    var objects = new ArrayList<ObjectNode>();
    try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(text)) {
      while (documents.hasNext()) {
        if (documents.next() instanceof ObjectNode object) {
          objects.add(object);
        }
      }
    }
    return objects;
  }

  /// The definitions of Sluice's and Flagger's kinds.
  ///
  /// @param root of the repository
  public static List<ObjectNode> definitions(Path root) throws IOException {
    var objects = new ArrayList<ObjectNode>();
    try (var files = Files.list(root.resolve("deploy/crds"))) {
      for (var file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
        objects.addAll(read(Files.readString(file)));
      }
    }
    return objects;
  }

  /// The definitions of the kinds of Istio that the network reads.
  public static List<ObjectNode> istio() throws IOException {
    return ShortDefinitions.read(read(resource("istio-kinds.yaml")).getFirst());
  }

  /// The definitions of the kinds of the Gateway API that the network reads.
  public static List<ObjectNode> gatewayApi() throws IOException {
    return ShortDefinitions.read(read(resource("gateway-api-kinds.yaml")).getFirst());
  }

  static String resource(String name) throws IOException {
    try (var in = Manifests.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("the jar lacks " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /// Creates the object. One that is there already stays as it is.
  ///
  /// @return whether it was created
  /// @throws IOException when the server refuses it, with its reason
  /// @throws IllegalArgumentException for a kind that this class has no path for
  public static boolean create(ApiServer api, ObjectNode object) throws IOException {
    var answer = call(api, "POST", collection(object), object);
    if (answer.status() != 409) {
      accepted(answer, object);
    }
    return answer.status() != 409;
  }

  /// Creates the object, or puts it in the place of the one that is there.
  ///
  /// @throws IOException when the server refuses it, with its reason
  /// @throws IllegalArgumentException for a kind that this class has no path for
  public static void put(ApiServer api, ObjectNode object) throws IOException {
    if (create(api, object)) {
      return;
    }
    var path = collection(object) + "/" + object.at("/metadata/name").asText();
    var live = call(api, "GET", path, JSON.createObjectNode());
    accepted(live, object);
    var next = object.deepCopy();
    next.withObject("/metadata")
        .set("resourceVersion", JSON.readTree(live.body()).at("/metadata/resourceVersion"));
    accepted(call(api, "PUT", path, next), object);
  }

  private static String collection(ObjectNode object) {
    var apiVersion = object.path("apiVersion").asText();
    var plural = PLURALS.get(object.path("kind").asText());
    if (plural == null) {
      throw new IllegalArgumentException("no path for kind " + object.path("kind").asText());
    }
    var namespace = object.at("/metadata/namespace").asText();
    return (apiVersion.contains("/") ? "/apis/" : "/api/")
        + apiVersion
        + (namespace.isEmpty() ? "" : "/namespaces/" + namespace)
        + "/"
        + plural;
  }

  private static Answer call(ApiServer api, String method, String path, ObjectNode body)
      throws IOException {
    var headers =
        Map.of(
            "accept", "application/json",
            "content-type", "application/json",
            "user-agent", "playground");
    var bytes = method.equals("GET") ? new byte[0] : JSON.writeValueAsBytes(body);
    return api.handle(new Call(method, path, Map.of(), headers, bytes));
  }

  private static void accepted(Answer answer, ObjectNode object) throws IOException {
    if (answer.status() >= 300) {
      throw new IOException(
          "the API server refuses %s %s: %s"
              .formatted(
                  object.path("kind").asText(),
                  object.at("/metadata/name").asText(),
                  JSON.readTree(answer.body()).path("message").asText()));
    }
  }
}

package dev.sluice.controller.story;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.playground.api.Answer;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What people do to the objects of a cluster, and read of them.
final class Kubectl {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Map<String, String> PLURALS =
      Map.ofEntries(
          Map.entry("Canary", "canaries"),
          Map.entry("MetricTemplate", "metrictemplates"),
          Map.entry("AlertProvider", "alertproviders"),
          Map.entry("Deployment", "deployments"),
          Map.entry("DaemonSet", "daemonsets"),
          Map.entry("HorizontalPodAutoscaler", "horizontalpodautoscalers"),
          Map.entry("CustomResourceDefinition", "customresourcedefinitions"),
          Map.entry("ScaledObject", "scaledobjects"),
          Map.entry("PodDisruptionBudget", "poddisruptionbudgets"),
          Map.entry("Namespace", "namespaces"),
          Map.entry("ConfigMap", "configmaps"),
          Map.entry("ResourceQuota", "resourcequotas"),
          Map.entry("Secret", "secrets"),
          Map.entry("Service", "services"),
          Map.entry("Gateway", "gateways"),
          Map.entry("GatewayClass", "gatewayclasses"),
          Map.entry("HTTPRoute", "httproutes"),
          Map.entry("DestinationRule", "destinationrules"),
          Map.entry("VirtualService", "virtualservices"));

  private final ApiServer api;

  Kubectl(ApiServer api) {
    this.api = api;
  }

  /// Applies YAML documents as `kubectl apply --server-side` would.
  void apply(String yaml) {
    try {
      YAML.readerFor(ObjectNode.class).<ObjectNode>readValues(yaml).forEachRemaining(this::apply);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void apply(ObjectNode object) {
    String path = path(object) + "/" + object.path("metadata").path("name").asText();
    Answer answer =
        send(
            "PATCH",
            path,
            Map.of("fieldManager", "kubectl", "force", "true"),
            "application/apply-patch+yaml",
            object.toString());
    expect(answer);
  }

  /// A merge patch, such as an edit by hand, or a list of operations.
  void patch(String path, String json) {
    String type = json.strip().startsWith("[") ? "json-patch" : "merge-patch";
    expect(send("PATCH", path, Map.of(), "application/" + type + "+json", json));
  }

  private static void expect(Answer answer) {
    if (answer.status() / 100 != 2) {
      throw new IllegalStateException(new String(answer.body(), StandardCharsets.UTF_8));
    }
  }

  void delete(String path) {
    send("DELETE", path, Map.of(), "", "");
  }

  /// With `--cascade=foreground`: all that it owns goes first.
  void deleteInForeground(String path) {
    send("DELETE", path, Map.of("propagationPolicy", "Foreground"), "", "");
  }

  JsonNode get(String path) {
    try {
      return JSON.readTree(send("GET", path, Map.of(), "", "").body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Answer send(
      String method, String path, Map<String, String> query, String contentType, String body) {
    Map<String, List<String>> parameters = new LinkedHashMap<>();
    query.forEach((key, value) -> parameters.put(key, List.of(value)));
    Map<String, String> headers = new TreeMap<>(Map.of("accept", "application/json"));
    headers.put("user-agent", "kubectl/test");
    if (!contentType.isEmpty()) {
      headers.put("content-type", contentType);
    }
    return api.handle(
        new Call(method, path, parameters, headers, body.getBytes(StandardCharsets.UTF_8)));
  }

  private static String path(ObjectNode object) {
    String version = object.path("apiVersion").asText();
    String kind = object.path("kind").asText();
    String namespace = object.path("metadata").path("namespace").asText();
    return (version.contains("/") ? "/apis/" : "/api/")
        + version
        + (namespace.isEmpty() ? "" : "/namespaces/" + namespace)
        + "/"
        + Optional.ofNullable(PLURALS.get(kind)).orElseThrow();
  }
}

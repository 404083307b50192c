package dev.sluice.playground.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/// What the page asks the API server for. A question that is refused has no rows.
///
/// @param pods as the Table that `kubectl get pods` prints
record Cluster(
    List<JsonNode> canaries,
    List<JsonNode> deployments,
    List<JsonNode> routes,
    List<JsonNode> services,
    List<JsonNode> slices,
    JsonNode pods,
    List<JsonNode> events) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MOST = "500";

  static Cluster read(ApiServer api) {
    return new Cluster(
        items(api, "/apis/flagger.app/v1beta1/canaries"),
        items(api, "/apis/apps/v1/deployments"),
        items(api, "/apis/networking.istio.io/v1/virtualservices"),
        items(api, "/api/v1/services"),
        items(api, "/apis/discovery.k8s.io/v1/endpointslices"),
        get(api, "/api/v1/pods", "application/json;as=Table;v=v1;g=meta.k8s.io"),
        items(api, "/api/v1/events"));
  }

  private static List<JsonNode> items(ApiServer api, String path) {
    return get(api, path, "application/json").path("items").valueStream().toList();
  }

  private static JsonNode get(ApiServer api, String path, String accept) {
    // Events come in the order of their names, so the newest may be on the last page.
    var query =
        path.endsWith("/events") ? Map.<String, List<String>>of() : Map.of("limit", List.of(MOST));
    var headers = Map.of("accept", accept, "user-agent", "playground-page");
    var answer = api.handle(new Call("GET", path, query, headers, new byte[0]));
    try {
      return answer.status() == 200 ? JSON.readTree(answer.body()) : JSON.createObjectNode();
    } catch (IOException e) {
      return JSON.createObjectNode();
    }
  }
}

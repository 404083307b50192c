package dev.sluice.playground.workloads;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Puts actions into calls of the API server.
final class ApiClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PLAIN = "application/json";
  private static final String MERGE = "application/merge-patch+json";
  private static final byte[] NOTHING = new byte[0];

  private final ApiServer server;

  ApiClient(ApiServer server) {
    this.server = server;
  }

  /// @param body the object, or the Status of a failure
  record Result(int status, ObjectNode body) {
    boolean done() {
      return status >= 200 && status < 300;
    }

    /// The server understood and said no, for a reason that another try will not change.
    boolean refused() {
      return status == 400 || status == 403 || status == 422;
    }

    /// Another object has the name.
    boolean exists() {
      return status == 409 && body.path("reason").asText().equals("AlreadyExists");
    }

    String message() {
      return body.path("message").asText();
    }
  }

  Result create(Resource resource, ObjectNode object) {
    return call("POST", resource.path(Meta.namespace(object)), resource, object);
  }

  Result replace(Resource resource, ObjectNode object) {
    return call("PUT", path(resource, object), resource, object);
  }

  /// A merge patch.
  Result merge(Resource resource, ObjectNode object, ObjectNode change) {
    return call("PATCH", path(resource, object), resource, change);
  }

  Result scale(Resource resource, ObjectNode object, int replicas) {
    var change = JsonNodeFactory.instance.objectNode();
    change.putObject("spec").put("replicas", replicas);
    return call("PATCH", path(resource, object) + "/scale", resource, change);
  }

  Result replaceStatus(Resource resource, ObjectNode object) {
    return call("PUT", path(resource, object) + "/status", resource, object);
  }

  Result delete(Action.Delete delete) {
    var options =
        JsonNodeFactory.instance
            .objectNode()
            .put("apiVersion", "v1")
            .put("kind", "DeleteOptions")
            .put("propagationPolicy", "Background");
    options.putObject("preconditions").put("uid", Meta.uid(delete.object()));
    delete.grace().ifPresent(grace -> options.put("gracePeriodSeconds", grace.toSeconds()));
    return call("DELETE", path(delete.resource(), delete.object()), delete.resource(), options);
  }

  AutoCloseable watch(Resource resource, Consumer<ObjectNode> frames) {
    var call =
        new Call(
            "GET",
            resource.path(),
            Map.of("watch", List.of("true")),
            headers(resource, PLAIN),
            NOTHING);
    return server.watch(call, frames);
  }

  private static String path(Resource resource, ObjectNode object) {
    return resource.path(Meta.namespace(object), Meta.name(object));
  }

  private Result call(String method, String path, Resource resource, ObjectNode body) {
    try {
      var headers = headers(resource, method.equals("PATCH") ? MERGE : PLAIN);
      var call = new Call(method, path, Map.of(), headers, JSON.writeValueAsBytes(body));
      var answer = server.handle(call);
      return new Result(
          answer.status(),
          JSON.readTree(answer.body()) instanceof ObjectNode object
              ? object
              : JsonNodeFactory.instance.objectNode());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the API server speaks no JSON at " + path, e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The part before the slash is who managed fields name as their writer.
  private static Map<String, String> headers(Resource resource, String type) {
    return Map.of(
        "accept",
        "application/json",
        "content-type",
        type,
        "user-agent",
        (resource == Resource.POD ? "kubelet" : "kube-controller-manager") + "/playground");
  }
}

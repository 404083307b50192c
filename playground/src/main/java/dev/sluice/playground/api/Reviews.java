package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// The kinds that are questions: who am I, may I.
final class Reviews {

  private static final List<String> ATTRIBUTES =
      List.of("namespace", "verb", "group", "version", "resource", "subresource", "name");

  private final State state;

  Reviews(State state) {
    this.state = state;
  }

  boolean knows(ResourceKind kind) {
    return kind.rules().endsWith("-review");
  }

  /// @param mayDoEverything whether the caller is somebody to whom nothing is forbidden
  ObjectNode answer(Request request, String caller, boolean mayDoEverything) {
    var object = Bodies.object(request.call(), request.kind()).object();
    object.put("kind", request.kind().kind()).put("apiVersion", request.kind().groupVersion());
    object.withObjectProperty("metadata").putNull("creationTimestamp");
    var status = object.putObject("status");
    switch (request.kind().rules()) {
      case "access-review" -> {
        var asked = object.path("spec").path("user").asText(caller);
        var allowed = mayDoEverything && asked.equals(caller);
        status.put("allowed", allowed);
        inOrder(object.path("spec"));
      }
      case "self-subject-review" -> {
        var user = status.putObject("userInfo").put("username", caller);
        user.putArray("groups").add("system:authenticated");
      }
      default -> status.put("authenticated", false);
    }
    return state.schema(request.kind()).map(schema -> schema.inOrder(object)).orElse(object);
  }

  private static void inOrder(JsonNode spec) {
    if (spec.path("resourceAttributes") instanceof ObjectNode attributes) {
      var given = attributes.deepCopy();
      attributes.removeAll();
      for (var name : ATTRIBUTES) {
        if (given.has(name)) {
          attributes.set(name, given.get(name));
        }
      }
    }
  }
}

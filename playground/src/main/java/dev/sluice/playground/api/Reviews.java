package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.node.ObjectNode;

/// The kinds that are questions: who am I, may I.
final class Reviews {

  private final State state;

  Reviews(State state) {
    this.state = state;
  }

  boolean knows(ResourceKind kind) {
    return kind.rules().endsWith("-review");
  }

  ObjectNode answer(Request request, String caller) {
    var object = Bodies.object(request.call(), request.kind()).object();
    object.put("kind", request.kind().kind()).put("apiVersion", request.kind().groupVersion());
    object.withObjectProperty("metadata").putNull("creationTimestamp");
    var status = object.putObject("status");
    switch (request.kind().rules()) {
      case "access-review" -> {
        var asked = object.path("spec").path("user").asText(caller);
        var allowed = !asked.equals(Users.ANONYMOUS) && asked.equals(caller);
        status.put("allowed", allowed);
      }
      case "self-subject-review" -> {
        var user = status.putObject("userInfo").put("username", caller);
        user.putArray("groups").add("system:authenticated");
      }
      default -> status.put("authenticated", false);
    }
    return state.schema(request.kind()).map(schema -> schema.inOrder(object)).orElse(object);
  }
}

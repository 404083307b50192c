package dev.sluice.playground.pods;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluice.playground.api.Answer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// A request about a pod that cannot be served; its message is for the person at the keyboard.
final class Refused extends Exception {
  private static final long serialVersionUID = 1;

  private final int code;
  private final String reason;

  private Refused(int code, String reason, String message) {
    super(message, null, false, false);
    this.code = code;
    this.reason = reason;
  }

  static Refused badRequest(String message) {
    return new Refused(400, "BadRequest", message);
  }

  static Refused invalid(String message) {
    return new Refused(422, "Invalid", message);
  }

  static Refused notAllowed() {
    return new Refused(
        405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
  }

  /// Something that a cluster has and the playground has not.
  static Refused notHere(String message) {
    return new Refused(501, "NotImplemented", message);
  }

  static String shortened(String text) {
    return text.length() > 100 ? text.substring(0, 100) + "…" : text;
  }

  Answer answer() {
    var status =
        JsonNodeFactory.instance.objectNode().put("kind", "Status").put("apiVersion", "v1");
    status.putObject("metadata");
    status.put("status", "Failure").put("message", getMessage()).put("reason", reason);
    status.put("code", code);
    return new Answer(
        code, "application/json", (status + "\n").getBytes(StandardCharsets.UTF_8), Map.of());
  }
}

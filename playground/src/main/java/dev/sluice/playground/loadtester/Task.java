package dev.sluice.playground.loadtester;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;

/// A task as a webhook asks for it.
///
/// @param canary name and namespace of the canary
/// @param waits whether the caller waits for the end
/// @param hey the line when it is one of `hey`
/// @param returnOutput whether the caller wants to see what was printed
record Task(
    Canary canary,
    String shell,
    String command,
    boolean waits,
    Optional<HeyLine> hey,
    boolean returnOutput) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST = 16_000;

  /// The canary that a request is about.
  record Canary(String name, String namespace) {
    String key() {
      return name + "." + namespace;
    }
  }

  /// @throws IllegalArgumentException for a payload that cannot be served, saying why
  static Task read(String payload) {
    var json = json(payload);
    var metadata = json.path("metadata");
    if (!metadata.isObject() || metadata.isEmpty()) {
      throw new IllegalArgumentException("metadata not found in payload");
    }
    var type = metadata.path("type").asText("cmd");
    var command = metadata.path("cmd").asText("");
    var waits =
        switch (type) {
          case "cmd", "" -> false;
          case "bash" -> true;
          default ->
              throw new IllegalArgumentException(
                  "metadata.type '"
                      + type
                      + "' is not known to the playground's load tester; known: bash, cmd");
        };
    if (command.isBlank() || command.length() > LONGEST) {
      throw new IllegalArgumentException(
          "metadata.cmd must be a command of at most " + LONGEST + " characters");
    }
    return new Task(
        canary(json),
        waits ? "bash" : "sh",
        command,
        waits,
        HeyLine.is(command) ? Optional.of(HeyLine.parse(command)) : Optional.empty(),
        metadata.path("returnCmdOutput").asText().equals("true"));
  }

  /// @throws IllegalArgumentException for a payload that names no canary
  static Canary canary(String payload) {
    return canary(json(payload));
  }

  private static Canary canary(JsonNode json) {
    return new Canary(label(json, "name"), label(json, "namespace"));
  }

  private static String label(JsonNode json, String field) {
    var value = json.path(field).asText("");
    if (!value.matches("[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?")) {
      throw new IllegalArgumentException(field + " in the payload must be a Kubernetes name");
    }
    return value;
  }

  private static JsonNode json(String payload) {
    try {
      var json = JSON.readTree(payload);
      if (json == null || !json.isObject()) {
        throw new IllegalArgumentException("the payload must be a JSON object");
      }
      return json;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("the payload is not JSON", e);
    }
  }
}

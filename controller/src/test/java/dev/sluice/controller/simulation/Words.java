package dev.sluice.controller.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.api.Call;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/// A write of the controller, as a person would tell it.
final class Words {
  private static final ObjectMapper JSON = new ObjectMapper();

  /// Told by the other words of the same moment.
  private static final List<String> TOLD = List.of("conditions", "lastTransitionTime", "news");

  private Words() {}

  static String of(Call call) {
    String what = call.path().replaceFirst(".*/namespaces/[^/]*/", "");
    JsonNode body = body(call);
    if (what.endsWith("/status")) {
      JsonNode status = body.path("status");
      if (status instanceof ObjectNode object) {
        object.remove(TOLD);
      }
      return "records " + status;
    }
    if (what.startsWith("virtualservices") && call.method().matches("PUT|POST")) {
      return call.method()
          + " "
          + what
          + " with "
          + StreamSupport.stream(body.at("/spec/http/0/route").spliterator(), false)
              .map(
                  to -> to.at("/destination/host").asText() + " " + to.path("weight").asInt() + "%")
              .collect(Collectors.joining(", "));
    }
    if (what.startsWith("deployments") && call.method().matches("PUT|POST")) {
      return "%s %s with %s, %s replicas"
          .formatted(
              call.method(),
              what,
              body.at("/spec/template/spec/containers/0/image").asText(),
              body.at("/spec/replicas").asText());
    }
    if (what.startsWith("deployments")) {
      return call.method() + " " + what + " " + body.path("spec");
    }
    String name = body.at("/metadata/name").asText();
    return call.method() + " " + what + (what.contains("/") ? "" : "/" + name);
  }

  private static JsonNode body(Call call) {
    try {
      return JSON.readTree(call.body());
    } catch (IOException e) {
      return JSON.createObjectNode();
    }
  }
}

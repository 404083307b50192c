package dev.sluice.controller.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.http.Http;
import dev.sluice.crds.Analysis.Severity;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Slack's incoming webhooks, and its API where there is a token; the payload is Flagger's.
final class Slack implements Sink {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int MAX_ANSWER = 64 * 1024;
  private static final int MAX_REASON = 100;
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public String type() {
    return "slack";
  }

  @Override
  public Http.Request request(AlertMessage message, Destination to) {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    headers.put("content-type", List.of("application/json"));
    to.token().ifPresent(token -> headers.put("authorization", List.of("Bearer " + token)));
    return Http.Request.postJson(to.address(), payload(message, to), TIMEOUT, MAX_ANSWER)
        .with(headers)
        .with(to.proxy())
        .with(Http.Retries.of(2));
  }

  /// Its API says no with status 200 and `ok: false`.
  @Override
  public Optional<String> refusal(Http.Response answer) {
    if (!answer.success()) {
      String body = answer.excerpt(MAX_REASON);
      return Optional.of("answered " + answer.status() + (body.isEmpty() ? "" : ": " + body));
    }
    try {
      JsonNode body = JSON.readTree(answer.body());
      return body != null && body.path("ok").isBoolean() && !body.path("ok").booleanValue()
          ? Optional.of("refused: " + body.path("error").asText("no reason given"))
          : Optional.empty();
    } catch (IOException _) {
      // an incoming webhook answers with the plain text "ok"
      return Optional.empty();
    }
  }

  private static byte[] payload(AlertMessage message, Destination to) {
    ObjectNode payload = JsonNodeFactory.instance.objectNode();
    payload.put("channel", to.channel());
    payload.put("username", to.username());
    payload.put("icon_url", "");
    payload.put("icon_emoji", ":rocket:");
    ObjectNode attachment = payload.putArray("attachments").addObject();
    attachment.put("color", message.severity() == Severity.ERROR ? "danger" : "good");
    attachment.put("author_name", message.canary().name() + "." + message.canary().namespace());
    attachment.put("text", message.text());
    attachment.putArray("mrkdwn_in").add("text");
    var fields = attachment.putArray("fields");
    for (AlertMessage.Fact fact : message.facts()) {
      fields.addObject().put("title", fact.title()).put("value", fact.value()).put("short", false);
    }
    try {
      return JSON.writeValueAsBytes(payload);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts are always JSON", e);
    }
  }
}

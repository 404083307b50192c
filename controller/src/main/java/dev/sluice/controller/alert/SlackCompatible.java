package dev.sluice.controller.alert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.http.Http;
import dev.sluice.crds.Analysis.Severity;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;

/// Slack, and those that take what Slack takes; the payload is Flagger's.
record SlackCompatible(String type, String good, String bad) implements Sink {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SUFFIX = "/slack";

  /// Incoming webhooks, and the API where there is a token.
  static final Sink SLACK = new SlackCompatible("slack", "good", "danger");

  static final Sink DISCORD = new SlackCompatible("discord", "good", "danger");
  static final Sink ROCKET_CHAT = new SlackCompatible("rocket", "#0076D7", "#FF0000");

  /// Discord takes Slack's payload at an address of its own.
  @Override
  public URI address(URI given) {
    if (!type.equals("discord") || given.getPath().endsWith(SUFFIX)) {
      return given;
    }
    String text = given.toString();
    int end = given.getRawQuery() == null ? text.length() : text.indexOf('?');
    String path = text.substring(0, end);
    return URI.create(
        (path.endsWith("/") ? path.substring(0, path.length() - 1) : path)
            + SUFFIX
            + text.substring(end));
  }

  /// Slack's API says no with status 200 and `ok: false`, Rocket.Chat with `success: false`.
  @Override
  public Optional<String> refusal(Http.Response answer) {
    try {
      JsonNode body = JSON.readTree(answer.body());
      return body != null && (isFalse(body.path("ok")) || isFalse(body.path("success")))
          ? Optional.of("refused: " + body.path("error").asText("no reason given"))
          : Optional.empty();
    } catch (JsonProcessingException _) {
      // an incoming webhook answers with the plain text "ok"
      return Optional.empty();
    } catch (IOException e) {
      throw new IllegalStateException("bytes are always readable", e);
    }
  }

  private static boolean isFalse(JsonNode answer) {
    return answer.isBoolean() && !answer.booleanValue();
  }

  @Override
  public JsonNode payload(AlertMessage message, Destination to) {
    ObjectNode payload = JsonNodeFactory.instance.objectNode();
    payload.put("channel", to.channel());
    payload.put("username", to.username());
    payload.put("icon_url", "");
    payload.put("icon_emoji", ":rocket:");
    ObjectNode attachment = payload.putArray("attachments").addObject();
    attachment.put("color", message.severity() == Severity.ERROR ? bad : good);
    attachment.put("author_name", message.author());
    attachment.put("text", message.text());
    attachment.putArray("mrkdwn_in").add("text");
    var fields = attachment.putArray("fields");
    for (AlertMessage.Fact fact : message.facts()) {
      fields.addObject().put("title", fact.title()).put("value", fact.value()).put("short", false);
    }
    return payload;
  }
}

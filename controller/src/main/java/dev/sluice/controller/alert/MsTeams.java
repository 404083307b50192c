package dev.sluice.controller.alert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// Microsoft Teams: an adaptive card, which both workflows and the older connectors take. See
/// <https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using>.
final class MsTeams implements Sink {

  @Override
  public String type() {
    return "msteams";
  }

  @Override
  public JsonNode payload(AlertMessage message, Destination to) {
    ObjectNode envelope = JsonNodeFactory.instance.objectNode();
    envelope.put("type", "message");
    ObjectNode attachment = envelope.putArray("attachments").addObject();
    attachment.put("contentType", "application/vnd.microsoft.card.adaptive");
    attachment.putNull("contentUrl");
    ObjectNode card = attachment.putObject("content");
    card.put("$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
    card.put("type", "AdaptiveCard");
    card.put("version", "1.4");
    card.putObject("msteams").put("width", "Full");
    card.put("fallbackText", message.author() + ": " + message.text());
    var body = card.putArray("body");
    body.addObject()
        .put("type", "TextBlock")
        .put("text", plain(message.author()))
        .put("weight", "Bolder")
        .put("size", "Medium")
        .put("color", color(message))
        .put("wrap", true);
    body.addObject().put("type", "TextBlock").put("text", plain(message.text())).put("wrap", true);
    if (!message.facts().isEmpty()) {
      var facts = body.addObject().put("type", "FactSet").putArray("facts");
      for (AlertMessage.Fact fact : message.facts()) {
        facts.addObject().put("title", plain(fact.title())).put("value", plain(fact.value()));
      }
    }
    return envelope;
  }

  private static String color(AlertMessage message) {
    return switch (message.severity()) {
      case INFO -> "Good";
      case WARN -> "Warning";
      case ERROR -> "Attention";
    };
  }

  /// Texts are Markdown there; names such as `my_app_v2` and `*` must stay what they are.
  private static String plain(String text) {
    return text.replaceAll("[\\\\*_\\[\\]`~]", "\\\\$0");
  }
}

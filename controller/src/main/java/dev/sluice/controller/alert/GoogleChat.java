package dev.sluice.controller.alert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// Google Chat: a card of the second version. See
/// <https://developers.google.com/workspace/chat/api/reference/rest/v1/cards>.
final class GoogleChat implements Sink {

  @Override
  public String type() {
    return "gchat";
  }

  @Override
  public JsonNode payload(AlertMessage message, Destination to) {
    ObjectNode payload = JsonNodeFactory.instance.objectNode();
    // shown in notifications, and where cards are not
    payload.put("fallbackText", message.author() + ": " + message.text());
    ObjectNode entry = payload.putArray("cardsV2").addObject();
    entry.put("cardId", "alert");
    ObjectNode card = entry.putObject("card");
    card.putObject("header")
        .put("title", message.author())
        .put("subtitle", message.severity().toString());
    var widgets = card.putArray("sections").addObject().putArray("widgets");
    widgets.addObject().putObject("textParagraph").put("text", html(message.text()));
    for (AlertMessage.Fact fact : message.facts()) {
      widgets
          .addObject()
          .putObject("decoratedText")
          .put("topLabel", fact.title())
          .put("text", html(fact.value()))
          .put("wrapText", true);
    }
    return payload;
  }

  private static String html(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}

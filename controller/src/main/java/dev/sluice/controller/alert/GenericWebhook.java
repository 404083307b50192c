package dev.sluice.controller.alert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// Any receiver that takes JSON over HTTP: everything that is known, in plain fields.
final class GenericWebhook implements Sink {

  @Override
  public String type() {
    return "webhook";
  }

  @Override
  public JsonNode payload(AlertMessage message, Destination to) {
    ObjectNode payload = JsonNodeFactory.instance.objectNode();
    payload.put("severity", message.severity().toString());
    payload.put("name", message.canary().name());
    payload.put("namespace", message.canary().namespace());
    payload.put("message", message.text());
    payload.put("channel", to.channel());
    ObjectNode facts = payload.putObject("facts");
    message.facts().forEach(fact -> facts.put(fact.title(), fact.value()));
    return payload;
  }
}

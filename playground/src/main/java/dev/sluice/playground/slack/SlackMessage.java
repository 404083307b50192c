package dev.sluice.playground.slack;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// A message as its readers would see it.
///
/// @param fields `title: value` of every attachment
public record SlackMessage(
    Instant at, String channel, String user, String text, String color, List<String> fields) {

  public SlackMessage {
    fields = List.copyOf(fields);
  }

  static SlackMessage read(JsonNode body, Instant now) {
    var text = new StringBuilder(body.path("text").asText());
    var fields = new ArrayList<String>();
    var color = "";
    for (var attachment : body.path("attachments")) {
      color = color.isEmpty() ? attachment.path("color").asText() : color;
      for (var part : List.of("author_name", "title", "text")) {
        var value = attachment.path(part).asText();
        if (!value.isEmpty()) {
          text.append(text.isEmpty() ? "" : " · ").append(value);
        }
      }
      for (var field : attachment.path("fields")) {
        fields.add(field.path("title").asText() + ": " + field.path("value").asText());
      }
    }
    return new SlackMessage(
        now,
        body.path("channel").asText(),
        body.path("username").asText(),
        text.toString(),
        color,
        fields);
  }
}

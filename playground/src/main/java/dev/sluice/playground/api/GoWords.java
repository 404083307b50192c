package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Some faults are reported by the real server in the words of its JSON library; clients show them
/// to people, so the common ones are worded alike.
final class GoWords {
  private GoWords() {}

  /// How it names the type of a value.
  static String type(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "array";
      case OBJECT, POJO -> "object";
      case NUMBER -> "number";
      case BOOLEAN -> "bool";
      case STRING, BINARY -> "string";
      case NULL, MISSING -> "null";
    };
  }

  /// Why a text is not JSON.
  static String jsonFault(byte[] body, IOException fault) {
    var text = new String(body, StandardCharsets.UTF_8).strip();
    var message = String.valueOf(fault.getMessage());
    if (text.isEmpty() || message.contains("end-of-input")) {
      return "unexpected end of JSON input";
    }
    if (text.startsWith("{") && text.length() > 1 && message.contains("field name")) {
      return "invalid character '"
          + text.substring(1).strip().charAt(0)
          + "' looking for beginning of object key string";
    }
    for (var word : new String[] {"null", "true", "false"}) {
      if (text.charAt(0) == word.charAt(0)) {
        int same = 1;
        while (same < Math.min(word.length(), text.length())
            && text.charAt(same) == word.charAt(same)) {
          same++;
        }
        if (same < Math.min(word.length(), text.length())) {
          return String.format(
              Locale.ROOT,
              "invalid character '%c' in literal %s (expecting '%c')",
              text.charAt(same),
              word,
              word.charAt(same));
        }
      }
    }
    return "invalid character '" + text.charAt(0) + "' looking for beginning of value";
  }

  /// Why a text is not YAML.
  static String yamlFault(IOException fault) {
    var message = String.valueOf(fault.getMessage());
    var end = message.indexOf('\n');
    var first = end < 0 ? message : message.substring(0, end);
    return first.contains("mapping values are not allowed")
        ? "mapping values are not allowed in this context"
        : first;
  }
}

package dev.sluice.playground.schema;

import com.fasterxml.jackson.databind.JsonNode;

/// How the server prints values in its messages.
final class Shown {
  private Shown() {}

  /// A string in double quotes, as Go's `%q` writes it.
  static String quoted(String text) {
    var out = new StringBuilder("\"");
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> {
              if (c < 0x20 || c == 0x7f) out.append(String.format("\\x%02x", c));
              else out.appendCodePoint(c);
            }
          }
        });
    return out.append('"').toString();
  }

  /// A scalar as it stands in `Invalid value: …`.
  static String value(JsonNode value) {
    if (value.isTextual()) return quoted(value.textValue());
    if (value.isFloatingPointNumber()) return number(value.decimalValue());
    return value.isNull() ? "null" : value.toString();
  }

  static String number(java.math.BigDecimal value) {
    var plain = value.stripTrailingZeros();
    return plain.toPlainString();
  }

  /// The JSON type of a value, as messages about wrong types name it.
  static String type(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> "string";
      case NUMBER -> isWhole(value) ? "integer" : "number";
      case BOOLEAN -> "boolean";
      case ARRAY -> "array";
      case OBJECT, POJO -> "object";
      case NULL, MISSING, BINARY -> "null";
    };
  }

  /// Whether a number has no fraction; `5.0` and `1e1` have none.
  static boolean isWhole(JsonNode value) {
    return value.isIntegralNumber()
        || (value.isNumber() && value.decimalValue().stripTrailingZeros().scale() <= 0);
  }
}

package dev.sluice.playground.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Whether a JSON object can be read as a built-in type at all; the first thing that stands in the
/// way, in the words of the server.
final class Decoding {
  static final Pattern QUANTITY =
      Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+|[numkMGTPE]|[KMGTPE]i)?");
  private static final Pattern MICRO_TIME =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}(Z|[+-]\\d\\d:\\d\\d)");

  private static final String BASE64_DIGITS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  private Decoding() {}

  static Optional<String> problem(JsonNode object, TypeDef type) {
    return Optional.ofNullable(struct(object, type, ""));
  }

  private static @Nullable String struct(JsonNode value, TypeDef type, String path) {
    for (Field field : type.fields().values()) {
      JsonNode child = value.get(field.name());
      if (child == null || child.isNull()) continue;
      String below = path.isEmpty() ? field.name() : path + "." + field.name();
      String problem = value(child, field.type(), type.shortName() + "." + below, below);
      if (problem != null) return problem;
    }
    return null;
  }

  /// @param place the innermost type's name and the path, without indexes and map keys
  private static @Nullable String value(JsonNode value, FieldType type, String place, String path) {
    if (value.isNull()) return null;
    return switch (type) {
      case FieldType.Ref(String name) ->
          value instanceof ObjectNode object
              ? struct(object, BuiltIns.type(name), path)
              : mismatch(value, type, place);
      case FieldType.ListOf(FieldType item) -> {
        if (!(value instanceof ArrayNode list)) yield mismatch(value, type, place);
        for (JsonNode element : list) {
          String problem = value(element, item, place, path);
          if (problem != null) yield problem;
        }
        yield null;
      }
      case FieldType.MapOf(FieldType part) -> {
        if (!(value instanceof ObjectNode map)) yield mismatch(value, type, place);
        for (JsonNode element : map) {
          String problem = value(element, part, place, path);
          if (problem != null) yield problem;
        }
        yield null;
      }
      case FieldType.Basic basic -> basic(value, basic, place);
    };
  }

  private static @Nullable String basic(JsonNode value, FieldType.Basic type, String place) {
    return switch (type) {
      case TEXT -> value.isTextual() ? null : mismatch(value, type, place);
      case BOOLEAN -> value.isBoolean() ? null : mismatch(value, type, place);
      case NUMBER -> value.isNumber() ? null : mismatch(value, type, place);
      case INT32 -> whole(value, type, place, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case INT64 -> whole(value, type, place, Long.MIN_VALUE, Long.MAX_VALUE);
      case INT_OR_STRING ->
          value.isTextual()
              ? null
              : whole(value, type, place, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case BYTES -> value.isTextual() ? base64(value.textValue()) : mismatch(value, type, place);
      case TIME -> value.isTextual() ? time(value.textValue()) : mismatch(value, type, place);
      case MICRO_TIME ->
          value.isTextual() ? microTime(value.textValue()) : mismatch(value, type, place);
      case QUANTITY ->
          value.isNumber() || (value.isTextual() && QUANTITY.matcher(value.textValue()).matches())
              ? null
              : "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
      case ANYTHING -> null;
    };
  }

  private static @Nullable String whole(
      JsonNode value, FieldType.Basic type, String place, long least, long most) {
    if (!value.isNumber()) return mismatch(value, type, place);
    boolean fits =
        Shown.isWhole(value)
            && value.decimalValue().compareTo(java.math.BigDecimal.valueOf(least)) >= 0
            && value.decimalValue().compareTo(java.math.BigDecimal.valueOf(most)) <= 0;
    return fits
        ? null
        : "json: cannot unmarshal number "
            + value
            + " into Go struct field "
            + place
            + " of type "
            + type.goName();
  }

  private static String mismatch(JsonNode value, FieldType type, String place) {
    String kind =
        switch (value.getNodeType()) {
          case STRING -> "string";
          case NUMBER -> "number";
          case BOOLEAN -> "bool";
          case ARRAY -> "array";
          case OBJECT, POJO -> "object";
          case NULL, MISSING, BINARY -> "null";
        };
    return "json: cannot unmarshal "
        + kind
        + " into Go struct field "
        + place
        + " of type "
        + type.goName();
  }

  /// Go reads padded base64 in groups of four and names the byte that breaks it.
  private static @Nullable String base64(String text) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      boolean ok = BASE64_DIGITS.indexOf(c) >= 0;
      boolean padding = c == '=' && i >= length - 2 && length % 4 == 0;
      if (!ok && !padding && c != '\n' && c != '\r')
        return "illegal base64 data at input byte " + i;
    }
    int rest = text.replaceAll("[\r\n]", "").length() % 4;
    return rest == 0 ? null : "illegal base64 data at input byte " + (length - rest);
  }

  private static @Nullable String time(String text) {
    try {
      OffsetDateTime.parse(text);
      return null;
    } catch (DateTimeParseException _) {
      return unparsed(text, "2006-01-02T15:04:05Z07:00");
    }
  }

  private static @Nullable String microTime(String text) {
    return MICRO_TIME.matcher(text).matches() && time(text) == null
        ? null
        : unparsed(text, "2006-01-02T15:04:05.000000Z07:00");
  }

  private static String unparsed(String text, String layout) {
    return "parsing time "
        + Shown.quoted(text)
        + " as \""
        + layout
        + "\": cannot parse "
        + Shown.quoted(text)
        + " as \"2006\"";
  }
}

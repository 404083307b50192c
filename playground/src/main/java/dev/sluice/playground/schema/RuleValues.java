package dev.sluice.playground.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Objects as rules see them: declared fields only, under their CEL names, times as times. Pure.
final class RuleValues {
  private static final Pattern DURATION_PART = Pattern.compile("([0-9.]+)\\s*([a-zµμ]+)\\s*");
  private static final Set<String> OF_EVERY_OBJECT = Set.of("apiVersion", "kind");

  private RuleValues() {}

  /// @param root whether the value is a whole object, with a kind and a name
  static Object of(JsonNode value, Structural schema, boolean root) {
    return switch (value.getNodeType()) {
      case NULL, MISSING -> NullValue.NULL_VALUE;
      case BOOLEAN -> value.booleanValue();
      case NUMBER -> number(value, schema);
      case STRING, BINARY -> text(value.asText(), schema);
      case ARRAY -> list(value, schema);
      case OBJECT, POJO -> object(value, schema, root || schema.embedded());
    };
  }

  private static Object number(JsonNode value, Structural schema) {
    return schema.type().equals("number") ? (Object) value.doubleValue() : value.longValue();
  }

  private static Object text(String text, Structural schema) {
    if (!schema.type().equals("string")) return text;
    return switch (schema.keywords().path("format").asText("")) {
      case "byte" -> bytes(text);
      case "duration" -> duration(text).<Object>map(d -> d).orElse(text);
      case "date-time" -> instant(text).<Object>map(t -> t).orElse(text);
      case "date" -> day(text).<Object>map(t -> t).orElse(text);
      default -> text;
    };
  }

  private static Object bytes(String text) {
    try {
      return CelByteString.of(Base64.getDecoder().decode(text));
    } catch (IllegalArgumentException e) {
      return text;
    }
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static Optional<Instant> day(String text) {
    try {
      return Optional.of(LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant());
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static Optional<Duration> duration(String text) {
    var parts = DURATION_PART.matcher(text);
    var sum = Duration.ZERO;
    int at = 0;
    while (parts.find() && parts.start() == at) {
      var unit = unit(parts.group(2));
      if (unit.isZero()) return Optional.empty();
      sum = sum.plusNanos((long) (Double.parseDouble(parts.group(1)) * unit.toNanos()));
      at = parts.end();
    }
    return at == text.length() && at > 0 ? Optional.of(sum) : Optional.empty();
  }

  private static Duration unit(String name) {
    return switch (name) {
      case "ns" -> Duration.ofNanos(1);
      case "us", "µs", "μs" -> Duration.ofNanos(1000);
      case "ms" -> Duration.ofMillis(1);
      case "s", "sec", "second", "seconds" -> Duration.ofSeconds(1);
      case "m", "min", "minute", "minutes" -> Duration.ofMinutes(1);
      case "h", "hr", "hour", "hours" -> Duration.ofHours(1);
      case "d", "day", "days" -> Duration.ofDays(1);
      case "w", "week", "weeks" -> Duration.ofDays(7);
      default -> Duration.ZERO;
    };
  }

  private static Object list(JsonNode list, Structural schema) {
    var items = new ArrayList<Object>();
    var item = schema.items();
    if (item != null) list.forEach(each -> items.add(of(each, item, false)));
    return items;
  }

  private static Object object(JsonNode object, Structural schema, boolean root) {
    var fields = new LinkedHashMap<String, Object>();
    for (var entry : object.properties()) {
      String name = entry.getKey();
      Structural declared = schema.properties().get(name);
      if (root && name.equals("metadata")) {
        fields.put(name, named(entry.getValue()));
      } else if (root && OF_EVERY_OBJECT.contains(name)) {
        fields.put(name, entry.getValue().asText());
      } else if (declared != null) {
        RuleTypes.escaped(name)
            .ifPresent(field -> fields.put(field, of(entry.getValue(), declared, false)));
      } else if (schema.additional() != null) {
        fields.put(name, of(entry.getValue(), schema.additional(), false));
      }
    }
    return fields;
  }

  private static Object named(JsonNode metadata) {
    var fields = new LinkedHashMap<String, Object>();
    for (String name : new String[] {"name", "generateName"})
      if (metadata.path(name).isTextual()) fields.put(name, metadata.path(name).textValue());
    return fields;
  }
}

package dev.sluice.playground.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Built-in objects as protobuf, which clients written in Go send and ask for; the numbers of the
/// fields stand with their types.
public final class ProtobufForm {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int MOST_DEPTH = 40;
  private static final Map<String, Map<Integer, Slot>> LAYOUTS = new ConcurrentHashMap<>();

  private ProtobufForm() {}

  /// What stands under a number.
  private sealed interface Slot {}

  private record Value(Field field) implements Slot {}

  /// A struct that Go embeds: its fields are the outer object's.
  private record Embedded(Map<Integer, Slot> slots) implements Slot {}

  private static Map<Integer, Slot> layout(TypeDef type) {
    return LAYOUTS.computeIfAbsent(
        type.name(),
        _ -> {
          var slots = new TreeMap<Integer, Slot>();
          for (var field : type.fields().values()) place(field, 0, slots);
          return slots;
        });
  }

  private static void place(Field field, int depth, Map<Integer, Slot> slots) {
    if (field.wire().size() <= depth) return;
    int number = field.wire().get(depth);
    if (field.wire().size() == depth + 1) {
      slots.put(number, new Value(field));
    } else if (slots.computeIfAbsent(number, _ -> new Embedded(new TreeMap<>()))
        instanceof Embedded(var inner)) {
      place(field, depth + 1, inner);
    }
  }

  /// Reads one object.
  ///
  /// @return empty for a kind whose types are not known here
  /// @throws IllegalArgumentException for bytes that are no such object
  public static Optional<ObjectNode> read(TypeName name, byte[] message) {
    return type(name)
        .map(type -> {
          var object =
              JSON.objectNode().put("kind", name.kind()).put("apiVersion", name.apiVersion());
          read(object, layout(type), new WireReader(message, 0, message.length), 0);
          return object;
        });
  }

  private static Optional<TypeDef> type(TypeName name) {
    // Options of a deletion come in the group of what is deleted.
    return name.kind().equals("DeleteOptions")
        ? Optional.of(BuiltIns.type("meta.DeleteOptions"))
        : BuiltIns.schema(name).map(BuiltInSchema::top);
  }

  private static void read(ObjectNode object, Map<Integer, Slot> slots, WireReader in, int depth) {
    if (depth > MOST_DEPTH) throw new IllegalArgumentException("too deep");
    while (in.next()) {
      switch (slots.get(in.field())) {
        case null -> in.skip();
        case Embedded(var inner) -> read(object, inner, in.nested(), depth + 1);
        case Value(Field field) -> {
          switch (field.type()) {
            case FieldType.ListOf(FieldType item) -> {
              var value = read(item, in, depth);
              object.withArrayProperty(field.name()).add(value);
            }
            case FieldType.MapOf(FieldType part) ->
                entry(object.withObjectProperty(field.name()), part, in.nested(), depth);
            default -> {
              var value = read(field.type(), in, depth);
              if (value != null
                  && (field.byPresence() || !BuiltInSchema.isZero(value, field.type())))
                object.set(field.name(), value);
            }
          }
        }
      }
    }
  }

  private static void entry(ObjectNode map, FieldType part, WireReader in, int depth) {
    String key = "";
    @Nullable JsonNode value = null;
    while (in.next()) {
      switch (in.field()) {
        case 1 -> key = in.text();
        case 2 -> value = read(part, in, depth);
        default -> in.skip();
      }
    }
    map.set(key, value == null ? JSON.textNode("") : value);
  }

  private static @Nullable JsonNode read(FieldType type, WireReader in, int depth) {
    return switch (type) {
      case FieldType.Ref(String name) -> {
        var object = JSON.objectNode();
        read(object, layout(BuiltIns.type(name)), in.nested(), depth + 1);
        yield object;
      }
      // A list as the value of a map is a message with one repeated field.
      case FieldType.ListOf(FieldType item) -> {
        var list = JSON.arrayNode();
        var nested = in.nested();
        while (nested.next()) list.add(read(item, nested, depth + 1));
        yield list;
      }
      case FieldType.MapOf(FieldType part) -> {
        var map = JSON.objectNode();
        entry(map, part, in.nested(), depth + 1);
        yield map;
      }
      case FieldType.Basic basic ->
          switch (basic) {
            case TEXT -> JSON.textNode(in.text());
            case BOOLEAN -> JSON.booleanNode(in.number() != 0);
            case INT32, INT64 -> JSON.numberNode(in.number());
            case NUMBER -> JSON.numberNode(in.fraction());
            case BYTES -> JSON.textNode(Base64.getEncoder().encodeToString(in.bytes()));
            case TIME, MICRO_TIME -> time(in.nested(), basic == FieldType.Basic.MICRO_TIME);
            case QUANTITY -> JSON.textNode(only(in.nested()));
            case INT_OR_STRING -> intOrString(in.nested());
            case ANYTHING -> json(only(in.nested()));
          };
    };
  }

  private static String only(WireReader in) {
    String text = "";
    while (in.next()) {
      if (in.field() == 1) text = in.text();
      else in.skip();
    }
    return text;
  }

  private static JsonNode json(String text) {
    try {
      return text.isEmpty() ? JSON.nullNode() : MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no JSON where some is expected", e);
    }
  }

  private static @Nullable JsonNode time(WireReader in, boolean micro) {
    long seconds = Long.MIN_VALUE;
    long nanos = 0;
    while (in.next()) {
      switch (in.field()) {
        case 1 -> seconds = in.number();
        case 2 -> nanos = in.number();
        default -> in.skip();
      }
    }
    if (seconds == Long.MIN_VALUE) return null;
    var time = Instant.ofEpochSecond(seconds, micro ? nanos : 0).truncatedTo(ChronoUnit.MICROS);
    String text = time.toString();
    return JSON.textNode(micro && !text.contains(".") ? text.replace("Z", ".000000Z") : text);
  }

  private static JsonNode intOrString(WireReader in) {
    long type = 0;
    long number = 0;
    String text = "";
    while (in.next()) {
      switch (in.field()) {
        case 1 -> type = in.number();
        case 2 -> number = in.number();
        case 3 -> text = in.text();
        default -> in.skip();
      }
    }
    return type == 0 ? JSON.numberNode((int) number) : JSON.textNode(text);
  }

  /// Writes one object.
  ///
  /// @return empty for a kind whose types are not known here
  public static Optional<byte[]> write(TypeName name, JsonNode object) {
    return type(name).map(type -> write(object, layout(type)).toBytes());
  }

  /// Writes a list of objects of one kind.
  ///
  /// @param name of the items
  /// @return empty for a kind whose types are not known here
  public static Optional<byte[]> writeList(TypeName name, JsonNode list) {
    return type(name)
        .map(type -> {
          var out = new WireWriter();
          out.message(1, write(list.path("metadata"), layout(BuiltIns.type("meta.ListMeta"))));
          for (var item : list.path("items")) out.message(2, write(item, layout(type)));
          return out.toBytes();
        });
  }

  /// Writes a `Status`.
  public static byte[] writeStatus(JsonNode status) {
    return write(status, layout(BuiltIns.type("meta.Status"))).toBytes();
  }

  private static WireWriter write(JsonNode object, Map<Integer, Slot> slots) {
    var out = new WireWriter();
    slots.forEach((number, slot) -> {
      switch (slot) {
        case Embedded(var inner) -> out.message(number, write(object, inner));
        case Value(Field field) -> {
          var value = object.path(field.name());
          if (value.isMissingNode() || value.isNull()) return;
          switch (field.type()) {
            case FieldType.ListOf(FieldType item) ->
                value.forEach(each -> write(out, number, item, each));
            case FieldType.MapOf(FieldType part) ->
                value
                    .properties()
                    .forEach(entry -> {
                      var pair = new WireWriter();
                      pair.text(1, entry.getKey());
                      write(pair, 2, part, entry.getValue());
                      out.message(number, pair);
                    });
            default -> write(out, number, field.type(), value);
          }
        }
      }
    });
    return out;
  }

  private static void write(WireWriter out, int number, FieldType type, JsonNode value) {
    switch (type) {
      case FieldType.Ref(String name) ->
          out.message(number, write(value, layout(BuiltIns.type(name))));
      case FieldType.ListOf(FieldType item) -> {
        var list = new WireWriter();
        value.forEach(each -> write(list, 1, item, each));
        out.message(number, list);
      }
      case FieldType.MapOf(FieldType part) ->
          value
              .properties()
              .forEach(entry -> {
                var pair = new WireWriter();
                pair.text(1, entry.getKey());
                write(pair, 2, part, entry.getValue());
                out.message(number, pair);
              });
      case FieldType.Basic basic -> {
        switch (basic) {
          case TEXT -> out.text(number, value.asText());
          case BOOLEAN -> out.number(number, value.asBoolean() ? 1 : 0);
          case INT32, INT64 -> out.number(number, value.asLong());
          case NUMBER -> out.fraction(number, value.asDouble());
          case BYTES -> out.bytes(number, bytes(value));
          case TIME, MICRO_TIME -> out.message(number, time(value));
          case QUANTITY -> out.message(number, only(value.asText()));
          case INT_OR_STRING -> out.message(number, intOrString(value));
          case ANYTHING -> out.message(number, only(value.toString()));
        }
      }
    }
  }

  private static byte[] bytes(JsonNode value) {
    try {
      return value.isBinary()
          ? value.binaryValue()
          : Base64.getDecoder().decode(value.asText().getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static WireWriter time(JsonNode value) {
    var time = OffsetDateTime.parse(value.asText()).toInstant();
    var out = new WireWriter();
    out.number(1, time.getEpochSecond());
    out.number(2, time.getNano());
    return out;
  }

  private static WireWriter only(String text) {
    var out = new WireWriter();
    out.text(1, text);
    return out;
  }

  private static WireWriter intOrString(JsonNode value) {
    var out = new WireWriter();
    out.number(1, value.isTextual() ? 1 : 0);
    if (value.isTextual()) out.text(3, value.asText());
    else out.number(2, value.asLong());
    return out;
  }
}

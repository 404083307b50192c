package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads the protobuf that kubectl's generators send, by a small table of messages: there is no
/// JSON to fall back to for `kubectl create configmap` and its like. Answers are always JSON.
final class Protobuf {
  private Protobuf() {}

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final byte[] MAGIC = {'k', '8', 's', 0};
  private static final int MOST_DEPTH = 20;
  private static final Map<String, Map<Integer, Field>> MESSAGES = messages();

  private record Field(
      String name, String type, boolean repeated, boolean map, boolean byPresence) {
    static Field of(String text) {
      var blank = text.indexOf(' ');
      var type = text.substring(blank + 1);
      var byPresence = type.endsWith("?");
      var repeated = type.startsWith("*");
      var map = type.startsWith("map:");
      var bare = type.substring(repeated ? 1 : map ? 4 : 0, type.length() - (byPresence ? 1 : 0));
      return new Field(text.substring(0, blank), bare, repeated, map, byPresence);
    }
  }

  private static Map<String, Map<Integer, Field>> messages() {
    try (var in = Objects.requireNonNull(Protobuf.class.getResourceAsStream("protobuf.yaml"))) {
      var messages = new HashMap<String, Map<Integer, Field>>();
      for (var message : Bodies.YAML.readTree(in).properties()) {
        var fields = new HashMap<Integer, Field>();
        for (var field : message.getValue().properties()) {
          fields.put(Integer.parseInt(field.getKey()), Field.of(field.getValue().asText()));
        }
        messages.put(message.getKey(), fields);
      }
      return messages;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// @throws Refusal 400 when this is not such an envelope, 415 for a message that is not in the
  ///   table
  static ObjectNode read(byte[] body, ResourceKind kind) {
    if (body.length < 4 || !Arrays.equals(MAGIC, 0, 4, body, 0, 4)) {
      throw Bodies.unrecognized(kind, "the envelope of a Kubernetes protobuf is missing", "");
    }
    try {
      var envelope = new Reader(body, 4, body.length);
      var apiVersion = "";
      var type = "";
      byte[] raw = {};
      while (envelope.next()) {
        if (envelope.field == 1) {
          var meta = envelope.nested();
          while (meta.next()) {
            if (meta.field == 1) {
              apiVersion = meta.text();
            } else if (meta.field == 2) {
              type = meta.text();
            } else {
              meta.skip();
            }
          }
        } else if (envelope.field == 2) {
          raw = envelope.bytes();
        } else {
          envelope.skip();
        }
      }
      var name = MESSAGES.containsKey(type + "." + apiVersion) ? type + "." + apiVersion : type;
      if (!MESSAGES.containsKey(name)) {
        throw Refusal.unsupportedMedia(Media.KNOWN.subList(0, 2));
      }
      var object = JSON.objectNode().put("kind", type).put("apiVersion", apiVersion);
      object.setAll(message(name, new Reader(raw, 0, raw.length), 0));
      return object;
    } catch (IndexOutOfBoundsException | IllegalArgumentException _) {
      throw Bodies.unrecognized(kind, "proto: cannot parse invalid wire-format data", "");
    }
  }

  private static ObjectNode message(String type, Reader in, int depth) {
    var fields = MESSAGES.get(type);
    if (fields == null || depth > MOST_DEPTH) {
      throw new IllegalArgumentException("no message " + type + ", or too deep");
    }
    var object = JSON.objectNode();
    while (in.next()) {
      var field = fields.get(in.field);
      if (field == null) {
        in.skip();
      } else if (field.map()) {
        entry(object.withObjectProperty(field.name()), field, in.nested());
      } else {
        var value = value(field.type(), in, depth);
        if (field.repeated()) {
          object.withArrayProperty(field.name()).add(value == null ? JSON.objectNode() : value);
        } else if (value != null && (field.byPresence() || !zero(value))) {
          object.set(field.name(), value);
        }
      }
    }
    return object;
  }

  private static boolean zero(JsonNode value) {
    return (value.isTextual() && value.asText().isEmpty())
        || (value.isNumber() && value.asLong() == 0)
        || (value.isBoolean() && !value.asBoolean())
        || (value.isContainerNode() && value.isEmpty());
  }

  private static void entry(ObjectNode map, Field field, Reader in) {
    var key = "";
    JsonNode value = JSON.textNode("");
    while (in.next()) {
      if (in.field == 1) {
        key = in.text();
      } else {
        value =
            field.type().equals("bytes") ? JSON.binaryNode(in.bytes()) : JSON.textNode(in.text());
      }
    }
    map.set(key, value.isBinary() ? JSON.textNode(value.asText()) : value);
  }

  private static @Nullable JsonNode value(String type, Reader in, int depth) {
    return switch (type) {
      case "string" -> JSON.textNode(in.text());
      case "int" -> JSON.numberNode(in.number());
      case "bool" -> JSON.booleanNode(in.number() != 0);
      case "Time" -> time(in.nested());
      case "IntOrString" -> intOrString(in.nested());
      case "Quantity" -> quantity(in.nested());
      default -> message(type, in.nested(), depth + 1);
    };
  }

  private static @Nullable JsonNode time(Reader in) {
    long seconds = Long.MIN_VALUE;
    while (in.next()) {
      if (in.field == 1) {
        seconds = in.number();
      } else {
        in.skip();
      }
    }
    return seconds == Long.MIN_VALUE
        ? null
        : JSON.textNode(Instant.ofEpochSecond(seconds).toString());
  }

  private static JsonNode intOrString(Reader in) {
    long type = 0;
    long number = 0;
    var text = "";
    while (in.next()) {
      switch (in.field) {
        case 1 -> type = in.number();
        case 2 -> number = in.number();
        case 3 -> text = in.text();
        default -> in.skip();
      }
    }
    return type == 0 ? JSON.numberNode(number) : JSON.textNode(text);
  }

  private static JsonNode quantity(Reader in) {
    var text = "";
    while (in.next()) {
      text = in.text();
    }
    return JSON.textNode(text);
  }

  /// The wire format: a number of the field, then its value.
  private static final class Reader {
    private final byte[] bytes;
    private final int end;
    private int at;
    private int wire;
    private int field;

    Reader(byte[] bytes, int start, int end) {
      this.bytes = bytes;
      this.at = start;
      this.end = end;
    }

    boolean next() {
      if (at >= end) {
        return false;
      }
      long tag = varint();
      field = (int) (tag >>> 3);
      wire = (int) (tag & 7);
      return true;
    }

    long number() {
      if (wire != 0) {
        throw new IllegalArgumentException("not a number");
      }
      return varint();
    }

    byte[] bytes() {
      if (wire != 2) {
        throw new IllegalArgumentException("not of a given length");
      }
      long length = varint();
      if (length < 0 || length > end - at) {
        throw new IllegalArgumentException("longer than what is left");
      }
      var part = Arrays.copyOfRange(bytes, at, at + (int) length);
      at += (int) length;
      return part;
    }

    String text() {
      return new String(bytes(), StandardCharsets.UTF_8);
    }

    Reader nested() {
      var part = bytes();
      return new Reader(part, 0, part.length);
    }

    void skip() {
      switch (wire) {
        case 0 -> varint();
        case 1 -> at += 8;
        case 2 -> bytes();
        case 5 -> at += 4;
        default -> throw new IllegalArgumentException("unknown wire type " + wire);
      }
    }

    private long varint() {
      long value = 0;
      for (int shift = 0; shift < 64; shift += 7) {
        if (at >= end) {
          throw new IllegalArgumentException("ends inside a number");
        }
        byte part = bytes[at++];
        value |= (long) (part & 0x7f) << shift;
        if (part >= 0) {
          return value;
        }
      }
      throw new IllegalArgumentException("a number of more than ten bytes");
    }
  }
}

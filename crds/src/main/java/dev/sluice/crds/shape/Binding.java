package dev.sluice.crds.shape;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Records from JSON and back, for the Java types that custom resources use: text, numbers,
/// booleans, instants, enums (by their `toString`), lists, maps, records, and JSON that is only
/// passed on.
///
/// Stricter than a general binding where leniency hides mistakes (a number is never taken for a
/// text) and laxer where a newer version of a kind must stay readable (unknown fields are ignored).
/// Null is the same as absent everywhere, as the API server has it.
public final class Binding {
  /// Deeper than any shape we have; a recursive one must not end in a stack overflow.
  private static final int MAX_DEPTH = 64;

  private static final ClassValue<Shape> SHAPES =
      new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
          return Shape.of(type);
        }
      };

  private Binding() {}

  /// @throws Unreadable naming the first field that has another type than it should, or is required
  ///   and absent
  public static <R extends Record> R read(Class<R> type, JsonNode json) {
    return type.cast(record(type, json, "", 0));
  }

  /// Absent fields, empty lists and empty maps are left out.
  public static ObjectNode write(Record value) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    Shape shape = SHAPES.get(value.getClass());
    for (Component component : shape.components()) {
      JsonNode json = write(component.get(value));
      if (json != null) {
        object.set(component.name(), json);
      }
    }
    return object;
  }

  /// As [#write], in plain Java maps and lists, which is what clients take.
  public static Map<String, Object> writeMap(Record value) {
    return asMap(write(value));
  }

  /// The components of a record in the order in which they are declared.
  static List<Component> components(Class<?> record) {
    return SHAPES.get(record).components();
  }

  private static Object record(Class<?> type, JsonNode json, String path, int depth) {
    if (!json.isObject()) {
      throw wrongType(path, "an object", json);
    }
    if (depth > MAX_DEPTH) {
      throw new Unreadable(path, "is nested deeper than " + MAX_DEPTH + " levels");
    }
    Shape shape = SHAPES.get(type);
    @Nullable Object[] values = new @Nullable Object[shape.components().size()];
    for (int i = 0; i < values.length; i++) {
      Component component = shape.components().get(i);
      String at = path.isEmpty() ? component.name() : path + "." + component.name();
      JsonNode value = json.get(component.name());
      if (value == null || value.isNull()) {
        if (component.required()) {
          throw new Unreadable(at, "is required");
        }
        values[i] = absent(component.raw());
      } else {
        values[i] = value(component.type(), value, at, depth + 1);
      }
    }
    return shape.create(values, path);
  }

  private static @Nullable Object absent(Class<?> type) {
    if (type == List.class) {
      return List.of();
    }
    if (type == Map.class) {
      return Map.of();
    }
    if (type == int.class) {
      return 0;
    }
    if (type == long.class) {
      return 0L;
    }
    return type == boolean.class ? false : null;
  }

  private static @Nullable Object value(Type type, JsonNode json, String path, int depth) {
    if (type instanceof ParameterizedType generic) {
      return generic.getRawType() == List.class
          ? list(generic.getActualTypeArguments()[0], json, path, depth)
          : map(generic.getActualTypeArguments()[1], json, path, depth);
    }
    Class<?> raw = (Class<?>) type;
    if (raw == JsonNode.class) {
      return json;
    }
    if (raw == String.class) {
      if (!json.isTextual()) {
        throw wrongType(path, "a text", json);
      }
      return json.textValue();
    }
    if (raw == Boolean.class || raw == boolean.class) {
      if (!json.isBoolean()) {
        throw wrongType(path, "true or false", json);
      }
      return json.booleanValue();
    }
    if (raw == Double.class) {
      if (!json.isNumber()) {
        throw wrongType(path, "a number", json);
      }
      return json.doubleValue();
    }
    if (raw == Integer.class || raw == int.class) {
      return (int) whole(json, path, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
    if (raw == Long.class || raw == long.class) {
      return whole(json, path, Long.MIN_VALUE, Long.MAX_VALUE);
    }
    if (raw == Instant.class) {
      return instant(json, path);
    }
    if (raw.isEnum()) {
      return constant(raw, json, path);
    }
    return record(raw, json, path, depth);
  }

  private static List<Object> list(Type element, JsonNode json, String path, int depth) {
    if (!json.isArray()) {
      throw wrongType(path, "a list", json);
    }
    var values = new ArrayList<>();
    for (int i = 0; i < json.size(); i++) {
      Object value =
          json.get(i).isNull() ? null : value(element, json.get(i), path + "[" + i + "]", depth);
      if (value != null) {
        values.add(value);
      }
    }
    return List.copyOf(values);
  }

  private static Map<String, Object> map(Type type, JsonNode json, String path, int depth) {
    if (!json.isObject()) {
      throw wrongType(path, "an object", json);
    }
    var values = new LinkedHashMap<String, Object>();
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      if (entry.getValue().isNull()) {
        continue;
      }
      Object value = value(type, entry.getValue(), path + "." + entry.getKey(), depth);
      if (value != null) {
        values.put(entry.getKey(), value);
      }
    }
    return java.util.Collections.unmodifiableMap(values);
  }

  private static long whole(JsonNode json, String path, long min, long max) {
    if (!json.isNumber()) {
      throw wrongType(path, "a whole number", json);
    }
    BigInteger whole;
    try {
      // 5.0 is the whole number 5, as it is for the API server
      BigDecimal exact = json.decimalValue();
      if (exact.scale() < -20) {
        throw new ArithmeticException("too large");
      }
      whole = exact.toBigIntegerExact();
    } catch (ArithmeticException _) {
      throw wrongType(path, "a whole number", json);
    }
    if (whole.compareTo(BigInteger.valueOf(min)) < 0
        || whole.compareTo(BigInteger.valueOf(max)) > 0) {
      throw new Unreadable(path, whole + " is outside " + min + " to " + max);
    }
    return whole.longValueExact();
  }

  private static Instant instant(JsonNode json, String path) {
    if (!json.isTextual()) {
      throw wrongType(path, "a time", json);
    }
    try {
      return OffsetDateTime.parse(json.textValue()).toInstant();
    } catch (DateTimeException _) {
      throw new Unreadable(
          path, shown(json) + " is not a time such as 2026-11-21T12:00:00Z (RFC 3339)");
    }
  }

  /// The empty text stands for absent, as Flagger writes it.
  private static @Nullable Object constant(Class<?> type, JsonNode json, String path) {
    if (!json.isTextual()) {
      throw wrongType(path, "a text", json);
    }
    if (json.textValue().isEmpty()) {
      return null;
    }
    Object[] constants = type.getEnumConstants();
    for (Object constant : constants) {
      if (constant.toString().equals(json.textValue())) {
        return constant;
      }
    }
    throw new Unreadable(
        path,
        shown(json)
            + " is not one of "
            + Arrays.stream(constants).map(Object::toString).collect(Collectors.joining(", ")));
  }

  private static Unreadable wrongType(String path, String expected, JsonNode found) {
    return new Unreadable(path, "must be " + expected + ", not " + shown(found));
  }

  private static String shown(JsonNode json) {
    return switch (json.getNodeType()) {
      case OBJECT -> "an object";
      case ARRAY -> "a list";
      case STRING -> "'" + shortened(json.textValue()) + "'";
      default -> shortened(json.toString());
    };
  }

  private static String shortened(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }

  private static @Nullable JsonNode write(@Nullable Object value) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    return switch (value) {
      case null -> null;
      case JsonNode node -> node;
      case String text -> json.textNode(text);
      case Boolean flag -> json.booleanNode(flag);
      case Integer number -> json.numberNode(number);
      case Long number -> json.numberNode(number);
      case Double number ->
          number == Math.rint(number) && Math.abs(number) < 1e15
              ? json.numberNode(number.longValue())
              : json.numberNode(number);
      case Instant time ->
          json.textNode(time.truncatedTo(java.time.temporal.ChronoUnit.MILLIS).toString());
      case Enum<?> constant -> json.textNode(constant.toString());
      case List<?> list -> {
        var array = json.arrayNode();
        list.forEach(element -> array.add(write(element)));
        yield array.isEmpty() ? null : array;
      }
      case Map<?, ?> map -> {
        var object = json.objectNode();
        map.forEach((key, element) -> object.set((String) key, write(element)));
        yield object.isEmpty() ? null : object;
      }
      case Record record -> {
        ObjectNode object = write(record);
        yield object.isEmpty() ? null : object;
      }
      default -> throw new IllegalArgumentException("cannot write a " + value.getClass());
    };
  }

  /// JSON as plain Java maps and lists.
  static Map<String, Object> asMap(JsonNode object) {
    var map = new LinkedHashMap<String, Object>();
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      map.put(entry.getKey(), asJava(entry.getValue()));
    }
    return map;
  }

  @SuppressWarnings("NullAway") // a null in a merge patch removes the field, so maps may hold it
  private static Object asJava(JsonNode json) {
    return switch (json.getNodeType()) {
      case OBJECT -> asMap(json);
      case ARRAY -> {
        var list = new ArrayList<Object>();
        json.forEach(element -> list.add(asJava(element)));
        yield list;
      }
      case BOOLEAN -> json.booleanValue();
      case NUMBER -> json.numberValue();
      case STRING -> json.textValue();
      default -> null;
    };
  }

  /// One component of a record and its name in JSON.
  record Component(String name, RecordComponent declared, boolean required) {
    Type type() {
      return declared.getGenericType();
    }

    Class<?> raw() {
      return declared.getType();
    }

    @Nullable Field field() {
      return declared.getAnnotation(Field.class);
    }

    @Nullable Object get(Record of) {
      try {
        return declared.getAccessor().invoke(of);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("cannot read " + declared, e);
      }
    }
  }

  private record Shape(Constructor<?> constructor, List<Component> components) {
    static Shape of(Class<?> type) {
      RecordComponent[] declared = type.getRecordComponents();
      if (declared == null) {
        throw new IllegalArgumentException(type + " is not a record");
      }
      var components = new ArrayList<Component>();
      for (RecordComponent component : declared) {
        Field field = component.getAnnotation(Field.class);
        String name = field == null || field.name().isEmpty() ? component.getName() : field.name();
        component.getAccessor().setAccessible(true);
        components.add(new Component(name, component, field != null && field.required()));
      }
      try {
        Constructor<?> constructor =
            type.getDeclaredConstructor(
                Arrays.stream(declared).map(RecordComponent::getType).toArray(Class<?>[]::new));
        constructor.setAccessible(true);
        return new Shape(constructor, List.copyOf(components));
      } catch (NoSuchMethodException e) {
        throw new IllegalArgumentException(type + " has no canonical constructor", e);
      }
    }

    Object create(@Nullable Object[] values, String path) {
      try {
        return constructor.newInstance(values);
      } catch (InvocationTargetException e) {
        if (e.getCause() instanceof IllegalArgumentException refused) {
          throw new Unreadable(path, String.valueOf(refused.getMessage()));
        }
        throw new IllegalStateException("cannot create " + constructor, e);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("cannot create " + constructor, e);
      }
    }
  }
}

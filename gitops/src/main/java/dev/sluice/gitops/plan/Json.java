package dev.sluice.gitops.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Ways through values made of maps, lists and scalars.
final class Json {
  private Json() {}

  static Optional<Object> at(Map<String, Object> object, List<String> path) {
    Object value = object;
    for (String name : path) {
      value = value instanceof Map<?, ?> map ? map.get(name) : null;
    }
    return Optional.ofNullable(value);
  }

  /// The value as an object; empty for anything else.
  @SuppressWarnings("unchecked") // JSON has no other keys
  static Map<String, Object> object(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }

  /// The objects in a list; empty for anything else.
  static List<Map<String, Object>> objects(Optional<Object> value) {
    var all = new ArrayList<Map<String, Object>>();
    if (value.orElse(null) instanceof List<?> list) {
      for (Object item : list) {
        if (item instanceof Map<?, ?>) {
          all.add(object(item));
        }
      }
    }
    return all;
  }

  /// A copy with another value at a path; members on the way are made. Without a value the member
  /// is taken out, and an object that becomes empty by that stays.
  static Map<String, Object> with(
      Map<String, Object> object, List<String> path, Optional<Object> value) {
    var copy = new LinkedHashMap<>(object);
    String name = path.getFirst();
    if (path.size() == 1) {
      value.ifPresentOrElse(v -> copy.put(name, v), () -> copy.remove(name));
    } else if (value.isPresent() || copy.get(name) instanceof Map<?, ?>) {
      copy.put(name, with(object(copy.get(name)), path.subList(1, path.size()), value));
    }
    return copy;
  }

  /// A JSON pointer as member names.
  static List<String> path(String pointer) {
    if (pointer.isEmpty()) {
      return List.of();
    }
    var path = new ArrayList<String>();
    for (String part : pointer.substring(1).split("/", -1)) {
      path.add(part.replace("~1", "/").replace("~0", "~"));
    }
    return path;
  }

  /// Member names as a JSON pointer.
  static String pointer(List<String> path) {
    var pointer = new StringBuilder();
    for (String part : path) {
      pointer.append('/').append(part.replace("~", "~0").replace("/", "~1"));
    }
    return pointer.toString();
  }
}

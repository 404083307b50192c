package dev.sluice.gitops.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.gitops.render.Manifest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Takes list items that a hand put in with kubectl into Git's ownership, so that the next apply,
/// which does not name them, removes them.
///
/// Server-side apply merges lists item by item: a Service whose port 80 was edited to 81 would
/// otherwise get both, with one name, and be refused for ever.
public final class Takeover {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Takeover() {}

  /// @param manager the field manager that applies what Git says
  /// @return the `metadata.managedFields` to write; empty when kubectl put no item into a list that
  ///   Git names
  public static Optional<List<Map<String, Object>>> of(
      Live live, Manifest payload, String manager) {
    Map<String, Object> taken = Map.of();
    var entries = new ArrayList<Map<String, Object>>();
    int ours = -1;
    for (Map<String, Object> entry : Json.objects(live.at(List.of("metadata", "managedFields")))) {
      String name = String.valueOf(entry.get("manager"));
      boolean main = !entry.containsKey("subresource");
      if (main && name.startsWith("kubectl")) {
        var split = split(Json.object(entry.get("fieldsV1")), payload.content());
        taken = merged(taken, split.taken());
        var rest = new LinkedHashMap<>(entry);
        rest.put("fieldsV1", split.left());
        entries.add(rest);
      } else {
        if (main && name.equals(manager) && "Apply".equals(entry.get("operation"))) {
          ours = entries.size();
        }
        entries.add(entry);
      }
    }
    if (taken.isEmpty()) {
      return Optional.empty();
    }
    var entry = new LinkedHashMap<String, Object>();
    if (ours < 0) {
      entry.put("manager", manager);
      entry.put("operation", "Apply");
      entry.put("apiVersion", payload.apiVersion());
      entry.put("fieldsType", "FieldsV1");
      entry.put("fieldsV1", taken);
      entries.add(entry);
    } else {
      entry.putAll(entries.get(ours));
      entry.put("fieldsV1", merged(Json.object(entry.get("fieldsV1")), taken));
      entries.set(ours, entry);
    }
    return Optional.of(List.copyOf(entries));
  }

  private record Split(Map<String, Object> taken, Map<String, Object> left) {}

  private static Split split(Map<String, Object> fields, @Nullable Object wanted) {
    var taken = new LinkedHashMap<String, Object>();
    var left = new LinkedHashMap<String, Object>();
    fields.forEach((name, below) -> {
      Optional<Object> item =
          name.startsWith("k:") ? item(wanted, keys(name.substring(2))) : Optional.empty();
      if (name.startsWith("k:") && wanted instanceof List<?> && item.isEmpty()) {
        taken.put(name, below);
        return;
      }
      Object inside =
          name.startsWith("f:") ? Json.object(wanted).get(name.substring(2)) : item.orElse(null);
      Split deeper = split(Json.object(below), inside);
      if (!deeper.taken().isEmpty()) {
        taken.put(name, deeper.taken());
      }
      if (!deeper.left().isEmpty() || deeper.taken().isEmpty()) {
        left.put(name, deeper.left());
      }
    });
    return new Split(taken, left);
  }

  /// The item with these keys; a key that Git leaves to its default counts as equal.
  private static Optional<Object> item(@Nullable Object wanted, Map<String, Object> keys) {
    if (wanted instanceof List<?> items) {
      for (Object item : items) {
        Map<String, Object> object = Json.object(item);
        boolean same =
            keys.entrySet().stream()
                .allMatch(key ->
                    !object.containsKey(key.getKey())
                        || key.getValue().equals(object.get(key.getKey())));
        if (same) {
          return Optional.of(object);
        }
      }
    }
    return Optional.empty();
  }

  private static Map<String, Object> keys(String json) {
    try {
      return Json.object(JSON.readValue(json, Object.class));
    } catch (JsonProcessingException e) {
      return Map.of();
    }
  }

  private static Map<String, Object> merged(Map<String, Object> one, Map<String, Object> other) {
    var all = new LinkedHashMap<>(one);
    other.forEach(
        (name, below) -> all.merge(name, below, (a, b) -> merged(Json.object(a), Json.object(b))));
    return all;
  }
}

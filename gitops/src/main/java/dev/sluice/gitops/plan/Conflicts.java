package dev.sluice.gitops.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Fields that applying would take from somebody who applies them too.
///
/// Who merely updated a field (a hand with `kubectl edit`, a controller's update) has drifted from
/// Git and is corrected. Who *applies* it holds the same kind of wish as Git does: taking the field
/// would start an endless exchange, so a person has to decide.
public final class Conflicts {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Conflicts() {}

  /// @param path as server-side apply writes paths, such as `.spec.ports[port=80]`
  public record Conflict(String manager, String path) {
    @Override
    public String toString() {
      return path + " (applied by \"" + manager + "\")";
    }
  }

  /// @param manager Git's own; its fields and those of kubectl and of Sluice's other parts are no
  ///   conflict
  public static List<Conflict> between(Live live, Live wouldBe, String manager) {
    var found = new ArrayList<Conflict>();
    for (FieldOwner owner : live.fieldOwners()) {
      if (owner.applies() && !yields(owner.manager(), manager)) {
        descend(owner.manager(), owner.fields(), live.content(), wouldBe.content(), "", found);
      }
    }
    return List.copyOf(found);
  }

  private static boolean yields(String owner, String manager) {
    return owner.equals(manager)
        || owner.startsWith("kubectl")
        || owner.startsWith("sluice-")
        || owner.equals("before-first-apply");
  }

  private static void descend(
      String manager,
      Map<String, Object> fields,
      @Nullable Object live,
      @Nullable Object wouldBe,
      String path,
      List<Conflict> found) {
    if (Objects.equals(live, wouldBe) || path.startsWith(".status")) {
      return;
    }
    if (fields.isEmpty()) {
      found.add(new Conflict(manager, path));
      return;
    }
    fields.forEach((name, below) -> {
      Map<String, Object> inside = Json.object(below);
      if (name.startsWith("f:")) {
        String member = name.substring(2);
        descend(
            manager,
            inside,
            Json.object(live).get(member),
            Json.object(wouldBe).get(member),
            path + "." + member,
            found);
      } else if (name.startsWith("k:")) {
        Map<String, Object> keys = keys(name.substring(2));
        descend(manager, inside, item(live, keys), item(wouldBe, keys), path + shown(keys), found);
      } else if (name.startsWith("v:") && contains(live, name) != contains(wouldBe, name)) {
        found.add(new Conflict(manager, path + "[=" + name.substring(2) + "]"));
      }
    });
  }

  private static Map<String, Object> keys(String json) {
    try {
      return Json.object(JSON.readValue(json, Object.class));
    } catch (JsonProcessingException e) {
      return Map.of();
    }
  }

  private static @Nullable Object item(@Nullable Object list, Map<String, Object> keys) {
    if (list instanceof List<?> items) {
      for (Object item : items) {
        if (Json.object(item).entrySet().containsAll(keys.entrySet())) {
          return item;
        }
      }
    }
    return null;
  }

  private static boolean contains(@Nullable Object list, String name) {
    try {
      return list instanceof List<?> items
          && items.contains(JSON.readValue(name.substring(2), Object.class));
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  private static String shown(Map<String, Object> keys) {
    var parts = new ArrayList<String>();
    keys.forEach(
        (key, value) -> parts.add(key + "=" + (value instanceof String s ? '"' + s + '"' : value)));
    return "[" + String.join(",", parts) + "]";
  }
}

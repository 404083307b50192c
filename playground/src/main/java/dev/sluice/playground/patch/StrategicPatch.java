package dev.sluice.playground.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.patch.PatchRefused.Why;
import dev.sluice.playground.schema.Node;
import dev.sluice.playground.schema.Schema;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Kubernetes' strategic merge: objects merge, keyed lists merge item by item, other lists are
/// replaced, and directives (`$patch`, `$retainKeys`, `$setElementOrder/…`,
/// `$deleteFromPrimitiveList/…`) say what merging alone cannot.
final class StrategicPatch {
  private static final String PATCH = "$patch";
  private static final String RETAIN = "$retainKeys";
  private static final String ORDER = "$setElementOrder/";
  private static final String DELETE = "$deleteFromPrimitiveList/";

  private StrategicPatch() {}

  static ObjectNode apply(ObjectNode target, JsonNode patch, Schema schema) {
    Limits.check(patch);
    if (!(patch instanceof ObjectNode changes))
      throw new PatchRefused(
          Why.UNREADABLE,
          "error decoding patch: json: cannot unmarshal "
              + Limits.goKind(patch)
              + " into Go value of type map[string]interface {}");
    ObjectNode patched = map(target, changes, schema.root());
    schema
        .undecodable(patched)
        .filter(problem -> problem.contains(" of type "))
        .ifPresent(problem -> {
          String type = problem.substring(problem.lastIndexOf(" of type ") + " of type ".length());
          throw new PatchRefused(
              Why.INVALID, "Invalid value: \"" + go(patch) + "\": unrecognized type: " + type);
        });
    return patched;
  }

  private static ObjectNode map(ObjectNode original, ObjectNode patch, Node node) {
    switch (patch.path(PATCH).asText("")) {
      case "" -> {}
      case "delete" -> {
        return JsonNodeFactory.instance.objectNode();
      }
      case "replace" -> {
        ObjectNode replacement = patch.deepCopy();
        replacement.remove(PATCH);
        return replacement;
      }
      case "merge" -> {}
      case String other -> throw new PatchRefused(Why.UNTYPED, "Unknown patch type: map: " + other);
    }
    ObjectNode out = original.deepCopy();
    retain(out, patch);
    for (var change : patch.properties()) {
      String key = change.getKey();
      if (key.startsWith(DELETE)) delete(out, key.substring(DELETE.length()), change.getValue());
    }
    for (var change : patch.properties()) {
      String key = change.getKey();
      JsonNode value = change.getValue();
      if (key.startsWith("$")) {
        if (key.startsWith(ORDER) && !patch.has(key.substring(ORDER.length())))
          reorder(out, key.substring(ORDER.length()), value, node);
        continue;
      }
      if (value.isNull()) {
        out.remove(key);
        continue;
      }
      Node below = node.at(key).orElseGet(node::items);
      out.set(key, merged(out.get(key), value, patch.get(ORDER + key), below));
    }
    return out;
  }

  private static void retain(ObjectNode out, ObjectNode patch) {
    if (!(patch.get(RETAIN) instanceof ArrayNode retained)) return;
    Set<String> keys = retained.valueStream().map(JsonNode::asText).collect(Collectors.toSet());
    for (var change : patch.properties())
      if (!change.getKey().startsWith("$")
          && !change.getValue().isNull()
          && !keys.contains(change.getKey()))
        throw new PatchRefused(
            Why.UNTYPED, "failed to parse the patch: " + RETAIN + " lacks " + change.getKey());
    out.retain(keys);
  }

  private static void delete(ObjectNode out, String list, JsonNode gone) {
    if (!(out.get(list) instanceof ArrayNode there)) return;
    ArrayNode left = JsonNodeFactory.instance.arrayNode();
    there.forEach(item -> {
      if (gone.valueStream().noneMatch(item::equals)) left.add(item);
    });
    out.set(list, left);
  }

  private static JsonNode merged(
      @Nullable JsonNode original, JsonNode patch, @Nullable JsonNode order, Node node) {
    if (patch instanceof ObjectNode changes)
      return map(
          original instanceof ObjectNode there ? there : JsonNodeFactory.instance.objectNode(),
          changes,
          node);
    if (!(patch instanceof ArrayNode changes) || !node.merge().lists()) return patch.deepCopy();
    ArrayNode there =
        original instanceof ArrayNode list ? list : JsonNodeFactory.instance.arrayNode();
    return node.merge().key().isEmpty()
        ? values(there, changes, order)
        : items(there, changes, order, node);
  }

  private static ArrayNode items(
      ArrayNode original, ArrayNode patch, @Nullable JsonNode order, Node node) {
    String key = node.merge().key();
    var removed = new HashSet<JsonNode>();
    var changes = new ArrayList<ObjectNode>();
    boolean replaces = false;
    for (JsonNode item : patch) {
      String directive = item.path(PATCH).asText("");
      if (directive.equals("replace")) {
        replaces = true;
        continue;
      }
      if (!(item instanceof ObjectNode change) || !change.has(key))
        throw new PatchRefused(
            Why.UNTYPED, "map: " + go(item) + " does not contain declared merge key: " + key);
      if (directive.equals("delete")) removed.add(change.path(key));
      else changes.add(change);
    }
    if (replaces) {
      ArrayNode out = JsonNodeFactory.instance.arrayNode();
      changes.forEach(out::add);
      return out;
    }
    Map<JsonNode, JsonNode> result = new java.util.LinkedHashMap<>();
    for (JsonNode item : original)
      if (!removed.contains(item.path(key))) result.put(item.path(key), item);
    for (ObjectNode change : changes) {
      JsonNode there = result.get(change.path(key));
      ObjectNode base =
          there instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode();
      result.put(change.path(key), map(base, change, node.items()));
    }
    List<JsonNode> patched =
        order instanceof ArrayNode wanted
            ? wanted.valueStream().map(item -> item.path(key)).toList()
            : changes.stream().map(item -> item.path(key)).toList();
    return ordered(result, patched, original.valueStream().map(item -> item.path(key)).toList());
  }

  private static ArrayNode values(ArrayNode original, ArrayNode patch, @Nullable JsonNode order) {
    Map<JsonNode, JsonNode> result = new java.util.LinkedHashMap<>();
    original.forEach(item -> result.put(item, item));
    patch.forEach(item -> result.put(item, item));
    JsonNode wanted = order == null ? patch : order;
    return ordered(result, wanted.valueStream().toList(), original.valueStream().toList());
  }

  private static void reorder(ObjectNode out, String list, JsonNode order, Node node) {
    if (!(out.get(list) instanceof ArrayNode there)) return;
    Node below = node.at(list).orElseGet(node::items);
    if (below.merge().lists())
      out.set(list, merged(there, JsonNodeFactory.instance.arrayNode(), order, below));
  }

  /// Items that the patch names come in its order; the others in the order in which they were, each
  /// before a named one only when it stood before it.
  private static ArrayNode ordered(
      Map<JsonNode, JsonNode> items, List<JsonNode> patched, List<JsonNode> was) {
    var named = patched.stream().filter(items::containsKey).distinct().toList();
    var others = items.keySet().stream().filter(k -> !named.contains(k)).toList();
    ArrayNode out = JsonNodeFactory.instance.arrayNode();
    int n = 0;
    int o = 0;
    while (n < named.size() || o < others.size()) {
      boolean otherFirst =
          n >= named.size()
              || (o < others.size()
                  && was.contains(named.get(n))
                  && was.indexOf(others.get(o)) < was.indexOf(named.get(n)));
      JsonNode next = otherFirst ? others.get(o++) : named.get(n++);
      Optional.ofNullable(items.get(next)).ifPresent(out::add);
    }
    return out;
  }

  /// A value as Go prints it.
  private static String go(JsonNode value) {
    return switch (value) {
      case ObjectNode object -> {
        var sorted = new TreeMap<String, JsonNode>();
        object.properties().forEach(e -> sorted.put(e.getKey(), e.getValue()));
        yield sorted.entrySet().stream()
            .map(e -> e.getKey() + ":" + go(e.getValue()))
            .collect(Collectors.joining(" ", "map[", "]"));
      }
      case ArrayNode list ->
          list.valueStream().map(StrategicPatch::go).collect(Collectors.joining(" ", "[", "]"));
      default -> value.isNull() ? "<nil>" : value.asText();
    };
  }
}

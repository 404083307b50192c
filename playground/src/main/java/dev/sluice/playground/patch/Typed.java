package dev.sluice.playground.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.schema.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Values seen through a kind's tree: which fields they have, how two of them differ, merging one
/// into another, taking fields away.
final class Typed {
  private Typed() {}

  /// How one value differs from another.
  ///
  /// @param modified what is there in both, and differs
  record Difference(FieldSet removed, FieldSet modified, FieldSet added) {
    FieldSet changed() {
      return modified.union(added);
    }
  }

  /// Whether the place is split into parts, for this value.
  private enum Form {
    LEAF,
    MAP,
    LIST
  }

  private static Form form(Node node, @Nullable JsonNode value) {
    if (node.atomic()) return Form.LEAF;
    return switch (node.shape()) {
      case MAP -> value == null || value.isNull() || value.isObject() ? Form.MAP : Form.LEAF;
      case LIST -> value == null || value.isNull() || value.isArray() ? Form.LIST : Form.LEAF;
      case ANY -> value != null && value.isObject() ? Form.MAP : Form.LEAF;
      case TEXT, NUMBER, BOOLEAN, SCALAR -> Form.LEAF;
    };
  }

  /// The fields of a configuration: what a manager owns by sending it.
  static FieldSet fields(JsonNode value, Node node) {
    var out = new FieldSet.Builder();
    switch (form(node, value)) {
      case LEAF -> {}
      case MAP -> {
        for (var entry : value.properties()) {
          PathElement step = new PathElement.Name(entry.getKey());
          JsonNode part = entry.getValue();
          Node below = below(node, entry.getKey());
          boolean leaf = form(below, part) == Form.LEAF;
          boolean empty = part.isNull() || (part.isObject() && part.isEmpty());
          if (leaf || empty || !node.declares(entry.getKey())) out.add(step);
          if (!leaf) out.put(step, fields(part, below));
        }
      }
      case LIST -> {
        for (JsonNode item : value) {
          PathElement step = step(item, node);
          out.add(step);
          out.put(step, fields(item, node.items()));
        }
      }
    }
    return out.build();
  }

  static Difference difference(JsonNode before, JsonNode after, Node node) {
    var out = new Differ();
    out.below(before, after, node);
    return new Difference(out.removed.build(), out.modified.build(), out.added.build());
  }

  private static final class Differ {
    private final FieldSet.Builder removed = new FieldSet.Builder();
    private final FieldSet.Builder modified = new FieldSet.Builder();
    private final FieldSet.Builder added = new FieldSet.Builder();

    private void at(
        PathElement step, @Nullable JsonNode before, @Nullable JsonNode after, Node node) {
      Form form = after != null ? form(node, after) : form(node, before);
      boolean split =
          form != Form.LEAF
              && (before == null || after == null || form == form(node, before))
              && !(empty(before) && empty(after));
      if (split) {
        var below = new Differ();
        below.below(before, after, node);
        removed.put(step, below.removed.build());
        modified.put(step, below.modified.build());
        added.put(step, below.added.build());
      } else if (before != null && after != null && !Values.equal(before, after)) {
        modified.add(step);
      }
      if (before == null) added.add(step);
      if (after == null) removed.add(step);
    }

    private void below(@Nullable JsonNode before, @Nullable JsonNode after, Node node) {
      if (form(node, after != null ? after : before) == Form.LIST) {
        Map<PathElement, JsonNode> old = items(before, node);
        Map<PathElement, JsonNode> now = items(after, node);
        Set<PathElement> steps = new LinkedHashSet<>(old.keySet());
        steps.addAll(now.keySet());
        for (PathElement step : steps) at(step, old.get(step), now.get(step), node.items());
        return;
      }
      Set<String> names = new LinkedHashSet<>();
      if (before != null) before.fieldNames().forEachRemaining(names::add);
      if (after != null) after.fieldNames().forEachRemaining(names::add);
      for (String name : names)
        at(
            new PathElement.Name(name),
            before == null ? null : before.get(name),
            after == null ? null : after.get(name),
            Typed.below(node, name));
    }
  }

  private static boolean empty(@Nullable JsonNode value) {
    return value == null || value.isNull() || (value.isContainerNode() && value.isEmpty());
  }

  /// The first value with the second laid over it: leaves of the second win, lists by their keys.
  static JsonNode merged(JsonNode under, JsonNode over, Node node) {
    Form form = form(node, over);
    if (form == Form.LEAF || form(node, under) != form || (empty(under) && empty(over)))
      return over.deepCopy();
    if (form == Form.LIST) return mergedList(under, over, node);
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    for (var entry : under.properties()) {
      JsonNode above = over.get(entry.getKey());
      out.set(
          entry.getKey(),
          above == null
              ? entry.getValue().deepCopy()
              : merged(entry.getValue(), above, below(node, entry.getKey())));
    }
    for (var entry : over.properties())
      if (!out.has(entry.getKey())) out.set(entry.getKey(), entry.getValue().deepCopy());
    return out;
  }

  /// The order of the applied items decides; what others have keeps its place relative to those
  /// that both know.
  private static ArrayNode mergedList(JsonNode under, JsonNode over, Node node) {
    Map<PathElement, JsonNode> right = items(over, node);
    Map<PathElement, JsonNode> left = items(under, node);
    List<JsonNode> leftItems = under.valueStream().toList();
    List<PathElement> leftSteps = leftItems.stream().map(item -> step(item, node)).toList();
    List<PathElement> rightSteps = List.copyOf(right.keySet());
    var shared = new java.util.ArrayDeque<>(rightSteps.stream().filter(left::containsKey).toList());
    var taken = new HashSet<PathElement>();
    ArrayNode out = JsonNodeFactory.instance.arrayNode();
    int l = 0;
    int r = 0;
    while (l < leftSteps.size() || r < rightSteps.size()) {
      PathElement mine = l < leftSteps.size() ? leftSteps.get(l) : null;
      PathElement theirs = r < rightSteps.size() ? rightSteps.get(r) : null;
      if (mine != null && theirs != null) {
        boolean waitsForItsTurn =
            !mine.equals(theirs)
                && right.containsKey(mine)
                && !shared.isEmpty()
                && !shared.getFirst().equals(mine);
        if (waitsForItsTurn) {
          l++;
          continue;
        }
      }
      if (mine != null && !mine.equals(theirs)) {
        if (!right.containsKey(mine)) {
          out.add(leftItems.get(l).deepCopy());
          l++;
          continue;
        }
        if (taken.contains(mine)) l++;
      }
      if (theirs == null) continue;
      if (theirs.equals(mine)) l++;
      taken.add(theirs);
      if (theirs.equals(shared.peekFirst())) shared.removeFirst();
      JsonNode below = left.get(theirs);
      JsonNode above = right.getOrDefault(theirs, NullNode.instance);
      out.add(below == null ? above.deepCopy() : merged(below, above, node.items()));
      r++;
    }
    return out;
  }

  /// The value without the given fields and all below them; null when nothing is left of it.
  static @Nullable JsonNode without(JsonNode value, FieldSet fields, Node node) {
    return switch (form(node, value)) {
      case LEAF -> value.deepCopy();
      case MAP -> {
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        for (var entry : value.properties()) {
          PathElement step = new PathElement.Name(entry.getKey());
          if (fields.has(step)) continue;
          JsonNode left = kept(entry.getValue(), fields.child(step), below(node, entry.getKey()));
          if (left != null) out.set(entry.getKey(), left);
        }
        yield out.isEmpty() ? null : out;
      }
      case LIST -> {
        ArrayNode out = JsonNodeFactory.instance.arrayNode();
        for (JsonNode item : value) {
          PathElement step = step(item, node);
          if (fields.has(step)) continue;
          JsonNode left = kept(item, fields.child(step), node.items());
          if (left != null) out.add(left);
        }
        yield out.isEmpty() ? null : out;
      }
    };
  }

  private static @Nullable JsonNode kept(JsonNode value, FieldSet fields, Node node) {
    return fields.isEmpty() ? value.deepCopy() : without(value, fields, node);
  }

  private static Node below(Node node, String name) {
    return node.at(name).orElseGet(node::items);
  }

  private static Map<PathElement, JsonNode> items(@Nullable JsonNode list, Node node) {
    var items = new LinkedHashMap<PathElement, JsonNode>();
    if (list != null) list.forEach(item -> items.putIfAbsent(step(item, node), item));
    return items;
  }

  /// What tells an item of a list apart: its keys, defaults filled in, or itself.
  static PathElement step(JsonNode item, Node list) {
    if (list.set()) return new PathElement.Value(item);
    var fields = new TreeMap<String, JsonNode>();
    for (String key : list.keys()) {
      JsonNode value = item.get(key);
      if (value != null && !value.isNull()) fields.put(key, value);
      else list.items().at(key).flatMap(Node::fallback).ifPresent(d -> fields.put(key, d));
    }
    return new PathElement.Key(fields);
  }

  /// What keeps a configuration from fitting the tree, each with its path.
  static List<String> misfits(JsonNode value, Node node) {
    var found = new ArrayList<String>();
    misfits(value, node, "", found);
    return found;
  }

  private static void misfits(JsonNode value, Node node, String path, List<String> found) {
    if (value.isNull()) return;
    String at = path.isEmpty() ? "" : path + ": ";
    switch (node.shape()) {
      case ANY -> {}
      case TEXT -> {
        if (!value.isTextual())
          found.add(at + "expected string, got &value.valueUnstructured{Value:" + value + "}");
      }
      case NUMBER -> {
        if (!value.isNumber())
          found.add(at + "expected numeric (int or float), got " + goType(value));
      }
      case BOOLEAN -> {
        if (!value.isBoolean()) found.add(at + "expected boolean, got " + goType(value));
      }
      case SCALAR -> {
        if (value.isContainerNode()) found.add(at + "expected scalar, got " + goType(value));
      }
      case MAP -> {
        if (!value.isObject()) found.add(at + "expected map, got &{" + value + "}");
        for (var entry : value.properties()) {
          String below = path + "." + entry.getKey();
          node.at(entry.getKey())
              .ifPresentOrElse(
                  part -> misfits(entry.getValue(), part, below, found),
                  () -> found.add(below + ": field not declared in schema"));
        }
      }
      case LIST -> {
        if (!value.isArray()) found.add(at + "expected list, got &{" + value + "}");
        else items(value, node, path, found);
      }
    }
  }

  private static void items(JsonNode list, Node node, String path, List<String> found) {
    var seen = new HashSet<PathElement>();
    int i = 0;
    for (JsonNode item : list) {
      if (node.atomic()) {
        misfits(item, node.items(), path + "[" + i + "]", found);
      } else if (!node.keys().isEmpty() && !item.isObject()) {
        found.add(
            path + ": element " + i + ": associative list with keys may not have non-map elements");
      } else {
        PathElement step = step(item, node);
        if (step instanceof PathElement.Key(var fields) && fields.isEmpty())
          found.add(
              path
                  + ": element "
                  + i
                  + ": associative list with keys has an element that omits key field \""
                  + node.keys().getFirst()
                  + "\" (and doesn't have default value)");
        else if (!seen.add(step)) found.add(path + ": duplicate entries for key " + step.shown());
        misfits(item, node.items(), path + step.shown(), found);
      }
      i++;
    }
  }

  private static String goType(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> "string";
      case NUMBER -> value.isIntegralNumber() ? "int64" : "float64";
      case BOOLEAN -> "bool";
      case ARRAY -> "[]interface {}";
      case OBJECT, POJO -> "map[string]interface {}";
      case NULL, MISSING, BINARY -> "<nil>";
    };
  }
}

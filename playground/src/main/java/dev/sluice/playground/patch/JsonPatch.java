package dev.sluice.playground.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.patch.PatchRefused.Why;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// RFC 6902: operations in order, all or none.
final class JsonPatch {
  private JsonNode document;
  private int copied;

  private JsonPatch(JsonNode document) {
    this.document = document;
  }

  static ObjectNode apply(ObjectNode target, JsonNode operations) {
    Limits.check(operations);
    if (!(operations instanceof ArrayNode list))
      throw new PatchRefused(
          Why.UNREADABLE,
          "error decoding patch: json: cannot unmarshal "
              + Limits.goKind(operations)
              + " into Go value of type []handlers.jsonPatchOp");
    if (list.size() > Limits.OPERATIONS)
      throw new PatchRefused(
          Why.TOO_LARGE,
          "The allowed maximum operations in a JSON patch is "
              + Limits.OPERATIONS
              + ", got "
              + list.size());
    var patch = new JsonPatch(target.deepCopy());
    list.forEach(patch::run);
    if (patch.document instanceof ObjectNode object) return object;
    throw fails("the document is no longer an object");
  }

  private void run(JsonNode operation) {
    switch (text(operation, "op")) {
      case "add" -> add(path(operation, "path"), value(operation));
      case "remove" -> remove(path(operation, "path"));
      case "replace" -> replace(path(operation, "path"), value(operation));
      case "move" -> move(path(operation, "from"), path(operation, "path"));
      case "copy" -> add(path(operation, "path"), copy(at(path(operation, "from"))));
      case "test" -> test(path(operation, "path"), operation.get("value"));
      case String other -> throw fails("unknown operation " + other);
    }
  }

  private void add(List<String> path, JsonNode value) {
    if (path.isEmpty()) {
      document = value;
      return;
    }
    switch (at(parent(path))) {
      case ObjectNode object -> object.set(path.getLast(), value);
      case ArrayNode array ->
          array.insert(
              path.getLast().equals("-") ? array.size() : index(path.getLast(), array.size()),
              value);
      case JsonNode _ -> throw fails("nothing can be added below a scalar");
    }
  }

  private JsonNode remove(List<String> path) {
    if (path.isEmpty()) throw fails("the document itself cannot be removed");
    JsonNode there = at(path);
    switch (at(parent(path))) {
      case ObjectNode object -> object.remove(path.getLast());
      case ArrayNode array -> array.remove(index(path.getLast(), array.size() - 1));
      case JsonNode _ -> throw fails("nothing can be removed below a scalar");
    }
    return there;
  }

  /// The server replaces a key that is not there, too, as long as its parent is.
  private void replace(List<String> path, JsonNode value) {
    if (path.isEmpty()) {
      document = value;
      return;
    }
    switch (at(parent(path))) {
      case ObjectNode object -> object.set(path.getLast(), value);
      case ArrayNode array -> array.set(index(path.getLast(), array.size() - 1), value);
      case JsonNode _ -> throw fails("nothing can be replaced below a scalar");
    }
  }

  private void move(List<String> from, List<String> to) {
    if (to.size() > from.size() && to.subList(0, from.size()).equals(from))
      throw fails("a value cannot be moved into itself");
    add(to, remove(from));
  }

  private void test(List<String> path, @Nullable JsonNode expected) {
    JsonNode found = at(path);
    boolean same = expected == null ? found.isNull() : Values.equal(found, expected);
    if (!same) throw fails("the value to test differs");
  }

  /// Doubling a document by copies must not fill the memory.
  private JsonNode copy(JsonNode value) {
    copied += Limits.values(value);
    if (copied > Limits.COPIED)
      throw new PatchRefused(Why.TOO_LARGE, "the copies of this patch grow too large");
    return value.deepCopy();
  }

  private JsonNode at(List<String> path) {
    JsonNode here = document;
    for (String step : path) {
      JsonNode next =
          here instanceof ArrayNode array
              ? array.get(index(step, array.size() - 1))
              : here.get(step);
      if (next == null) throw fails("nothing at " + step);
      here = next;
    }
    return here;
  }

  private static List<String> parent(List<String> path) {
    return path.subList(0, path.size() - 1);
  }

  private static int index(String step, int most) {
    if (!step.matches("0|[1-9][0-9]{0,8}")) throw fails(step + " is no index");
    int index = Integer.parseInt(step);
    if (index > most) throw fails("index " + step + " is out of bounds");
    return index;
  }

  private static JsonNode value(JsonNode operation) {
    JsonNode value = operation.get("value");
    if (value == null) throw fails("the operation has no value");
    return value.deepCopy();
  }

  private static String text(JsonNode operation, String field) {
    JsonNode value = operation.get(field);
    if (value == null || !value.isTextual()) throw fails("the operation has no " + field);
    return value.textValue();
  }

  private static List<String> path(JsonNode operation, String field) {
    String pointer = text(operation, field);
    if (pointer.isEmpty()) return List.of();
    if (!pointer.startsWith("/")) throw fails(field + " must start with /");
    return Arrays.stream(pointer.substring(1).split("/", -1))
        .map(step -> step.replace("~1", "/").replace("~0", "~"))
        .toList();
  }

  private static PatchRefused fails(String why) {
    return new PatchRefused(Why.DOES_NOT_APPLY, why);
  }
}

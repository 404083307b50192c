package dev.sluice.playground.patch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.playground.patch.PatchRefused.Why;
import java.util.ArrayDeque;

/// How much a patch from outside may ask for.
final class Limits {
  /// The server's own limit on the operations of one JSON patch.
  static final int OPERATIONS = 10_000;

  /// Deeper documents would only serve to exhaust the stack.
  static final int DEPTH = 200;

  /// What all copies of one JSON patch may add up to, in values.
  static final int COPIED = 500_000;

  private Limits() {}

  /// @throws PatchRefused when the patch nests deeper than [#DEPTH]
  static void check(JsonNode patch) {
    record Level(JsonNode node, int depth) {}
    var open = new ArrayDeque<Level>();
    open.push(new Level(patch, 1));
    while (!open.isEmpty()) {
      Level level = open.pop();
      if (level.depth() > DEPTH)
        throw new PatchRefused(Why.TOO_LARGE, "the patch nests deeper than " + DEPTH + " levels");
      level
          .node()
          .forEach(child -> {
            if (child.isContainerNode()) open.push(new Level(child, level.depth() + 1));
          });
    }
  }

  /// The number of values below a node, itself included.
  static int values(JsonNode node) {
    var open = new ArrayDeque<JsonNode>();
    open.push(node);
    int count = 0;
    while (!open.isEmpty()) {
      count++;
      open.pop().forEach(open::push);
    }
    return count;
  }

  /// What Go calls the kind of a JSON value when it cannot decode it.
  static String goKind(JsonNode value) {
    return switch (value.getNodeType()) {
      case STRING -> "string";
      case NUMBER -> "number";
      case BOOLEAN -> "bool";
      case ARRAY -> "array";
      case OBJECT, POJO -> "object";
      case NULL, MISSING, BINARY -> "null";
    };
  }
}

package dev.sluice.playground.patch;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;

/// Equality of JSON values: `1`, `1.0` and a `1` parsed as a long are one number, the order of keys
/// means nothing.
final class Values {
  private Values() {}

  private static final Comparator<JsonNode> BY_VALUE =
      (a, b) ->
          a.isNumber() && b.isNumber()
              ? a.decimalValue().compareTo(b.decimalValue())
              : a.equals(b) ? 0 : 1;

  static boolean equal(JsonNode a, JsonNode b) {
    return a.equals(BY_VALUE, b);
  }
}

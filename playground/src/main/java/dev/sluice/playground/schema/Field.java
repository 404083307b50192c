package dev.sluice.playground.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A field of a built-in type.
///
/// @param byPresence whether a zero value differs from nothing
/// @param kept whether it is written even when empty
/// @param fallback what the server fills in
/// @param keys of a keyed list's items
/// @param allowed the values of an enumeration; empty when any will do
/// @param checks further rules by name: `natural`, `port`, `portOrZero`, `label`, `nonempty`
/// @param wire the number of the field in protobuf, after those of the messages that Go embeds;
///   empty when it is not sent
record Field(
    String name,
    FieldType type,
    boolean byPresence,
    boolean required,
    boolean kept,
    @Nullable JsonNode fallback,
    boolean atomic,
    boolean set,
    List<String> keys,
    Node.Merge merge,
    List<String> allowed,
    Set<String> checks,
    List<Integer> wire) {

  /// Whether a value that Go writes for its type even when nothing was set: a struct, or a time,
  /// which is then null.
  boolean alwaysWritten() {
    return kept
        || (!byPresence
            && (type instanceof FieldType.Ref
                || type == FieldType.Basic.TIME
                || type == FieldType.Basic.MICRO_TIME));
  }
}

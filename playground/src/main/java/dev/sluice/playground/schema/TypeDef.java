package dev.sluice.playground.schema;

import java.util.Map;

/// A built-in type.
///
/// @param name with its package, such as `core.Container`
/// @param atomic whether its objects are owned as a whole
/// @param fields in the order in which they are written
record TypeDef(String name, boolean atomic, Map<String, Field> fields) {

  /// Without its package.
  String shortName() {
    return name.substring(name.indexOf('.') + 1);
  }
}

package dev.sluice.playground.schema;

/// The type of a built-in kind's field.
sealed interface FieldType {

  /// What is not made of parts that are declared here.
  enum Basic implements FieldType {
    TEXT("string"),
    BOOLEAN("bool"),
    INT32("int32"),
    INT64("int64"),
    NUMBER("float64"),
    BYTES("[]uint8"),
    TIME("v1.Time"),
    MICRO_TIME("v1.MicroTime"),
    QUANTITY("resource.Quantity"),
    INT_OR_STRING("intstr.IntOrString"),
    ANYTHING("runtime.RawExtension");

    /// What messages about values that cannot be decoded call it.
    final String goName;

    Basic(String goName) {
      this.goName = goName;
    }
  }

  record ListOf(FieldType item) implements FieldType {}

  record MapOf(FieldType value) implements FieldType {}

  /// @param name of a declared type, such as `core.Container`
  record Ref(String name) implements FieldType {}

  default String goName() {
    return switch (this) {
      case Basic basic -> basic.goName;
      case ListOf(FieldType item) -> "[]" + item.goName();
      case MapOf(FieldType value) -> "map[string]" + value.goName();
      case Ref(String name) -> "v1." + name.substring(name.indexOf('.') + 1);
    };
  }
}

package dev.sluice.playground.schema;

import java.util.List;

/// One reason why an object is invalid, as it appears in `details.causes` of a 422.
///
/// @param reason such as `FieldValueInvalid`
/// @param message without the field, such as `Required value`
/// @param field such as `spec.containers[0].name`, or `<nil>` when no field is to blame
public record Cause(String reason, String message, String field) {

  /// How the cause reads inside the message of a Status.
  public String text() {
    return field + ": " + message;
  }

  public static Cause required(String field, String why) {
    return new Cause(
        "FieldValueRequired", why.isEmpty() ? "Required value" : "Required value: " + why, field);
  }

  /// @param shown the offending value as the server prints it, quotes included
  public static Cause invalid(String field, String shown, String why) {
    return new Cause("FieldValueInvalid", "Invalid value: " + shown + ": " + why, field);
  }

  /// @param shown the type found, or `null`, with its quotes
  public static Cause wrongType(String field, String shown, String why) {
    return new Cause("FieldValueTypeInvalid", "Invalid value: " + shown + ": " + why, field);
  }

  /// @param shown the offending value with its quotes
  /// @param supported in the order in which they are to be named
  public static Cause unsupported(String field, String shown, List<String> supported) {
    return new Cause(
        "FieldValueNotSupported",
        "Unsupported value: "
            + shown
            + ": supported values: "
            + String.join(", ", supported.stream().map(Shown::quoted).toList()),
        field);
  }

  public static Cause duplicate(String field, String shown) {
    return new Cause("FieldValueDuplicate", "Duplicate value: " + shown, field);
  }

  public static Cause forbidden(String field, String why) {
    return new Cause("FieldValueForbidden", "Forbidden: " + why, field);
  }

  public static Cause tooLong(String field, int bytes) {
    return new Cause(
        "FieldValueTooLong", "Too long: may not be more than " + bytes + " bytes", field);
  }

  public static Cause tooMany(String field, int found, int most) {
    return new Cause(
        "FieldValueTooMany",
        "Too many: " + found + ": must have at most " + most + " items",
        field);
  }
}

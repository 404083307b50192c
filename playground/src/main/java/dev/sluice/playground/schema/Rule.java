package dev.sluice.playground.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cel.common.CelErrorCode;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One entry of `x-kubernetes-validations`, compiled.
///
/// @param source the entry as written
/// @param mistake why the rule does not compile, or empty
/// @param messageMistake why the expression of its message does not compile, or empty
/// @param usesOld whether it compares with the state before
/// @param program null when there is a mistake
/// @param message null when there is no expression for the message, or a mistake in it
record Rule(
    JsonNode source,
    String mistake,
    String messageMistake,
    boolean usesOld,
    CelRuntime.@Nullable Program program,
    CelRuntime.@Nullable Program message) {

  private static final Pattern PLACE = Pattern.compile("^evaluation error at <input>:\\d+: ");
  private static final Pattern NO_KEY = Pattern.compile("key '(.*)' is not present in map\\.");
  private static final int LONGEST_MESSAGE = 5 * 1024;

  /// What came of a rule.
  sealed interface Outcome {}

  record Holds() implements Outcome {}

  /// @param message in the author's words, or the server's
  record Fails(String message) implements Outcome {}

  /// The rule itself went wrong.
  ///
  /// @param why the whole text for the one who wrote the object
  /// @param last whether nothing may be evaluated any more
  record Broken(String why, boolean last) implements Outcome {}

  boolean optionalOld() {
    return source.path("optionalOldSelf").asBoolean();
  }

  /// @param old the value before; null when there is none
  Outcome evaluate(Object self, @Nullable Object old, RuleBudget budget) {
    if (program == null) return new Holds();
    var known = known(self, old);
    try {
      Object result = program.trace(known, budget);
      return Boolean.TRUE.equals(result) ? new Holds() : new Fails(message(known, budget));
    } catch (CelEvaluationException | RuntimeException e) {
      if (budget.spent())
        return new Broken(
            "validation failed due to running out of cost budget, no further validation rules will"
                + " be run",
            true);
      return new Broken(why(e), false);
    }
  }

  private Map<String, Object> known(Object self, @Nullable Object old) {
    if (optionalOld()) return Map.of("self", self, "oldSelf", Optional.ofNullable(old));
    return old == null ? Map.of("self", self) : Map.of("self", self, "oldSelf", old);
  }

  private String why(Exception failure) {
    if (failure instanceof CelEvaluationException e
        && e.getErrorCode() == CelErrorCode.OVERLOAD_NOT_FOUND)
      return "'no such overload': call arguments did not match a supported operator, function or"
          + " macro signature for rule: "
          + shown();
    return cause(failure) + " evaluating rule: " + shown();
  }

  /// In the words of the CEL library for Go, which the real server uses.
  private static String cause(Exception failure) {
    Throwable root = failure;
    while (root.getCause() != null) root = root.getCause();
    String text =
        root instanceof IllegalArgumentException ? root.getMessage() : failure.getMessage();
    text = PLACE.matcher(text == null ? "" : text).replaceFirst("");
    if (text.equals("invalid duration format")) {
      return "type conversion error from 'string' to 'google.protobuf.Duration'";
    }
    if (failure instanceof CelEvaluationException e) {
      var missing = NO_KEY.matcher(text);
      return switch (e.getErrorCode()) {
        case ATTRIBUTE_NOT_FOUND -> missing.matches() ? "no such key: " + missing.group(1) : text;
        case INDEX_OUT_OF_BOUNDS -> text.replace("Index out", "index out");
        case DIVIDE_BY_ZERO -> text.contains("modulus") ? "modulus by zero" : "division by zero";
        case NUMERIC_OVERFLOW -> "integer overflow";
        default -> text;
      };
    }
    return text;
  }

  private String shown() {
    String message = source.path("message").asText("");
    return message.isEmpty() ? source.path("rule").asText().strip() : message.strip();
  }

  private String message(Map<String, Object> known, RuleBudget budget) {
    if (message != null) {
      try {
        Object result = message.trace(known, budget);
        if (result instanceof String text && fits(text.strip())) return text.strip();
      } catch (CelEvaluationException | RuntimeException e) {
        // The real server logs it where nobody looks, and falls back as here.
      }
    }
    String plain = source.path("message").asText("");
    return plain.isEmpty() ? "failed rule: " + shown() : plain.strip();
  }

  private static boolean fits(String text) {
    return !text.isEmpty() && text.indexOf('\n') < 0 && text.length() <= LONGEST_MESSAGE;
  }
}

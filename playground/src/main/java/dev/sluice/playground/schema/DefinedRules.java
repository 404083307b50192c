package dev.sluice.playground.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// What the rules in a definition must satisfy: they say something, and they compile.
final class DefinedRules {
  private static final List<String> REASONS =
      List.of(
          "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired");

  private DefinedRules() {}

  /// What is wrong with how the rules of one node are written, before anybody compiles them.
  ///
  /// @param at where the node stands, as in `spec.validation.openAPIV3Schema`
  static List<Cause> form(JsonNode schema, String at) {
    var causes = new ArrayList<Cause>();
    int i = 0;
    for (JsonNode rule : schema.path("x-kubernetes-validations")) {
      String field = at + ".x-kubernetes-validations[" + i++ + "]";
      String text = rule.path("rule").asText("").strip();
      String message = rule.path("message").asText("");
      if (text.isEmpty()) causes.add(Cause.required(field + ".rule", "rule is not specified"));
      else if (!message.isEmpty() && message.isBlank())
        causes.add(invalid(field + ".message", message, "message must be non-empty if specified"));
      else if (broken(message.strip()))
        causes.add(invalid(field + ".message", message, "message must not contain line breaks"));
      else if (broken(text) && message.isEmpty())
        causes.add(
            Cause.required(
                field + ".message", "message must be specified if rule contains line breaks"));
      String expression = rule.path("messageExpression").asText("");
      if (!expression.isEmpty() && expression.isBlank())
        causes.add(
            Cause.required(
                field + ".messageExpression", "messageExpression must be non-empty if specified"));
      String reason = rule.path("reason").asText("");
      if (rule.hasNonNull("reason") && !REASONS.contains(reason))
        causes.add(Cause.unsupported(field + ".reason", Shown.quoted(reason), REASONS));
      fieldPath(rule, schema, field + ".fieldPath", causes);
    }
    return causes;
  }

  private static void fieldPath(JsonNode rule, JsonNode schema, String field, List<Cause> causes) {
    String path = rule.path("fieldPath").asText("");
    if (path.isEmpty()) return;
    if (path.isBlank())
      causes.add(invalid(field, path, "fieldPath must be non-empty if specified"));
    if (broken(path)) causes.add(invalid(field, path, "fieldPath must not contain line breaks"));
    try {
      if (RuleChecks.fieldPath(rule, Structural.read(schema)).isEmpty())
        causes.add(invalid(field, path, "fieldPath must be a valid path"));
    } catch (PatternSyntaxException _) {
      // The pattern is reported where it stands.
    }
  }

  private static Cause invalid(String field, String value, String why) {
    return Cause.invalid(field, Shown.quoted(value), why);
  }

  private static boolean broken(String text) {
    return text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0;
  }

  /// What the rules of one node do not compile for.
  ///
  /// @param uncorrelated the list around the node whose items have no state before; or empty
  static List<Cause> compiled(JsonNode schema, String at, boolean root, String uncorrelated) {
    var causes = new ArrayList<Cause>();
    int i = 0;
    var rules = schema.path("x-kubernetes-validations");
    for (Rule rule : RuleCompiler.compile(Structural.read(schema), rules, root)) {
      String field = at + ".x-kubernetes-validations[" + i++ + "]";
      if (!rule.mistake().isEmpty())
        causes.add(Cause.invalid(field + ".rule", shown(rule.source()), rule.mistake()));
      if (!rule.messageMistake().isEmpty())
        causes.add(
            Cause.invalid(
                field + ".messageExpression", shown(rule.source()), rule.messageMistake()));
      if (rule.usesOld() && !uncorrelated.isEmpty())
        causes.add(
            invalid(
                field + ".rule",
                rule.source().path("rule").asText(),
                "oldSelf cannot be used on the uncorrelatable portion of the schema within "
                    + uncorrelated));
      if (!rule.usesOld() && rule.source().has("optionalOldSelf"))
        causes.add(
            Cause.invalid(
                field + ".optionalOldSelf",
                rule.source().path("optionalOldSelf").asText(),
                "may not be set if oldSelf is not used in rule"));
    }
    return causes;
  }

  /// As Go prints the entry; what is a pointer there has an address, which says nothing.
  private static String shown(JsonNode rule) {
    var texts =
        List.of("Rule", "Message", "MessageExpression").stream()
            .map(name ->
                name
                    + ":"
                    + Shown.quoted(
                        rule.path(Character.toLowerCase(name.charAt(0)) + name.substring(1))
                            .asText("")))
            .collect(Collectors.joining(", "));
    return "apiextensions.ValidationRule{"
        + texts
        + ", Reason:(*apiextensions.FieldValueErrorReason)("
        + (rule.hasNonNull("reason") ? "0xc000000000" : "nil")
        + "), FieldPath:"
        + Shown.quoted(rule.path("fieldPath").asText(""))
        + ", OptionalOldSelf:(*bool)("
        + (rule.hasNonNull("optionalOldSelf") ? "0xc000000000" : "nil")
        + ")}";
  }
}

package dev.sluice.controller.importing;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The arguments of an analysis: those whose values are known when a manifest is written, and why
/// the others are not.
///
/// @param values by name
/// @param unknown why a name has no value, as the end of a sentence
record Arguments(Map<String, String> values, Map<String, String> unknown) {
  private static final Pattern USE = Pattern.compile("\\{\\{\\s*args\\.([^}\\s]+)\\s*}}");
  private static final Pattern STEP = Pattern.compile("\\['?([^]']+)'?]|([^.\\[]+)");

  Arguments {
    values = Map.copyOf(values);
    unknown = Map.copyOf(unknown);
  }

  /// @param template its `spec.args`, which hold defaults
  /// @param given at the place of use, which wins
  /// @param rollout that fields are read of
  static Arguments of(JsonNode template, JsonNode given, JsonNode rollout) {
    Map<String, String> values = new LinkedHashMap<>();
    Map<String, String> unknown = new LinkedHashMap<>();
    for (JsonNode list : new JsonNode[] {template, given}) {
      for (JsonNode argument : list) {
        String name = argument.path("name").asText();
        Optional<String> value = value(argument, rollout);
        if (value.isPresent()) {
          values.put(name, value.get());
          unknown.remove(name);
        } else if (argument.has("valueFrom") || !values.containsKey(name)) {
          values.remove(name);
          unknown.put(name, why(argument));
        }
      }
    }
    return new Arguments(values, unknown);
  }

  private static Optional<String> value(JsonNode argument, JsonNode rollout) {
    if (argument.path("value").isValueNode()) {
      return Optional.of(argument.path("value").asText());
    }
    String path = argument.at("/valueFrom/fieldRef/fieldPath").asText();
    JsonNode found = rollout;
    for (Matcher step = STEP.matcher(path); step.find(); ) {
      found = found.path(step.group(1) == null ? step.group(2) : step.group(1));
    }
    return !path.isEmpty() && found.isValueNode() ? Optional.of(found.asText()) : Optional.empty();
  }

  private static String why(JsonNode argument) {
    JsonNode from = argument.path("valueFrom");
    if (from.has("podTemplateHashValue")) {
      return "is a hash of pods, which have none here: select the canary's by the Deployment's name, {{ target }}, and the primary's by {{ target }}-primary";
    }
    if (from.has("secretKeyRef")) {
      return "comes from a Secret: name it in the MetricTemplate's spec.provider.secretRef";
    }
    if (from.has("fieldRef")) {
      return "is a field that the Rollout's manifest does not have";
    }
    return "has no value";
  }

  /// The first argument of a text that has no value, with the reason.
  Optional<String> missing(String text) {
    return uses(text).stream()
        .filter(name -> !values.containsKey(name))
        .findFirst()
        .map(name ->
            "argument '%s' %s".formatted(name, unknown.getOrDefault(name, "is not declared")));
  }

  static Set<String> uses(String text) {
    Set<String> names = new LinkedHashSet<>();
    for (Matcher use = USE.matcher(text); use.find(); ) {
      names.add(use.group(1));
    }
    return names;
  }

  /// The text with values in place of arguments; those without value stay.
  String literal(String text) {
    return USE.matcher(text)
        .replaceAll(
            use -> Matcher.quoteReplacement(values.getOrDefault(use.group(1), use.group())));
  }

  /// Whether a text holds braces that are no argument.
  static boolean leftOver(String text) {
    return USE.matcher(text).replaceAll("").contains("{{");
  }

  /// The text with a MetricTemplate's variables in place of arguments.
  static String asVariables(String text) {
    return USE.matcher(text).replaceAll("{{ variables.$1 }}");
  }
}

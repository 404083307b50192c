package dev.sluice.playground.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Holds an object against the rules of its schema. What did not change is held against rules that
/// compare with the state before, not against the others.
final class RuleChecks {

  /// The rules of a node and of those below it; nodes without any are left out.
  ///
  /// @param rules of this node itself
  record Tree(
      Structural schema,
      boolean root,
      List<Rule> rules,
      Map<String, Tree> properties,
      @Nullable Tree additional,
      @Nullable Tree items) {

    /// Compiles every rule of the schema; empty when it has none.
    static Optional<Tree> of(Structural schema, boolean root) {
      if (!schema.hasRules()) return Optional.empty();
      var rules =
          new ArrayList<>(
              RuleCompiler.compile(
                  schema, schema.keywords().path("x-kubernetes-validations"), root));
      for (var part : schema.allOf())
        rules.addAll(
            RuleCompiler.compile(schema, part.keywords().path("x-kubernetes-validations"), root));
      var properties = new LinkedHashMap<String, Tree>();
      schema
          .properties()
          .forEach((name, child) ->
              of(child, child.embedded()).ifPresent(tree -> properties.put(name, tree)));
      return Optional.of(
          new Tree(
              schema, root, rules, properties, below(schema.additional()), below(schema.items())));
    }

    private static @Nullable Tree below(@Nullable Structural schema) {
      return schema == null ? null : of(schema, schema.embedded()).orElse(null);
    }
  }

  private final List<Cause> causes = new ArrayList<>();
  private final RuleBudget budget = new RuleBudget(RuleBudget.OF_ONE_OBJECT);
  private boolean stopped;

  private RuleChecks() {}

  static List<Cause> check(Tree tree, JsonNode object, Optional<? extends JsonNode> old) {
    var checks = new RuleChecks();
    checks.node(tree, object, old.orElse(null), "", false);
    return checks.causes;
  }

  /// @param same whether something around this node that can be compared is what it was
  private void node(Tree tree, JsonNode value, @Nullable JsonNode old, String path, boolean same) {
    if (stopped || value.isNull()) return;
    boolean unchanged = old == null ? same : old.equals(value);
    rules(tree, value, old, path, unchanged);
    if (value.isArray() && tree.items() != null)
      list(tree, tree.items(), value, old, path, unchanged);
    if (value.isObject()) {
      for (var entry : value.properties()) {
        JsonNode was = old == null ? null : old.get(entry.getKey());
        boolean around = old == null && unchanged;
        Tree declared = tree.properties().get(entry.getKey());
        if (declared != null)
          node(declared, entry.getValue(), was, join(path, entry.getKey()), around);
        else if (tree.additional() != null)
          node(tree.additional(), entry.getValue(), was, path + "[" + entry.getKey() + "]", around);
      }
    }
  }

  private void list(
      Tree tree, Tree item, JsonNode list, @Nullable JsonNode old, String path, boolean unchanged) {
    var before = new HashMap<List<JsonNode>, JsonNode>();
    boolean keyed = tree.schema().listType().equals("map");
    if (keyed && old != null) old.forEach(each -> before.put(key(each, tree.schema()), each));
    int i = 0;
    for (JsonNode each : list) {
      JsonNode was = keyed ? before.get(key(each, tree.schema())) : null;
      node(item, each, was, path + "[" + i++ + "]", !keyed && unchanged);
    }
  }

  private static List<JsonNode> key(JsonNode item, Structural schema) {
    return schema.listKeys().stream().map(item::path).toList();
  }

  private void rules(
      Tree tree, JsonNode value, @Nullable JsonNode old, String path, boolean unchanged) {
    if (tree.rules().isEmpty()) return;
    Object self = null;
    Object before = null;
    for (var rule : tree.rules()) {
      boolean nothingBefore = old == null || old.isNull();
      if (rule.usesOld() ? nothingBefore && !rule.optionalOld() : unchanged) continue;
      if (self == null) self = RuleValues.of(value, tree.schema(), tree.root());
      if (before == null && old != null && !nothingBefore)
        before = RuleValues.of(old, tree.schema(), tree.root());
      switch (rule.evaluate(self, before, budget)) {
        case Rule.Holds _ -> {}
        case Rule.Fails(String message) -> causes.add(failed(rule, tree.schema(), path, message));
        case Rule.Broken(String why, boolean last) -> {
          causes.add(Cause.invalid(field(path), type(tree.schema()), why));
          stopped |= last;
        }
      }
      if (stopped) return;
    }
  }

  private static Cause failed(Rule rule, Structural schema, String path, String message) {
    String field = field(path + fieldPath(rule.source(), schema).orElse(""));
    return switch (rule.source().path("reason").asText("")) {
      case "FieldValueForbidden" -> Cause.forbidden(field, message);
      case "FieldValueRequired" -> Cause.required(field, message);
      case "FieldValueDuplicate" -> Cause.duplicate(field, type(schema));
      default -> Cause.invalid(field, type(schema), message);
    };
  }

  private static String type(Structural schema) {
    return Shown.quoted(schema.type());
  }

  private static String field(String path) {
    if (path.isEmpty()) return "<nil>";
    return path.startsWith(".") ? path.substring(1) : path;
  }

  /// Where a rule points, below its own node: `.a['b']`; empty when it points nowhere.
  static Optional<String> fieldPath(JsonNode rule, Structural schema) {
    String text = rule.path("fieldPath").asText("");
    var out = new StringBuilder();
    @Nullable Structural here = schema;
    int at = 0;
    while (at < text.length()) {
      String name;
      if (text.charAt(at) == '.') {
        int end = at + 1;
        while (end < text.length() && ".[".indexOf(text.charAt(end)) < 0) end++;
        name = text.substring(at + 1, end);
        at = end;
      } else if (text.startsWith("['", at) && text.indexOf("']", at) > 0) {
        int end = text.indexOf("']", at);
        name = text.substring(at + 2, end);
        at = end + 2;
      } else {
        return Optional.empty();
      }
      Structural declared = here.properties().get(name);
      out.append(declared == null ? "[" + name + "]" : "." + name);
      here = declared == null ? here.additional() : declared;
      if (here == null || name.isEmpty()) return Optional.empty();
    }
    return out.isEmpty() ? Optional.empty() : Optional.of(out.toString());
  }

  private static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }
}

package dev.sluice.playground.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.CelType;
import dev.cel.common.types.OptionalType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Compiles the rules of a schema node. The CEL library is loaded with the first rule, not before:
/// it takes a second, which nobody pays whose definitions have none.
final class RuleCompiler {

  private static final Pattern CANDIDATES =
      Pattern.compile(" \\(candidates: .*\\)$", Pattern.MULTILINE);
  private static final Pattern HEAD =
      Pattern.compile("^(ERROR: <input>:\\d+:\\d+: )", Pattern.MULTILINE);
  private static final int REMEMBERED = 1_000;

  /// The same definition is compiled when it is checked, when it is served, and when it is written
  /// again.
  private static final Map<Place, List<Rule>> COMPILED =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Place, List<Rule>> eldest) {
          return size() > REMEMBERED;
        }
      };

  private record Place(JsonNode schema, JsonNode rules, boolean root) {}

  /// What is the same for all rules.
  private static final class Loaded {
    static final CelOptions OPTIONS =
        CelOptions.current()
            .enableOptionalSyntax(true)
            .enableHeterogeneousNumericComparisons(true)
            .build();
    static final List<RuleFunction> FUNCTIONS =
        Stream.of(RuleLists.all(), RuleTexts.all(), RuleAmounts.all(), RuleAddresses.all())
            .flatMap(each -> each)
            .toList();
    static final CelRuntime RUNTIME = runtime();

    private static CelRuntime runtime() {
      var byName = new LinkedHashMap<String, List<CelFunctionBinding>>();
      for (var function : FUNCTIONS)
        byName.computeIfAbsent(function.name(), _ -> new ArrayList<>()).add(function.binding());
      var builder =
          CelRuntimeFactory.standardCelRuntimeBuilder()
              .setOptions(OPTIONS)
              .addLibraries(
                  CelExtensions.optional(),
                  CelExtensions.strings(),
                  CelExtensions.sets(OPTIONS),
                  CelExtensions.comprehensions());
      byName.forEach((name, bindings) ->
          builder.addFunctionBindings(CelFunctionBinding.fromOverloads(name, bindings)));
      return builder.build();
    }
  }

  private final CelType self;
  private final RuleTypes types;

  private RuleCompiler(CelType self, RuleTypes types) {
    this.self = self;
    this.types = types;
  }

  /// The rules of one node, not of those below.
  ///
  /// @param rules `x-kubernetes-validations`, which may stand in an `allOf` of the node
  /// @param root whether the node is a whole object, with a kind and a name
  static List<Rule> compile(Structural schema, JsonNode rules, boolean root) {
    if (rules.isEmpty()) return List.of();
    var place = new Place(schema.keywords(), rules, root);
    synchronized (COMPILED) {
      var known = COMPILED.get(place);
      if (known != null) return known;
    }
    var types = new RuleTypes();
    // A name that no rule can say, or `self.a` would be the type of the field `a`.
    var self = types.of(schema, root, "@self");
    if (self.isEmpty()) return List.of();
    var compiler = new RuleCompiler(self.get(), types);
    var compiled = rules.valueStream().map(compiler::compile).toList();
    synchronized (COMPILED) {
      COMPILED.put(place, compiled);
    }
    return compiled;
  }

  private Rule compile(JsonNode source) {
    String text = source.path("rule").asText("");
    if (text.isBlank()) return new Rule(source, "", "", false, null, null);
    var compiler = compiler(source.path("optionalOldSelf").asBoolean());
    var checked = check(compiler, text);
    if (checked.tree() == null)
      return new Rule(source, "compilation failed: " + checked.mistake(), "", false, null, null);
    if (!checked.tree().getResultType().equals(SimpleType.BOOL))
      return new Rule(source, "cel expression must evaluate to a bool", "", false, null, null);
    boolean usesOld =
        checked.tree().getReferenceMap().values().stream()
            .anyMatch(reference -> reference.name().equals("oldSelf"));
    String expression = source.path("messageExpression").asText("");
    if (expression.isBlank())
      return new Rule(source, "", "", usesOld, program(checked.tree()), null);
    var message = check(compiler, expression);
    if (message.tree() == null)
      return new Rule(
          source,
          "",
          "messageExpression compilation failed: " + message.mistake(),
          usesOld,
          program(checked.tree()),
          null);
    if (!message.tree().getResultType().equals(SimpleType.STRING))
      return new Rule(
          source,
          "",
          "messageExpression must evaluate to a string",
          usesOld,
          program(checked.tree()),
          null);
    return new Rule(source, "", "", usesOld, program(checked.tree()), program(message.tree()));
  }

  private CelCompiler compiler(boolean optionalOld) {
    return CelCompilerFactory.standardCelCompilerBuilder()
        .setOptions(Loaded.OPTIONS)
        .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
        .setTypeProvider(types.provider())
        .addVar("self", self)
        .addVar("oldSelf", optionalOld ? OptionalType.create(self) : self)
        .addLibraries(
            CelExtensions.optional(),
            CelExtensions.strings(),
            CelExtensions.sets(Loaded.OPTIONS),
            CelExtensions.comprehensions())
        .addFunctionDeclarations(Loaded.FUNCTIONS.stream().map(RuleFunction::declaration).toList())
        .build();
  }

  private record Checked(@Nullable CelAbstractSyntaxTree tree, String mistake) {}

  private static Checked check(CelCompiler compiler, String text) {
    CelValidationResult parsed = compiler.parse(text);
    try {
      if (parsed.hasError())
        return new Checked(
            null, HEAD.matcher(parsed.getErrorString()).replaceAll("$1Syntax error: "));
      CelValidationResult checked = compiler.check(parsed.getAst());
      return checked.hasError()
          ? new Checked(null, CANDIDATES.matcher(checked.getErrorString()).replaceAll(""))
          : new Checked(checked.getAst(), "");
    } catch (CelValidationException e) {
      return new Checked(null, e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }

  private static CelRuntime.Program program(CelAbstractSyntaxTree tree) {
    try {
      return Loaded.RUNTIME.createProgram(tree);
    } catch (CelEvaluationException e) {
      throw new IllegalStateException("a checked rule makes a program", e);
    }
  }
}

package dev.sluice.playground.schema;

import com.google.common.collect.ImmutableList;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.common.types.OpaqueType;
import dev.cel.runtime.CelFunctionBinding;
import java.util.List;

/// One function that Kubernetes adds to CEL: how it is declared and what it does.
record RuleFunction(String name, CelOverloadDecl overload, CelFunctionBinding binding) {

  static final OpaqueType URL = OpaqueType.create("kubernetes.URL");
  static final OpaqueType QUANTITY = OpaqueType.create("kubernetes.Quantity");
  static final OpaqueType IP = OpaqueType.create("net.IP");
  static final OpaqueType CIDR = OpaqueType.create("net.CIDR");
  static final OpaqueType FORMAT = OpaqueType.create("kubernetes.NamedFormat");

  /// What a function does.
  @FunctionalInterface
  interface Body {
    /// @param arguments of the declared types, in order
    /// @throws IllegalArgumentException whose message the author of the rule can use
    Object apply(Object[] arguments);
  }

  /// `name(arguments…)`.
  ///
  /// @param id unique among all overloads
  static RuleFunction global(
      String name, String id, CelType result, Body body, CelType... arguments) {
    var types = ImmutableList.copyOf(arguments);
    return new RuleFunction(
        name, CelOverloadDecl.newGlobalOverload(id, result, types), bound(id, types, body));
  }

  /// `first.name(others…)`.
  ///
  /// @param id unique among all overloads
  static RuleFunction member(
      String name, String id, CelType result, Body body, CelType... arguments) {
    var types = ImmutableList.copyOf(arguments);
    return new RuleFunction(
        name, CelOverloadDecl.newMemberOverload(id, result, types), bound(id, types, body));
  }

  /// The bodies here keep nothing from call to call.
  @SuppressWarnings("Immutable")
  private static CelFunctionBinding bound(String id, List<CelType> types, Body body) {
    List<Class<?>> classes = types.stream().<Class<?>>map(RuleFunction::javaClass).toList();
    return CelFunctionBinding.from(id, classes, body::apply);
  }

  private static Class<?> javaClass(CelType type) {
    return switch (type.kind()) {
      case STRING -> String.class;
      case INT -> Long.class;
      case DOUBLE -> Double.class;
      case BOOL -> Boolean.class;
      case LIST -> List.class;
      case OPAQUE ->
          type.equals(QUANTITY)
              ? java.math.BigDecimal.class
              : type.equals(URL)
                  ? java.net.URI.class
                  : type.equals(IP)
                      ? java.net.InetAddress.class
                      : type.equals(CIDR) ? RuleAddresses.Range.class : RuleTexts.Format.class;
      default -> Object.class;
    };
  }

  CelFunctionDecl declaration() {
    return CelFunctionDecl.newFunctionDeclaration(name, overload);
  }
}

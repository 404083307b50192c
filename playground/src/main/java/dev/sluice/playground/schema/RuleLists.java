package dev.sluice.playground.schema;

import static dev.sluice.playground.schema.RuleFunction.member;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.TypeParamType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What rules may ask of lists beyond the language itself.
final class RuleLists {
  private static final TypeParamType ANY = TypeParamType.create("T");
  private static final Map<String, CelType> COMPARABLE =
      Map.of(
          "int",
          SimpleType.INT,
          "uint",
          SimpleType.UINT,
          "double",
          SimpleType.DOUBLE,
          "bool",
          SimpleType.BOOL,
          "string",
          SimpleType.STRING,
          "bytes",
          SimpleType.BYTES,
          "timestamp",
          SimpleType.TIMESTAMP,
          "duration",
          SimpleType.DURATION);
  private static final List<String> SUMMABLE = List.of("int", "uint", "double", "duration");

  private RuleLists() {}

  static Stream<RuleFunction> all() {
    var functions = new ArrayList<RuleFunction>();
    COMPARABLE.forEach((name, type) -> {
      var list = ListType.create(type);
      functions.add(
          member(
              "isSorted",
              "list_" + name + "_is_sorted_bool",
              SimpleType.BOOL,
              args -> sorted((List<?>) args[0]),
              list));
      functions.add(
          member(
              "min",
              "list_" + name + "_min_" + name,
              type,
              args -> best((List<?>) args[0], "min", -1),
              list));
      functions.add(
          member(
              "max",
              "list_" + name + "_max_" + name,
              type,
              args -> best((List<?>) args[0], "max", 1),
              list));
      if (SUMMABLE.contains(name))
        functions.add(
            member(
                "sum",
                "list_" + name + "_sum_" + name,
                type,
                args -> sum((List<?>) args[0], name),
                list));
    });
    var any = ListType.create(ANY);
    functions.add(
        member(
            "indexOf",
            "list_a_index_of_int",
            SimpleType.INT,
            args -> (long) ((List<?>) args[0]).indexOf(args[1]),
            any,
            ANY));
    functions.add(
        member(
            "lastIndexOf",
            "list_a_last_index_of_int",
            SimpleType.INT,
            args -> (long) ((List<?>) args[0]).lastIndexOf(args[1]),
            any,
            ANY));
    return functions.stream();
  }

  private static boolean sorted(List<?> list) {
    for (int i = 1; i < list.size(); i++) if (order(list.get(i - 1), list.get(i)) > 0) return false;
    return true;
  }

  private static Object best(List<?> list, String name, int sign) {
    if (list.isEmpty()) throw new IllegalArgumentException(name + " called on empty list");
    Object best = list.getFirst();
    for (Object each : list) if (Integer.signum(order(each, best)) == sign) best = each;
    return best;
  }

  /// All elements of one list have one type, which is one of those above.
  @SuppressWarnings("unchecked")
  private static int order(Object a, Object b) {
    return ((Comparable<Object>) a).compareTo(b);
  }

  private static Object sum(List<?> list, String type) {
    return switch (type) {
      case "double" -> list.stream().mapToDouble(each -> (Double) each).sum();
      case "duration" ->
          list.stream().map(Duration.class::cast).reduce(Duration.ZERO, Duration::plus);
      default -> list.stream().map(Long.class::cast).reduce(0L, Math::addExact);
    };
  }
}

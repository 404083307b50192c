package dev.sluice.playground.schema;

import static dev.sluice.playground.schema.RuleFunction.QUANTITY;
import static dev.sluice.playground.schema.RuleFunction.global;
import static dev.sluice.playground.schema.RuleFunction.member;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.cel.common.types.SimpleType;
import java.math.BigDecimal;
import java.util.stream.Stream;

/// What rules may ask of amounts of resources, such as `quantity('1Gi')`.
final class RuleAmounts {
  private RuleAmounts() {}

  static Stream<RuleFunction> all() {
    return Stream.of(
        global(
            "quantity",
            "string_to_quantity",
            QUANTITY,
            args -> amount((String) args[0]),
            SimpleType.STRING),
        global(
            "isQuantity",
            "is_quantity_string",
            SimpleType.BOOL,
            args -> Decoding.QUANTITY.matcher((String) args[0]).matches(),
            SimpleType.STRING),
        member(
            "sign", "quantity_sign", SimpleType.INT, args -> (long) left(args).signum(), QUANTITY),
        member(
            "isGreaterThan",
            "quantity_is_greater_than",
            SimpleType.BOOL,
            args -> left(args).compareTo(right(args)) > 0,
            QUANTITY,
            QUANTITY),
        member(
            "isLessThan",
            "quantity_is_less_than",
            SimpleType.BOOL,
            args -> left(args).compareTo(right(args)) < 0,
            QUANTITY,
            QUANTITY),
        member(
            "compareTo",
            "quantity_compare_to",
            SimpleType.INT,
            args -> (long) left(args).compareTo(right(args)),
            QUANTITY,
            QUANTITY),
        member(
            "asApproximateFloat",
            "quantity_get_float",
            SimpleType.DOUBLE,
            args -> left(args).doubleValue(),
            QUANTITY),
        member(
            "asInteger", "quantity_get_int", SimpleType.INT, args -> whole(left(args)), QUANTITY),
        member(
            "isInteger",
            "quantity_is_integer",
            SimpleType.BOOL,
            args -> left(args).stripTrailingZeros().scale() <= 0,
            QUANTITY),
        member(
            "add",
            "quantity_add",
            QUANTITY,
            args -> left(args).add(right(args)),
            QUANTITY,
            QUANTITY),
        member(
            "add",
            "quantity_add_int",
            QUANTITY,
            args -> left(args).add(BigDecimal.valueOf((Long) args[1])),
            QUANTITY,
            SimpleType.INT),
        member(
            "sub",
            "quantity_sub",
            QUANTITY,
            args -> left(args).subtract(right(args)),
            QUANTITY,
            QUANTITY),
        member(
            "sub",
            "quantity_sub_int",
            QUANTITY,
            args -> left(args).subtract(BigDecimal.valueOf((Long) args[1])),
            QUANTITY,
            SimpleType.INT));
  }

  /// Without trailing zeros, so that equal amounts are equal values.
  private static BigDecimal amount(String text) {
    if (!Decoding.QUANTITY.matcher(text).matches())
      throw new IllegalArgumentException(
          "quantities must match the regular expression"
              + " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
    return Quantity.amount(TextNode.valueOf(text)).stripTrailingZeros();
  }

  private static BigDecimal left(Object[] args) {
    return (BigDecimal) args[0];
  }

  private static BigDecimal right(Object[] args) {
    return (BigDecimal) args[1];
  }

  private static long whole(BigDecimal amount) {
    try {
      return amount.longValueExact();
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("cannot convert value to integer", e);
    }
  }
}

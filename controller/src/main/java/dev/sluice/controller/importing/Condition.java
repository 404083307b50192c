package dev.sluice.controller.importing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A condition of Argo Rollouts over one number, as a range. Only comparisons of the result with
/// numbers, joined so that what passes is one range, are one.
///
/// @param least that passes, null for no bound
/// @param most that passes, null for no bound
/// @param moved whether a bound itself did not pass, so that it is a little further inside
record Condition(@Nullable BigDecimal least, @Nullable BigDecimal most, boolean moved) {
  private static final String NUMBER = "(-?\\d{1,15}(?:\\.\\d{1,15})?(?:[eE][-+]?\\d{1,2})?)";
  private static final String RESULT =
      "(?:asFloat\\(result(?:\\[0\\])?\\)|asInt\\(result(?:\\[0\\])?\\)|float\\(result(?:\\[0\\])?\\)|result(?:\\[0\\])?)";
  private static final Pattern COMPARISON =
      Pattern.compile(
          "\\(?\\s*(?:%1$s\\s*(<=|>=|==|<|>)\\s*%2$s|%2$s\\s*(<=|>=|==|<|>)\\s*%1$s)\\s*\\)?"
              .formatted(RESULT, NUMBER));

  /// Of the size of the bound: nothing that is measured lies between.
  private static final BigDecimal HAIR = new BigDecimal("0.000000001");

  /// What passes where all comparisons of a `successCondition` hold; empty where it is no range.
  static Optional<Condition> success(String text) {
    return all(text, "&&", false);
  }

  /// What passes where no comparison of a `failureCondition` holds; empty where it is no range.
  static Optional<Condition> failure(String text) {
    return all(text, "\\|\\|", true);
  }

  private static Optional<Condition> all(String text, String joined, boolean not) {
    List<Condition> parts = new ArrayList<>();
    for (String part : text.strip().split(joined, -1)) {
      Matcher comparison = COMPARISON.matcher(part.strip());
      if (!comparison.matches()) {
        return Optional.empty();
      }
      boolean turned = comparison.group(1) == null;
      String operator = turned ? turned(comparison.group(4)) : comparison.group(1);
      BigDecimal bound = new BigDecimal(turned ? comparison.group(3) : comparison.group(2));
      if (not && operator.equals("==")) {
        return Optional.empty();
      }
      parts.add(of(not ? opposite(operator) : operator, bound));
    }
    return parts.stream().reduce(Condition::and).filter(Condition::isPossible);
  }

  private static Condition of(String operator, BigDecimal bound) {
    BigDecimal hair = HAIR.multiply(bound.abs().max(BigDecimal.ONE));
    return switch (operator) {
      case "<=" -> new Condition(null, bound, false);
      case ">=" -> new Condition(bound, null, false);
      case "<" -> new Condition(null, bound.subtract(hair), true);
      case ">" -> new Condition(bound.add(hair), null, true);
      default -> new Condition(bound, bound, false);
    };
  }

  /// `5 < result` is `result > 5`.
  private static String turned(String operator) {
    return switch (operator) {
      case "<=" -> ">=";
      case ">=" -> "<=";
      case "<" -> ">";
      case ">" -> "<";
      default -> operator;
    };
  }

  private static String opposite(String operator) {
    return switch (operator) {
      case "<=" -> ">";
      case ">=" -> "<";
      case "<" -> ">=";
      default -> "<=";
    };
  }

  private Condition and(Condition other) {
    return new Condition(
        least == null ? other.least : other.least == null ? least : least.max(other.least),
        most == null ? other.most : other.most == null ? most : most.min(other.most),
        moved || other.moved);
  }

  private boolean isPossible() {
    return least == null || most == null || least.compareTo(most) <= 0;
  }

  /// As `thresholdRange`.
  ObjectNode range() {
    ObjectNode range = Yaml.object();
    if (least != null) {
      range.put("min", plain(least));
    }
    if (most != null) {
      range.put("max", plain(most));
    }
    return range;
  }

  private static BigDecimal plain(BigDecimal number) {
    BigDecimal stripped = number.stripTrailingZeros();
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }
}

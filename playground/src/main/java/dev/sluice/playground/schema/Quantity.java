package dev.sluice.playground.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/// Amounts of resources, written the one way in which the server writes them: `1024Mi` is `1Gi`,
/// `0.5` is `500m`, `1000m` is `1`.
public final class Quantity {
  private static final List<String> BINARY = List.of("Ei", "Pi", "Ti", "Gi", "Mi", "Ki");
  private static final String UP = "kMGTPE";
  private static final String DOWN = "mun";

  private Quantity() {}

  /// As a plain number; 0 for what is no amount.
  public static BigDecimal amount(JsonNode value) {
    String text = value.isNumber() ? value.decimalValue().toPlainString() : value.asText();
    if (!Decoding.QUANTITY.matcher(text).matches()) return BigDecimal.ZERO;
    int end = digits(text);
    String suffix = text.substring(end);
    BigDecimal number = new BigDecimal(text.substring(0, end));
    return suffix.endsWith("i")
        ? number.multiply(unit(suffix))
        : number.scaleByPowerOfTen(3 * thousands(suffix));
  }

  /// The one way to write an amount that has no unit of its own.
  public static String text(BigDecimal amount) {
    return decimal(amount, "", amount.toPlainString());
  }

  private static int digits(String text) {
    int end = text.length();
    while (end > 0 && !Character.isDigit(text.charAt(end - 1)) && text.charAt(end - 1) != '.')
      end--;
    return end;
  }

  private static int thousands(String suffix) {
    if (suffix.isEmpty()) return 0;
    return UP.contains(suffix) ? UP.indexOf(suffix) + 1 : -(DOWN.indexOf(suffix) + 1);
  }

  static JsonNode canonical(JsonNode value) {
    String text = value.isNumber() ? value.decimalValue().toPlainString() : value.asText();
    if (!Decoding.QUANTITY.matcher(text).matches()) return value;
    int end = digits(text);
    String suffix = text.substring(end);
    BigDecimal number = new BigDecimal(text.substring(0, end));
    return TextNode.valueOf(
        suffix.endsWith("i") ? binary(number, suffix) : decimal(number, suffix, text));
  }

  private static String binary(BigDecimal number, String suffix) {
    BigDecimal amount = number.multiply(unit(suffix)).setScale(0, RoundingMode.CEILING);
    if (amount.signum() == 0) return "0";
    for (String candidate : BINARY) {
      BigDecimal[] parts = amount.divideAndRemainder(unit(candidate));
      if (parts[1].signum() == 0) return parts[0].toPlainString() + candidate;
    }
    return amount.toPlainString();
  }

  private static BigDecimal unit(String suffix) {
    return BigDecimal.valueOf(1024).pow(BINARY.size() - BINARY.indexOf(suffix));
  }

  private static String decimal(BigDecimal number, String suffix, String text) {
    if (text.indexOf('e') >= 0 || (suffix.isEmpty() && text.indexOf('E') >= 0)) return text;
    BigDecimal amount =
        number
            .scaleByPowerOfTen(3 * thousands(suffix))
            .setScale(9, RoundingMode.CEILING)
            .stripTrailingZeros();
    if (amount.signum() == 0) return "0";
    int zeros = -amount.scale();
    int steps = Math.clamp(Math.floorDiv(zeros, 3), -DOWN.length(), UP.length());
    String unit =
        steps > 0
            ? UP.substring(steps - 1, steps)
            : steps < 0 ? DOWN.substring(-steps - 1, -steps) : "";
    return amount.scaleByPowerOfTen(-3 * steps).toPlainString() + unit;
  }
}

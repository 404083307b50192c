package dev.sluice.playground.schema;

import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// `'%s has %d'.format([name, count])`, which the CEL library for Java lacks. Pure.
final class RuleFormat {
  /// More digits than this nobody reads; a rule could ask for millions.
  private static final int MOST_DIGITS = 100;

  private RuleFormat() {}

  /// @throws IllegalArgumentException for a clause that does not fit its argument
  static String of(String template, List<?> arguments) {
    var out = new StringBuilder();
    int next = 0;
    for (int i = 0; i < template.length(); i++) {
      char c = template.charAt(i);
      if (c != '%') {
        out.append(c);
        continue;
      }
      if (++i < template.length() && template.charAt(i) == '%') {
        out.append('%');
        continue;
      }
      int precision = 6;
      if (i < template.length() && template.charAt(i) == '.') {
        int from = ++i;
        while (i < template.length() && Character.isDigit(template.charAt(i))) i++;
        precision = precision(template.substring(from, i));
      }
      if (i >= template.length())
        throw new IllegalArgumentException("unexpected end of format string");
      if (next >= arguments.size())
        throw new IllegalArgumentException("index " + next + " out of range");
      out.append(clause(template.charAt(i), arguments.get(next++), precision));
    }
    return out.toString();
  }

  private static int precision(String digits) {
    if (digits.isEmpty() || digits.length() > 3 || Integer.parseInt(digits) > MOST_DIGITS)
      throw new IllegalArgumentException("unable to parse precision of format string");
    return Integer.parseInt(digits);
  }

  private static String clause(char clause, Object value, int precision) {
    return switch (clause) {
      case 's' -> text(value);
      case 'd' -> value instanceof Number number ? decimal(number) : misfit("integer", value);
      case 'f' ->
          value instanceof Number number ? fixed(number, precision) : misfit("double", value);
      case 'e' ->
          value instanceof Number number
              ? String.format(Locale.ROOT, "%." + precision + "e", number.doubleValue())
              : misfit("double", value);
      case 'b' -> binary(value);
      case 'o' ->
          value instanceof Long number ? Long.toOctalString(number) : misfit("octal", value);
      case 'x' -> hex(value);
      case 'X' -> hex(value).toUpperCase(Locale.ROOT);
      default ->
          throw new IllegalArgumentException(
              "could not parse formatting clause: unrecognized formatting clause \""
                  + clause
                  + "\"");
    };
  }

  private static String misfit(String wanted, Object value) {
    throw new IllegalArgumentException(
        "error during formatting: " + wanted + " clause cannot take " + text(value));
  }

  private static String decimal(Number number) {
    return number instanceof Double d && d == Math.rint(d)
        ? Long.toString(number.longValue())
        : number.toString();
  }

  private static String fixed(Number number, int precision) {
    double value = number.doubleValue();
    return Double.isFinite(value)
        ? BigDecimal.valueOf(value).setScale(precision, RoundingMode.HALF_EVEN).toPlainString()
        : Double.toString(value);
  }

  private static String binary(Object value) {
    return switch (value) {
      case Boolean flag -> flag ? "1" : "0";
      case Long number ->
          number < 0 ? "-" + Long.toBinaryString(-number) : Long.toBinaryString(number);
      default -> misfit("binary", value);
    };
  }

  private static String hex(Object value) {
    return switch (value) {
      case Long number -> number < 0 ? "-" + Long.toHexString(-number) : Long.toHexString(number);
      case String text -> HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
      case CelByteString bytes -> HexFormat.of().formatHex(bytes.toByteArray());
      default -> misfit("hex", value);
    };
  }

  private static String text(Object value) {
    return switch (value) {
      case NullValue _ -> "null";
      case Double number -> Shown.number(BigDecimal.valueOf(number));
      case Duration time ->
          time.toNanos() % 1_000_000_000 == 0
              ? time.toSeconds() + "s"
              : Shown.number(BigDecimal.valueOf(time.toNanos(), 9)) + "s";
      case CelByteString bytes -> bytes.toStringUtf8();
      case List<?> list ->
          list.stream().map(RuleFormat::text).collect(Collectors.joining(", ", "[", "]"));
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(e -> text(e.getKey()) + ": " + text(e.getValue()))
              .sorted()
              .collect(Collectors.joining(", ", "{", "}"));
      default -> value.toString();
    };
  }
}

package dev.sluice.gitops.render;

import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a plain scalar means, by the rules of the YAML reader in kubectl: YAML 1.1's truth values
/// and octal numbers, without its times of day and dates.
///
/// The difference to YAML 1.2 is silent and does harm: `defaultMode: 0400` would become 400, which
/// is 0620.
final class Scalars {
  private static final Pattern INTEGER =
      Pattern.compile("([-+]?)(?:0b([01_]+)|0x([0-9a-fA-F_]+)|0o?([0-7_]+)|(0|[1-9][0-9_]*))");
  private static final Pattern DECIMAL =
      Pattern.compile("[-+]?(?:\\.[0-9]+|[0-9]+(?:\\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?");
  private static final Pattern NOT_FINITE =
      Pattern.compile("[-+]?\\.(?:inf|Inf|INF)|\\.(?:nan|NaN|NAN)");

  private Scalars() {}

  /// @throws IllegalArgumentException for a number JSON cannot say
  static @Nullable Object meaning(String plain) {
    switch (plain) {
      case "", "~", "null", "Null", "NULL" -> {
        return null;
      }
      case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON" -> {
        return true;
      }
      case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF" -> {
        return false;
      }
      default -> {}
    }
    if (NOT_FINITE.matcher(plain).matches()) {
      throw new IllegalArgumentException(
          "'" + plain + "' is not a number that JSON can hold; quote it if it is text");
    }
    Optional<Object> integer = integer(plain);
    if (integer.isPresent()) {
      return integer.get();
    }
    String digits = plain.replace("_", "");
    if (DECIMAL.matcher(digits).matches() && startsAsNumber(plain)) {
      double value = Double.parseDouble(digits);
      if (Double.isInfinite(value)) {
        throw new IllegalArgumentException("'" + plain + "' is too large for a number");
      }
      return value;
    }
    return plain;
  }

  private static boolean startsAsNumber(String plain) {
    return !plain.startsWith("_");
  }

  private static Optional<Object> integer(String plain) {
    Matcher form = INTEGER.matcher(plain.toLowerCase(Locale.ROOT));
    if (!form.matches()) {
      return Optional.empty();
    }
    int[] radix = {2, 16, 8, 10};
    for (int i = 0; i < radix.length; i++) {
      String digits = form.group(i + 2);
      if (digits != null) {
        String clean = digits.replace("_", "");
        if (clean.isEmpty()) {
          return Optional.empty();
        }
        return Optional.of(
            narrow(new BigInteger((form.group(1).equals("-") ? "-" : "") + clean, radix[i])));
      }
    }
    return Optional.empty();
  }

  /// The same Java types that Jackson reads from JSON, so that values compare.
  private static Object narrow(BigInteger value) {
    if (value.bitLength() < Integer.SIZE) {
      return value.intValue();
    }
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }
}

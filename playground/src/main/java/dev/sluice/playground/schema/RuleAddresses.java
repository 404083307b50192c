package dev.sluice.playground.schema;

import static dev.sluice.playground.schema.RuleFunction.CIDR;
import static dev.sluice.playground.schema.RuleFunction.IP;
import static dev.sluice.playground.schema.RuleFunction.global;
import static dev.sluice.playground.schema.RuleFunction.member;

import dev.cel.common.types.SimpleType;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What rules may ask of addresses and ranges of a network. Names are never looked up.
final class RuleAddresses {
  private static final Pattern IPV4 =
      Pattern.compile(
          "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(\\.(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:]*");

  /// Such as `10.0.0.0/8`.
  ///
  /// @param address as written, bits below the prefix included
  /// @param prefix how many bits all addresses of the range share
  record Range(InetAddress address, int prefix) {

    boolean holds(InetAddress other) {
      return other.getAddress().length == address.getAddress().length
          && bits(other).equals(bits(address));
    }

    boolean holds(Range other) {
      return other.prefix >= prefix && holds(other.address);
    }

    private BigInteger bits(InetAddress of) {
      return new BigInteger(1, of.getAddress()).shiftRight(of.getAddress().length * 8 - prefix);
    }

    Range masked() {
      int size = address.getAddress().length;
      byte[] shifted = bits(address).shiftLeft(size * 8 - prefix).toByteArray();
      var masked = new byte[size];
      for (int i = 1; i <= Math.min(size, shifted.length); i++)
        masked[size - i] = shifted[shifted.length - i];
      try {
        return new Range(InetAddress.getByAddress(masked), prefix);
      } catch (UnknownHostException e) {
        throw new IllegalStateException("an address of " + size + " bytes is none", e);
      }
    }

    @Override
    public String toString() {
      return text(address) + "/" + prefix;
    }
  }

  private RuleAddresses() {}

  static Stream<RuleFunction> all() {
    return Stream.concat(addresses(), ranges());
  }

  private static Stream<RuleFunction> addresses() {
    return Stream.of(
        global("ip", "string_to_ip", IP, args -> ip((String) args[0]), SimpleType.STRING),
        global(
            "isIP",
            "is_ip",
            SimpleType.BOOL,
            args -> parsed((String) args[0]).isPresent(),
            SimpleType.STRING),
        global(
            "ip.isCanonical",
            "ip_is_canonical",
            SimpleType.BOOL,
            args -> text(ip((String) args[0])).equals(args[0]),
            SimpleType.STRING),
        member(
            "family",
            "ip_family",
            SimpleType.INT,
            args -> ((InetAddress) args[0]).getAddress().length == 4 ? 4L : 6L,
            IP),
        is("isUnspecified", "ip_is_unspecified", InetAddress::isAnyLocalAddress),
        is("isLoopback", "ip_is_loopback", InetAddress::isLoopbackAddress),
        is("isLinkLocalMulticast", "ip_is_link_local_multicast", InetAddress::isMCLinkLocal),
        is("isLinkLocalUnicast", "ip_is_link_local_unicast", InetAddress::isLinkLocalAddress),
        is("isGlobalUnicast", "ip_is_global_unicast", RuleAddresses::globalUnicast),
        global(
            "string", "ip_to_string", SimpleType.STRING, args -> text((InetAddress) args[0]), IP));
  }

  private static Stream<RuleFunction> ranges() {
    return Stream.of(
        global("cidr", "string_to_cidr", CIDR, args -> range((String) args[0]), SimpleType.STRING),
        global(
            "isCIDR",
            "is_cidr",
            SimpleType.BOOL,
            args -> parsedRange((String) args[0]).isPresent(),
            SimpleType.STRING),
        member(
            "containsIP",
            "cidr_contains_ip_string",
            SimpleType.BOOL,
            args -> ((Range) args[0]).holds(ip((String) args[1])),
            CIDR,
            SimpleType.STRING),
        member(
            "containsIP",
            "cidr_contains_ip_ip",
            SimpleType.BOOL,
            args -> ((Range) args[0]).holds((InetAddress) args[1]),
            CIDR,
            IP),
        member(
            "containsCIDR",
            "cidr_contains_cidr_string",
            SimpleType.BOOL,
            args -> ((Range) args[0]).holds(range((String) args[1])),
            CIDR,
            SimpleType.STRING),
        member(
            "containsCIDR",
            "cidr_contains_cidr",
            SimpleType.BOOL,
            args -> ((Range) args[0]).holds((Range) args[1]),
            CIDR,
            CIDR),
        member("ip", "cidr_ip", IP, args -> ((Range) args[0]).address(), CIDR),
        member(
            "prefixLength",
            "cidr_prefix_length",
            SimpleType.INT,
            args -> (long) ((Range) args[0]).prefix(),
            CIDR),
        member("masked", "cidr_masked", CIDR, args -> ((Range) args[0]).masked(), CIDR),
        global("string", "cidr_to_string", SimpleType.STRING, args -> args[0].toString(), CIDR));
  }

  private static RuleFunction is(String name, String id, Predicate<InetAddress> test) {
    return member(name, id, SimpleType.BOOL, args -> test.test((InetAddress) args[0]), IP);
  }

  private static boolean globalUnicast(InetAddress ip) {
    return !ip.isAnyLocalAddress()
        && !ip.isLoopbackAddress()
        && !ip.isMulticastAddress()
        && !ip.isLinkLocalAddress();
  }

  private static Optional<InetAddress> parsed(String text) {
    if (!IPV4.matcher(text).matches() && !IPV6.matcher(text).matches()) return Optional.empty();
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static InetAddress ip(String text) {
    return parsed(text)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "IP Address "
                    + Shown.quoted(text)
                    + " parse error during conversion from string: ParseAddr("
                    + Shown.quoted(text)
                    + "): unable to parse IP"));
  }

  private static Optional<Range> parsedRange(String text) {
    int slash = text.indexOf('/');
    if (slash < 0 || !text.substring(slash + 1).matches("0|[1-9]\\d{0,2}")) return Optional.empty();
    int prefix = Integer.parseInt(text.substring(slash + 1));
    return parsed(text.substring(0, slash))
        .filter(address -> prefix <= address.getAddress().length * 8)
        .map(address -> new Range(address, prefix));
  }

  private static Range range(String text) {
    return parsedRange(text)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "network address parse error during conversion from string: netip.ParsePrefix("
                    + Shown.quoted(text)
                    + "): no '/'"));
  }

  /// As Go writes it: the longest run of zeros of an IPv6 address is left out.
  private static String text(InetAddress ip) {
    if (ip.getAddress().length == 4) return ip.getHostAddress();
    String[] groups = ip.getHostAddress().split(":", -1);
    int start = -1;
    int length = 1;
    for (int i = 0; i < groups.length; i++) {
      int end = i;
      while (end < groups.length && groups[end].equals("0")) end++;
      if (end - i > length) {
        start = i;
        length = end - i;
      }
    }
    if (start < 0) return String.join(":", groups);
    return String.join(":", java.util.Arrays.copyOfRange(groups, 0, start))
        + "::"
        + String.join(":", java.util.Arrays.copyOfRange(groups, start + length, groups.length));
  }
}

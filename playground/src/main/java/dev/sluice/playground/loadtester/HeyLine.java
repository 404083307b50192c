package dev.sluice.playground.loadtester;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A command line of the load generator `hey`, understood.
///
/// @param url of scheme http
/// @param requests in all; ignored when there is a duration
/// @param duration empty when the number of requests ends the run
/// @param perSecond requests per second and worker; 0 for no limit
/// @param headers name and value, in their order
/// @param host for the Host header; empty to take it from the address
/// @param timeout of each request; zero for none
public record HeyLine(
    URI url,
    int requests,
    Optional<Duration> duration,
    int workers,
    double perSecond,
    String method,
    List<Header> headers,
    String body,
    String host,
    Duration timeout,
    boolean keepAlive) {

  /// One header of every request.
  public record Header(String name, String value) {}

  private static final int MOST_WORKERS = 200;
  private static final int MOST_REQUESTS = 10_000_000;
  private static final Duration LONGEST = Duration.ofHours(24);
  private static final Pattern DURATION =
      Pattern.compile(
          "(?:(\\d{1,4})h)?(?:(\\d{1,6})m)?(?:(\\d{1,7}(?:\\.\\d{1,3})?)s)?(?:(\\d{1,9})ms)?");

  /// Whether a command is for `hey` at all.
  public static boolean is(String command) {
    var first = command.strip().split("\\s", 2)[0];
    return first.equals("hey") || first.endsWith("/hey");
  }

  /// @throws IllegalArgumentException for a line that cannot be run as `hey` would, naming the flag
  public static HeyLine parse(String command) {
    var reading = new Reading(Words.split(command));
    return reading.line();
  }

  private static final class Reading {
    private final List<String> words;
    private int next = 1;
    private int requests = 200;
    private Optional<Duration> duration = Optional.empty();
    private int workers = 50;
    private double perSecond;
    private String method = "GET";
    private final List<Header> headers = new ArrayList<>();
    private String contentType = "";
    private String body = "";
    private String host = "";
    private Duration timeout = Duration.ofSeconds(20);
    private boolean keepAlive = true;

    Reading(List<String> words) {
      this.words = words;
    }

    HeyLine line() {
      var address = "";
      while (next < words.size()) {
        var word = words.get(next++);
        if (word.startsWith("-") && word.length() > 1) {
          flag(word);
        } else if (address.isEmpty()) {
          address = word;
        } else {
          throw new IllegalArgumentException("hey takes one address, '" + word + "' is another");
        }
      }
      if (duration.isEmpty() && requests < workers) {
        throw new IllegalArgumentException(
            "-n %d is less than -c %d: hey needs at least one request per worker"
                .formatted(requests, workers));
      }
      if (!contentType.isEmpty()) {
        headers.add(new Header("Content-Type", contentType));
      }
      return new HeyLine(
          url(address),
          requests,
          duration,
          workers,
          perSecond,
          method,
          List.copyOf(headers),
          body,
          host,
          timeout,
          keepAlive);
    }

    /// Go's flags: one dash or two, the value behind a space or an equals sign.
    private void flag(String word) {
      var name = word.startsWith("--") ? word.substring(2) : word.substring(1);
      var equals = name.indexOf('=');
      Optional<String> attached =
          equals < 0 ? Optional.empty() : Optional.of(name.substring(equals + 1));
      name = equals < 0 ? name : name.substring(0, equals);
      switch (name) {
        case "n" -> requests = number(name, value(name, attached), MOST_REQUESTS);
        case "c" -> workers = number(name, value(name, attached), MOST_WORKERS);
        case "q" -> perSecond = rate(value(name, attached));
        case "z" -> duration = Optional.of(duration(name, value(name, attached)));
        case "m" -> method = value(name, attached).toUpperCase(Locale.ROOT);
        case "H" -> headers.add(header(value(name, attached)));
        case "A" -> headers.add(new Header("Accept", value(name, attached)));
        case "T" -> contentType = value(name, attached);
        case "U" -> headers.add(new Header("User-Agent", value(name, attached)));
        case "d" -> body = value(name, attached);
        case "host" -> host = value(name, attached);
        case "t" -> timeout = Duration.ofSeconds(seconds(name, value(name, attached)));
        case "disable-keepalive" -> keepAlive = false;
        case "disable-compression", "disable-redirects" -> {
          // Neither is ever done here.
        }
        case "cpus" -> number(name, value(name, attached), 1024);
        default ->
            throw new IllegalArgumentException(
                "flag -%s of hey is not supported here; supported are -n -z -c -q -m -H -A -T -U -d"
                        .formatted(name)
                    + " -host -t -cpus -disable-keepalive -disable-compression"
                    + " -disable-redirects");
      }
    }

    private String value(String flag, Optional<String> attached) {
      if (attached.isPresent()) {
        return attached.get();
      }
      if (next >= words.size()) {
        throw new IllegalArgumentException("flag -" + flag + " of hey needs a value");
      }
      return words.get(next++);
    }

    private static int number(String flag, String text, int most) {
      if (!text.matches("[0-9]{1,9}")
          || Integer.parseInt(text) < 1
          || Integer.parseInt(text) > most) {
        throw new IllegalArgumentException(
            "flag -%s of hey needs a number from 1 to %d, not '%s'".formatted(flag, most, text));
      }
      return Integer.parseInt(text);
    }

    private static int seconds(String flag, String text) {
      if (!text.matches("[0-9]{1,5}")) {
        throw new IllegalArgumentException(
            "flag -%s of hey needs a number of seconds, not '%s'".formatted(flag, text));
      }
      return Integer.parseInt(text);
    }

    private static double rate(String text) {
      if (!text.matches("[0-9]{1,6}(\\.[0-9]{1,6})?")) {
        throw new IllegalArgumentException(
            "flag -q of hey needs requests per second, not '" + text + "'");
      }
      return Double.parseDouble(text);
    }

    private static Duration duration(String flag, String text) {
      var found = DURATION.matcher(text);
      var total = Duration.ZERO;
      if (!text.isEmpty() && found.matches()) {
        total =
            Duration.ofHours(whole(found.group(1)))
                .plusMinutes(whole(found.group(2)))
                .plusMillis(
                    found.group(3) == null
                        ? 0
                        : Math.round(Double.parseDouble(found.group(3)) * 1000))
                .plusMillis(whole(found.group(4)));
      }
      if (total.isZero() || total.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException(
            "flag -%s of hey needs a duration such as 1m or 30s, at most 24h, not '%s'"
                .formatted(flag, text));
      }
      return total;
    }

    private static long whole(@Nullable String digits) {
      return digits == null ? 0 : Long.parseLong(digits);
    }

    private static Header header(String text) {
      var colon = text.indexOf(':');
      if (colon < 1 || text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0) {
        throw new IllegalArgumentException("flag -H of hey needs NAME: VALUE, not '" + text + "'");
      }
      return new Header(text.substring(0, colon).strip(), text.substring(colon + 1).strip());
    }

    private static URI url(String address) {
      if (address.isEmpty()) {
        throw new IllegalArgumentException("hey needs an address");
      }
      try {
        var url = new URI(address);
        if (!"http".equals(url.getScheme()) || url.getRawAuthority() == null) {
          throw new IllegalArgumentException(
              "hey needs an http:// address here, not '" + address + "'");
        }
        return url;
      } catch (URISyntaxException e) {
        throw new IllegalArgumentException("'" + address + "' is no address: " + e.getReason(), e);
      }
    }
  }
}

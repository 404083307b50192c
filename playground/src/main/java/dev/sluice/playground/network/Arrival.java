package dev.sluice.playground.network;

import java.util.ArrayDeque;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// What a proxy does to a request before it looks for a route.
final class Arrival {
  private static final String KEPT = "x-envoy-original-dst-host";

  private Arrival() {}

  static RequestHead of(RequestHead raw, boolean gateway, RandomGenerator random) {
    // Callers cannot change timeouts or retries.
    var headers = raw.headers().without(n -> n.startsWith("x-envoy-") && !n.equals(KEPT));
    if (headers.first("x-forwarded-proto").isEmpty()) {
      headers = headers.add("x-forwarded-proto", "http");
    }
    if (headers.first("x-request-id").isEmpty()) {
      headers = headers.add("x-request-id", id(random));
    }
    if (gateway) {
      headers = headers.set("x-envoy-internal", "true");
      if (headers.first("x-forwarded-for").isEmpty()) {
        headers = headers.add("x-forwarded-for", "127.0.0.1");
      }
    }
    return new RequestHead(raw.method(), raw.authority(), normalized(raw.target()), headers);
  }

  /// A version 4 UUID from the given draws, so that a simulation repeats itself.
  private static String id(RandomGenerator random) {
    var high = (random.nextLong() & ~0xf000L) | 0x4000L;
    var low = (random.nextLong() & (Long.MAX_VALUE >>> 1)) | Long.MIN_VALUE;
    return new UUID(high, low).toString();
  }

  /// Cuts a fragment, decodes unreserved characters, resolves `.` and `..`; keeps `//` and `%2F`.
  static String normalized(String target) {
    var cut = target.indexOf('#');
    var whole = cut < 0 ? target : target.substring(0, cut);
    var mark = whole.indexOf('?');
    var path = mark < 0 ? whole : whole.substring(0, mark);
    var query = mark < 0 ? "" : whole.substring(mark);
    return resolved(decoded(path.replace('\\', '/'))) + query;
  }

  private static String decoded(String path) {
    var text = new StringBuilder();
    for (var i = 0; i < path.length(); i++) {
      var c = path.charAt(i);
      if (c == '%' && i + 2 < path.length()) {
        var high = Character.digit(path.charAt(i + 1), 16);
        var low = Character.digit(path.charAt(i + 2), 16);
        var code = high * 16 + low;
        if (high >= 0 && low >= 0 && unreserved(code)) {
          text.append((char) code);
          i += 2;
          continue;
        }
      }
      text.append(c);
    }
    return text.toString();
  }

  private static boolean unreserved(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '.'
        || c == '_'
        || c == '~';
  }

  private static String resolved(String path) {
    if (!path.contains("/.")) {
      return path.isEmpty() ? "/" : path;
    }
    var parts = new ArrayDeque<String>();
    var segments = path.substring(1).split("/", -1);
    for (var i = 0; i < segments.length; i++) {
      var last = i == segments.length - 1;
      switch (segments[i]) {
        case "." -> {
          if (last) {
            parts.addLast("");
          }
        }
        case ".." -> {
          parts.pollLast();
          if (last) {
            parts.addLast("");
          }
        }
        default -> parts.addLast(segments[i]);
      }
    }
    return "/" + String.join("/", parts);
  }
}

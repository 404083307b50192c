package dev.sluice.playground.network;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.OptionalInt;
import java.util.Set;

/// Heads of HTTP messages, to and from Vert.x. What belongs to one connection only stays behind.
final class HttpHeads {
  private static final Set<String> OF_THE_CONNECTION =
      Set.of(
          "connection",
          "expect",
          "host",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private HttpHeads() {}

  static RequestHead head(HttpServerRequest request, String authority, String target) {
    return new RequestHead(request.method().name(), authority, target, headers(request.headers()));
  }

  static Headers headers(MultiMap from) {
    var headers = new ArrayList<Headers.Header>();
    from.forEach((name, value) -> headers.add(new Headers.Header(name, value)));
    return new Headers(headers).without(OF_THE_CONNECTION::contains);
  }

  static void put(Headers headers, MultiMap to) {
    headers.all().forEach(h -> to.add(h.name(), h.value()));
  }

  /// 80 when the authority names none; empty when it names nonsense.
  static OptionalInt port(String authority) {
    var colon = authority.lastIndexOf(':');
    if (colon < 0 || colon < authority.lastIndexOf(']')) {
      return OptionalInt.of(80);
    }
    var digits = authority.substring(colon + 1);
    if (!digits.matches("[0-9]{1,5}") || Integer.parseInt(digits) > 65_535) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(Integer.parseInt(digits));
  }
}

package dev.sluice.playground.network;

import java.util.List;

/// A request without its body.
///
/// @param authority host, with or without port, as the caller wrote it
/// @param target path and query, as the caller wrote them; begins with `/`
/// @param headers without `host`
public record RequestHead(String method, String authority, String target, Headers headers) {

  public static RequestHead get(String authority, String target) {
    return new RequestHead("GET", authority, target, Headers.NONE);
  }

  /// Without query.
  public String path() {
    var query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }

  /// With its question mark; empty when there is none.
  public String query() {
    var query = target.indexOf('?');
    return query < 0 ? "" : target.substring(query);
  }

  /// The authority in lower case, without port and without the dot that ends a full name.
  public String host() {
    return hostOf(authority);
  }

  public String scheme() {
    return headers.first("x-forwarded-proto").orElse("http");
  }

  /// Values of a header, or of `:authority`, `:method`, `:path`, `:scheme`.
  List<String> values(String name) {
    return switch (name) {
      case ":authority", "host" -> List.of(authority);
      case ":method" -> List.of(method);
      case ":path" -> List.of(target);
      case ":scheme" -> List.of(scheme());
      default -> headers.values(name);
    };
  }

  RequestHead withTarget(String changed) {
    return new RequestHead(method, authority, changed, headers);
  }

  RequestHead withAuthority(String changed) {
    return new RequestHead(method, changed, target, headers);
  }

  RequestHead withHeaders(Headers changed) {
    return new RequestHead(method, authority, target, changed);
  }

  static String hostOf(String authority) {
    var host = authority;
    var colon = host.lastIndexOf(':');
    if (colon > host.lastIndexOf(']') && colon >= 0) {
      host = host.substring(0, colon);
    }
    return Names.lower(host.endsWith(".") ? host.substring(0, host.length() - 1) : host);
  }
}

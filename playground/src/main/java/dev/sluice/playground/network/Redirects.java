package dev.sluice.playground.network;

import dev.sluice.playground.network.VirtualService.Redirect;

/// Where a redirect sends a caller. The query is kept, unless the redirect says another.
final class Redirects {
  private Redirects() {}

  /// @param matched what the request fulfilled
  /// @param callersPort that the caller connected to
  static String location(
      Redirect redirect, Condition matched, RequestHead request, int callersPort) {
    if (redirect.tidy()) {
      return tidy(redirect, matched, request, callersPort);
    }
    var scheme = redirect.scheme() == null ? request.scheme() : redirect.scheme();
    var port = redirect.callersPort() ? (Integer) callersPort : redirect.port();
    var authority =
        redirect.authority() == null
            ? kept(request, !scheme.equals(request.scheme()), port != null)
            : redirect.authority();
    if (port != null) {
      authority = authority + ":" + port;
    }
    var path = redirect.uri() == null ? request.path() : redirect.uri();
    return scheme + "://" + authority + path + (path.indexOf('?') < 0 ? request.query() : "");
  }

  private static String tidy(
      Redirect redirect, Condition matched, RequestHead request, int callersPort) {
    var scheme = redirect.scheme() == null ? request.scheme() : redirect.scheme();
    var implied = scheme.equals("https") ? 443 : 80;
    var port =
        redirect.port() != null
            ? (int) redirect.port()
            : redirect.scheme() == null ? callersPort : implied;
    var host = redirect.authority() == null ? request.host() : redirect.authority();
    var path =
        redirect.uri() != null
            ? redirect.uri()
            : redirect.prefix() == null
                ? request.path()
                : matched.withPrefix(request.path(), redirect.prefix());
    return scheme + "://" + host + (port == implied ? "" : ":" + port) + path + request.query();
  }

  /// The caller's own authority; a port that only the old scheme implied does not go along.
  private static String kept(RequestHead request, boolean otherScheme, boolean otherPort) {
    var authority = request.authority();
    var colon = authority.lastIndexOf(':');
    if (colon < 0 || colon < authority.lastIndexOf(']')) {
      return authority;
    }
    var implied = request.scheme().equals("https") ? ":443" : ":80";
    return otherPort || (otherScheme && authority.substring(colon).equals(implied))
        ? authority.substring(0, colon)
        : authority;
  }
}

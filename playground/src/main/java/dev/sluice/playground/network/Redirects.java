package dev.sluice.playground.network;

import dev.sluice.playground.network.VirtualService.Redirect;

/// Where a redirect sends a caller. The query is kept.
final class Redirects {
  private Redirects() {}

  static String location(Redirect redirect, RequestHead request) {
    var scheme = redirect.scheme() == null ? request.scheme() : redirect.scheme();
    var authority = redirect.authority() == null ? request.authority() : redirect.authority();
    var port = redirect.port();
    if (port != null) {
      var colon = authority.lastIndexOf(':');
      authority = (colon < 0 ? authority : authority.substring(0, colon)) + ":" + port;
    }
    var path = redirect.uri() == null ? request.path() : redirect.uri();
    return scheme + "://" + authority + path + request.query();
  }
}

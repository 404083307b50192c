package dev.sluice.playground.network;

import dev.sluice.playground.network.RouteTable.Route;
import dev.sluice.playground.network.RouteTable.Share;
import dev.sluice.playground.network.VirtualService.Changes;
import java.util.List;

/// What the route changes in a request on its way to a pod.
final class Departure {
  private Departure() {}

  static RequestHead of(Route route, Share share, RequestHead request) {
    var rule = route.action().rule();
    var outer = ActionMaker.requests(rule.headers());
    var levels =
        route.action().weighted()
            ? List.of(share.request(), outer)
            : List.of(HeaderRules.merged(outer, share.request()));
    var headers = request.headers();
    for (var level : levels) {
      headers = HeaderRules.apply(level, headers, HeaderFormat.Facts.of(request));
    }
    var head = authority(route, levels, request.withHeaders(headers));
    return target(route, head);
  }

  /// @param shadow appends `-shadow` to the host name
  static RequestHead copy(RequestHead outgoing, boolean shadow) {
    var headers =
        outgoing
            .headers()
            .set("x-envoy-attempt-count", "1")
            .set("x-envoy-internal", "true")
            .set("x-forwarded-for", "127.0.0.1");
    var copy = outgoing.withHeaders(headers);
    if (!shadow) {
      return copy;
    }
    var colon = outgoing.authority().lastIndexOf(':');
    return copy.withAuthority(
        colon < 0
            ? outgoing.authority() + "-shadow"
            : outgoing.authority().substring(0, colon)
                + "-shadow"
                + outgoing.authority().substring(colon));
  }

  private static RequestHead authority(Route route, List<Changes> levels, RequestHead head) {
    var rewrite = route.action().rule().rewrite();
    var wanted =
        rewrite != null && rewrite.authority() != null
            ? rewrite.authority()
            : levels.stream()
                .flatMap(l -> HeaderRules.authority(l).stream())
                .findFirst()
                .orElse(null);
    return wanted == null
        ? head
        : head.withAuthority(wanted)
            .withHeaders(head.headers().set("x-envoy-original-host", head.authority()));
  }

  private static RequestHead target(Route route, RequestHead head) {
    var rewrite = route.action().rule().rewrite();
    if (rewrite == null) {
      return head;
    }
    var regex = route.action().rewrite();
    var path = head.path();
    if (regex != null && rewrite.replacement() != null) {
      path = regex.matcher(path).replaceAll(java(rewrite.replacement()));
    } else if (rewrite.uri() != null && rewrite.wholePath()) {
      path = rewrite.uri();
    } else if (rewrite.uri() != null) {
      path = route.condition().rewritten(path, rewrite.uri());
    } else {
      return head;
    }
    return head.withTarget(path + head.query())
        .withHeaders(head.headers().set("x-envoy-original-path", head.target()));
  }

  /// RE2 writes groups as `\1`, re2j as `$1`.
  private static String java(String replacement) {
    return replacement.replace("$", "\\$").replaceAll("\\\\([0-9])", "\\$$1");
  }
}

package dev.sluice.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluice.crds.Analysis.SessionAffinity;
import dev.sluice.crds.Canary;
import dev.sluice.mesh.Split.Affinity;
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPMatchRequest;
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPRoute;
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPRouteDestination;
import io.fabric8.istio.api.api.networking.v1alpha3.Headers;
import io.fabric8.istio.api.api.networking.v1alpha3.HeadersHeaderOperations;
import io.fabric8.istio.api.api.networking.v1alpha3.StringMatch;
import io.fabric8.istio.api.api.networking.v1alpha3.StringMatchRegex;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The rules that keep a user on the side that answered first, by a cookie, in Flagger's shapes: in
/// front of the rule that splits one for the holders of each cookie; the split hands them out.
final class IstioAffinity {
  private final Canary app;
  private final ObjectMapper json;

  IstioAffinity(Canary app, ObjectMapper json) {
    this.app = app;
    this.json = json;
  }

  /// @param rules the split's own, to which the others are added in front
  /// @param extras that stood there so far
  /// @param common what every rule of the Canary says
  void keep(Split wanted, List<HTTPRoute> rules, List<HTTPRoute> extras, IstioRules common) {
    SessionAffinity asked = app.spec().analysis().sessionAffinity();
    if (asked == null) {
      return;
    }
    switch (wanted.affinity()) {
      case Affinity.Anyone _ -> {}
      case Affinity.Ended(var cookie) -> {
        String words =
            said(cookie, extras).orElseGet(() -> AffinityCookies.setCookie(asked, cookie, "-1"));
        HTTPRoute forget = rule(cookie, Percent.NONE, extras, common);
        Headers headers = forget.getHeaders() == null ? new Headers() : forget.getHeaders();
        forget.setHeaders(answering(headers, words));
        rules.addFirst(forget);
      }
      case Affinity.Kept(var canary, var primary) -> {
        HTTPRoute split = rules.getLast();
        hand(
            split,
            app.canaryServiceName(),
            AffinityCookies.setCookie(asked, canary, "" + asked.lifetime()));
        primary.ifPresent(cookie -> {
          rules.addFirst(rule(cookie, Percent.NONE, extras, common));
          String age = "" + app.spec().analysis().every().toSeconds();
          hand(split, app.primaryServiceName(), AffinityCookies.setCookie(asked, cookie, age));
        });
        rules.addFirst(rule(canary, Percent.ALL, extras, common));
      }
    }
  }

  /// How the holders of a cookie are told to forget it already. It has the attributes of the time
  /// when it was handed out, or Flagger's words, which have none.
  @SuppressWarnings("ConstantValue") // the client's model has null for an absent map
  private Optional<String> said(String cookie, List<HTTPRoute> extras) {
    return extras.stream()
        .filter(extra -> cookieOf(app, extra).filter(cookie::equals).isPresent())
        .map(HTTPRoute::getHeaders)
        .filter(headers -> headers != null && headers.getResponse() != null)
        .map(headers -> headers.getResponse().getAdd())
        .filter(added -> added != null && added.containsKey(AffinityCookies.SET_COOKIE))
        .map(added -> added.get(AffinityCookies.SET_COOKIE))
        .filter(words -> words.startsWith(cookie + "; Max-Age=-1"))
        .findFirst();
  }

  private HTTPRoute rule(String cookie, Percent canary, List<HTTPRoute> extras, IstioRules common) {
    JsonNode condition =
        JsonNodeFactory.instance
            .objectNode()
            .set(
                "headers",
                JsonNodeFactory.instance
                    .objectNode()
                    .set(
                        AffinityCookies.COOKIE,
                        JsonNodeFactory.instance
                            .objectNode()
                            .put("regex", AffinityCookies.pattern(cookie))));
    HTTPRoute rule =
        extras.stream()
            .filter(extra -> cookieOf(app, extra).filter(cookie::equals).isPresent())
            .findFirst()
            .orElseGet(HTTPRoute::new);
    common.common(rule, Conditions.withCookie(app, condition));
    common.destinations(canary, rule);
    return rule;
  }

  private void hand(HTTPRoute split, String side, String cookie) {
    for (HTTPRouteDestination destination : IstioWeights.destinations(split)) {
      if (IstioWeights.host(app, destination).equals(side)) {
        destination.setHeaders(answering(new Headers(), cookie));
      }
    }
  }

  private Headers answering(Headers headers, String cookie) {
    Headers result = json.convertValue(json.<JsonNode>valueToTree(headers), Headers.class);
    HeadersHeaderOperations response =
        result.getResponse() == null ? new HeadersHeaderOperations() : result.getResponse();
    var added = MeshObjects.sorted(response.getAdd());
    added.put(AffinityCookies.SET_COOKIE, cookie);
    response.setAdd(added);
    result.setResponse(response);
    return result;
  }

  /// Whether a rule is one for the holders of a cookie.
  static boolean isRule(Canary app, HTTPRoute rule) {
    return cookieOf(app, rule).isPresent();
  }

  /// The cookie whose holders a rule is for, as `name=value`.
  static Optional<String> cookieOf(Canary app, HTTPRoute rule) {
    SessionAffinity asked = app.spec().analysis().sessionAffinity();
    if (asked == null || IstioRules.matches(rule).isEmpty()) {
      return Optional.empty();
    }
    List<Optional<String>> cookies =
        IstioRules.matches(rule).stream().map(match -> cookieOf(asked, match)).distinct().toList();
    return cookies.size() == 1 ? cookies.getFirst() : Optional.empty();
  }

  @SuppressWarnings("ConstantValue") // the client's model has null for an absent map
  private static Optional<String> cookieOf(SessionAffinity asked, HTTPMatchRequest match) {
    if (match.getHeaders() == null) {
      return Optional.empty();
    }
    for (Map.Entry<String, StringMatch> header : match.getHeaders().entrySet()) {
      if (header.getKey().equalsIgnoreCase(AffinityCookies.COOKIE)
          && header.getValue().getMatchType() instanceof StringMatchRegex regex) {
        return AffinityCookies.of(asked, regex.getRegex());
      }
    }
    return Optional.empty();
  }
}

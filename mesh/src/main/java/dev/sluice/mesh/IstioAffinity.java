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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The rules that keep a user on the side that answered first, by a cookie, in Flagger's shapes: in
/// front of the rule that splits one for the holders of each cookie; the split hands them out.
final class IstioAffinity {
  private static final String COOKIE = "Cookie";
  private static final String SET_COOKIE = "Set-Cookie";

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
        HTTPRoute forget = rule(cookie, Percent.NONE, extras, common);
        Headers headers = forget.getHeaders() == null ? new Headers() : forget.getHeaders();
        forget.setHeaders(answering(headers, setCookie(asked, cookie, "-1")));
        rules.addFirst(forget);
      }
      case Affinity.Kept(var canary, var primary) -> {
        HTTPRoute split = rules.getLast();
        hand(split, app.canaryServiceName(), setCookie(asked, canary, "" + asked.lifetime()));
        primary.ifPresent(cookie -> {
          rules.addFirst(rule(cookie, Percent.NONE, extras, common));
          String age = "" + app.spec().analysis().every().toSeconds();
          hand(split, app.primaryServiceName(), setCookie(asked, cookie, age));
        });
        rules.addFirst(rule(canary, Percent.ALL, extras, common));
      }
    }
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
                        COOKIE,
                        JsonNodeFactory.instance.objectNode().put("regex", pattern(cookie))));
    HTTPRoute rule =
        extras.stream()
            .filter(extra -> cookieOf(app, extra).filter(cookie::equals).isPresent())
            .findFirst()
            .orElseGet(HTTPRoute::new);
    common.common(rule, IstioMatches.withCookie(app, condition));
    common.destinations(canary, rule);
    return rule;
  }

  /// Name and value in this order, wherever they stand among the caller's cookies. The value is
  /// random, so that it is part of no other.
  private static String pattern(String cookie) {
    int end = cookie.indexOf('=');
    return ".*" + cookie.substring(0, end) + ".*" + cookie.substring(end + 1) + ".*";
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
    var added = sorted(response.getAdd());
    added.put(SET_COOKIE, cookie);
    response.setAdd(added);
    result.setResponse(response);
    return result;
  }

  @SuppressWarnings("ConstantValue") // the client's model has null for an absent map
  private static Map<String, String> sorted(Map<String, String> map) {
    return map == null ? new TreeMap<>() : new TreeMap<>(map);
  }

  /// Browsers take back only a cookie that has the attributes with which it was set.
  private static String setCookie(SessionAffinity asked, String cookie, String age) {
    StringBuilder text = new StringBuilder(cookie).append("; Max-Age=").append(age);
    attribute(text, "Domain", asked.domain());
    text.append(asked.httpOnly() ? "; HttpOnly" : "");
    text.append(asked.partitioned() ? "; Partitioned" : "");
    attribute(text, "Path", asked.path());
    attribute(text, "SameSite", asked.sameSite());
    return text.append(asked.secure() ? "; Secure" : "").toString();
  }

  private static void attribute(StringBuilder text, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      text.append("; ").append(name).append('=').append(value);
    }
  }

  /// Whether a rule is one for the holders of a cookie.
  static boolean isRule(Canary app, HTTPRoute rule) {
    return cookieOf(app, rule).isPresent();
  }

  /// How users are kept by these rules; empty where they contradict each other.
  static Optional<Affinity> read(Canary app, List<HTTPRoute> rules) {
    SessionAffinity asked = app.spec().analysis().sessionAffinity();
    List<String> canary = new ArrayList<>();
    List<String> primary = new ArrayList<>();
    List<String> ended = new ArrayList<>();
    for (HTTPRoute rule : rules) {
      Optional<String> cookie = cookieOf(app, rule);
      if (asked != null && cookie.isPresent()) {
        boolean ofCanary = cookie.get().startsWith(asked.cookieName() + "=");
        boolean stays = IstioWeights.of(app, rule).filter(Percent.ALL::equals).isPresent();
        (ofCanary ? stays ? canary : ended : primary).add(cookie.get());
      }
    }
    if (canary.size() + ended.size() > 1 || primary.size() > 1) {
      return Optional.empty();
    }
    if (!canary.isEmpty()) {
      return Optional.of(new Affinity.Kept(canary.getFirst(), primary.stream().findFirst()));
    }
    return Optional.of(ended.isEmpty() ? Affinity.NONE : new Affinity.Ended(ended.getFirst()));
  }

  /// The cookie whose holders a rule is for, as `name=value`.
  private static Optional<String> cookieOf(Canary app, HTTPRoute rule) {
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
      if (header.getKey().equalsIgnoreCase(COOKIE)
          && header.getValue().getMatchType() instanceof StringMatchRegex regex) {
        return Optional.ofNullable(asked.primaryCookieName())
            .flatMap(name -> held(name, regex.getRegex()))
            .or(() -> held(asked.cookieName(), regex.getRegex()));
      }
    }
    return Optional.empty();
  }

  private static Optional<String> held(String name, @Nullable String regex) {
    Matcher matcher =
        Pattern.compile("\\.\\*" + Pattern.quote(name) + "\\.\\*([A-Za-z0-9]+)\\.\\*")
            .matcher(regex == null ? "" : regex);
    return matcher.matches() ? Optional.of(name + "=" + matcher.group(1)) : Optional.empty();
  }

  /// What of the affinity Istio would refuse, or browsers would not obey.
  static void problems(Canary app, Findings found) {
    SessionAffinity asked = app.spec().analysis().sessionAffinity();
    if (asked == null) {
      return;
    }
    String field = "spec.analysis.sessionAffinity";
    cookieName(field + ".cookieName", asked.cookieName(), found);
    if (asked.primaryCookieName() != null) {
      cookieName(field + ".primaryCookieName", asked.primaryCookieName(), found);
    }
    attributeText(field + ".domain", asked.domain(), found);
    attributeText(field + ".path", asked.path(), found);
    if ("None".equals(asked.sameSite()) && !asked.secure()) {
      found.add(field + ".secure", "browsers drop a cookie with SameSite=None that is not Secure");
    }
    if (asked.partitioned() && !asked.secure()) {
      found.add(field + ".secure", "browsers drop a partitioned cookie that is not Secure");
    }
  }

  private static void cookieName(String field, String name, Findings found) {
    // it becomes part of a regular expression, too
    if (!name.matches("[A-Za-z0-9_-]{1,64}")) {
      found.add(field, "is 1 to 64 letters, digits, dashes and underscores, not '" + name + "'");
    }
  }

  private static void attributeText(String field, @Nullable String value, Findings found) {
    if (value != null && !value.matches("[^;,\\s\\p{Cntrl}%]*")) {
      found.add(field, "must not have blanks, semicolons, commas or percent signs");
    }
  }
}

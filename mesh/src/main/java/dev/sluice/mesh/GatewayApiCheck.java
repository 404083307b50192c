package dev.sluice.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sluice.crds.Analysis;
import dev.sluice.crds.Canary;
import dev.sluice.crds.CanaryService;
import dev.sluice.crds.GoDuration;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What of a specification an HTTPRoute cannot say, or the API server would refuse. What would only
/// be missing is warned of; what would send requests elsewhere is refused.
final class GatewayApiCheck {
  private static final int MOST_HOSTS = 16;
  private static final int MOST_MATCHES = 64;
  private static final int MOST_CONDITIONS = 16;
  private static final int MOST_MATCHES_OF_ROUTE = 128;
  private static final int MOST_FILTERS = 16;
  private static final Duration LONGEST_DURATION = Duration.ofHours(99_999);

  private static final Pattern HOST =
      Pattern.compile(
          "(?:\\*\\.)?[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*");
  private static final Pattern PATH =
      Pattern.compile("/(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})*");
  private static final Pattern NOT_IN_PATH = Pattern.compile("//|/\\.{1,2}(?:/|$)|%2[fF]");
  private static final Pattern ORIGIN =
      Pattern.compile("\\*|[a-zA-Z][a-zA-Z0-9+.-]+://[^:/?#]+(?::[0-9]{1,5})?");
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

  /// Conditions that an HTTPRoute has no words for; without them it would take more requests.
  private static final List<String> NO_CONDITION =
      List.of(
          "scheme",
          "authority",
          "port",
          "withoutHeaders",
          "sourceLabels",
          "sourceNamespace",
          "gateways",
          "ignoreUriCase");

  private GatewayApiCheck() {}

  static List<RouteProblem> problems(Canary app) {
    CanaryService service = app.spec().service();
    Findings found = new Findings();
    found.between("spec.service.port", IntNode.valueOf(service.port()), 1, 65535);
    if (service.gatewayRefs().isEmpty()) {
      found.add("spec.service.gatewayRefs", "must name the Gateway, or other parent, of the route");
    }
    hosts(service, found);
    if (service.delegation()) {
      found.add("spec.service.delegation", "is Istio's alone");
    }
    if (service.tcp()) {
      found.add("spec.service.appProtocol", "an HTTPRoute does not route plain TCP");
    }
    timeouts(service, found);
    matches(app, found);
    rewrite(app, found);
    headers(orMissing(service.headers()), found);
    cors(orMissing(service.corsPolicy()), found);
    mirrors(app, found);
    Conditions.problems(app, found);
    AffinityCookies.problems(app, found);
    return found.all();
  }

  static List<RouteProblem> warnings(Canary app) {
    CanaryService service = app.spec().service();
    Findings found = new Findings();
    String ignored = "has no meaning for the Gateway API and is ignored";
    when(!service.gateways().isEmpty(), "spec.service.gateways", ignored, found);
    when(service.trafficPolicy() != null, "spec.service.trafficPolicy", ignored, found);
    when(service.meshName() != null, "spec.service.meshName", ignored, found);
    when(!service.backends().isEmpty(), "spec.service.backends", ignored, found);
    when(
        service.retries() != null,
        "spec.service.retries",
        "is ignored: retries are no part of the standard Gateway API",
        found);
    when(
        service.portDiscovery(),
        "spec.service.portDiscovery",
        "adds ports to the Services; the route leads to port " + service.port() + " alone",
        found);
    for (int i = 0; i < service.match().size(); i++) {
      for (String label : List.of("name", "statPrefix")) {
        when(
            service.match().get(i).hasNonNull(label),
            "spec.service.match[" + i + "]." + label,
            ignored,
            found);
      }
    }
    when(
        app.spec().analysis().mirror()
            && app.spec().analysis().mirrorWeight() > 0
            && app.spec().analysis().mirrorWeight() < 100,
        "spec.analysis.mirrorWeight",
        "needs a gateway and definitions that know percent of RequestMirror; those that do not copy"
            + " all requests or none",
        found);
    when(
        app.spec().analysis().metrics().stream()
            .anyMatch(metric ->
                metric.templateRef() == null
                    && (metric.name().equals(Analysis.SUCCESS_RATE)
                        || metric.name().equals(Analysis.DURATION))),
        "spec.analysis.metrics",
        "the built-in metrics are the application's own http_request_duration_seconds; for what the"
            + " gateway measures write a MetricTemplate",
        found);
    when(
        app.spec().analysis().comparison() != null,
        "spec.analysis.comparison",
        "compares Istio's metrics: the pods of canary and primary need its proxies",
        found);
    return found.all();
  }

  private static void when(boolean so, String field, String why, Findings found) {
    if (so) {
      found.add(field, why);
    }
  }

  private static void hosts(CanaryService service, Findings found) {
    Set<String> before = new HashSet<>();
    when(
        service.hosts().size() > MOST_HOSTS,
        "spec.service.hosts",
        "an HTTPRoute has at most " + MOST_HOSTS,
        found);
    for (int i = 0; i < service.hosts().size(); i++) {
      String host = service.hosts().get(i);
      String field = "spec.service.hosts[" + i + "]";
      if (!before.add(host)) {
        found.add(field, "'" + host + "' is listed twice");
      } else if (host.equals("*")) {
        found.add(field, "'*' is said by no hosts at all: the route takes those of its listeners");
      } else if (host.length() > 253 || !HOST.matcher(host).matches()) {
        found.add(field, "'" + host + "' is not the name of a host in lower case");
      }
    }
  }

  private static void timeouts(CanaryService service, Findings found) {
    Findings durations = new Findings();
    duration("spec.service.timeout", service.timeout(), durations);
    duration("spec.service.backendTimeout", service.backendTimeout(), durations);
    durations.all().forEach(problem -> found.add(problem.field(), problem.why()));
    if (durations.all().isEmpty()
        && service.timeout() != null
        && service.backendTimeout() != null
        && GoDuration.parse(service.backendTimeout()).compareTo(GoDuration.parse(service.timeout()))
            > 0) {
      found.add("spec.service.backendTimeout", "must not be longer than spec.service.timeout");
    }
  }

  private static void duration(String field, @Nullable String text, Findings found) {
    if (text != null) {
      found.duration(field, TextNode.valueOf(text));
      if (found.all().isEmpty() && GoDuration.parse(text).compareTo(LONGEST_DURATION) > 0) {
        found.add(field, "is longer than the Gateway API can say");
      }
    }
  }

  private static void matches(Canary app, Findings found) {
    List<JsonNode> where = app.spec().service().match();
    List<JsonNode> who = app.spec().analysis().match();
    for (int i = 0; i < where.size(); i++) {
      match("spec.service.match[" + i + "]", where.get(i), found);
    }
    for (int i = 0; i < who.size(); i++) {
      match("spec.analysis.match[" + i + "]", who.get(i), found);
    }
    int own = Math.max(1, where.size());
    boolean abTest = app.spec().analysis().strategy() == Analysis.Strategy.AB_TESTING;
    int chosen = abTest ? own * who.size() : 0;
    int sticky = app.spec().analysis().sessionAffinity() == null ? 0 : 2 * own;
    if (own > MOST_MATCHES
        || chosen > MOST_MATCHES
        || own + chosen + sticky >= MOST_MATCHES_OF_ROUTE) {
      found.add(
          abTest ? "spec.analysis.match" : "spec.service.match",
          "makes more conditions than an HTTPRoute may have");
    }
    for (int i = 0; i < where.size(); i++) {
      if (sticky > 0 && asksForCookie(where.get(i))) {
        found.add(
            "spec.service.match[" + i + "].headers",
            "asks for cookies, and so does sessionAffinity; a rule can ask only once");
      }
      for (JsonNode one : who) {
        twice("spec.analysis.match", where.get(i).path("headers"), one.path("headers"), found);
      }
    }
  }

  private static boolean asksForCookie(JsonNode match) {
    return match.path("headers").properties().stream()
        .anyMatch(header -> header.getKey().equalsIgnoreCase(AffinityCookies.COOKIE));
  }

  /// The names of headers are told apart by case nowhere but in a manifest.
  private static void twice(String field, JsonNode where, JsonNode who, Findings found) {
    for (Map.Entry<String, JsonNode> header : who.properties()) {
      for (Map.Entry<String, JsonNode> other : where.properties()) {
        if (header.getKey().equalsIgnoreCase(other.getKey())
            && !header.getKey().equals(other.getKey())) {
          found.add(
              field + ".headers." + header.getKey(),
              "spec.service.match asks for it, too, and a rule can ask only once");
        }
      }
    }
  }

  private static void match(String field, JsonNode match, Findings found) {
    for (String part : NO_CONDITION) {
      JsonNode asked = match.path(part);
      boolean is = asked.isContainerNode() ? !asked.isEmpty() : !asked.asText("").isEmpty();
      boolean isOff =
          (asked.isBoolean() && !asked.asBoolean()) || (asked.isInt() && asked.asInt() == 0);
      when(is && !isOff, field + "." + part, "an HTTPRoute has no such condition", found);
    }
    uri(field + ".uri", match.path("uri"), found);
    JsonNode method = match.path("method");
    if (!method.isMissingNode()
        && (!method.hasNonNull("exact") || !METHODS.contains(method.path("exact").asText()))) {
      found.add(field + ".method", "must be exact, and one of HTTP's methods in capitals");
    }
    for (String part : List.of("headers", "queryParams")) {
      Set<String> before = new HashSet<>();
      when(
          match.path(part).size() > MOST_CONDITIONS,
          field + "." + part,
          "an HTTPRoute asks for at most " + MOST_CONDITIONS,
          found);
      for (Map.Entry<String, JsonNode> entry : match.path(part).properties()) {
        String at = field + "." + part + "." + entry.getKey();
        String name =
            part.equals("headers") ? entry.getKey().toLowerCase(Locale.ROOT) : entry.getKey();
        when(!before.add(name), at, "is asked for twice", found);
        when(name.startsWith(":"), at, "an HTTPRoute has no such condition", found);
        found.headerName(at, entry.getKey());
        found.matcher(at, entry.getValue());
        if (entry.getValue().hasNonNull("exact")
            && entry.getValue().path("exact").asText().isEmpty()) {
          found.add(at + ".exact", "an HTTPRoute cannot ask for an empty value");
        }
      }
    }
  }

  private static void uri(String field, JsonNode uri, Findings found) {
    found.matcher(field, uri);
    for (String kind : List.of("exact", "prefix")) {
      String path = uri.path(kind).asText("");
      if (uri.hasNonNull(kind)
          && (!PATH.matcher(path).matches() || NOT_IN_PATH.matcher(path).find())) {
        found.add(field + "." + kind, "'" + path + "' is not a path that begins with a slash");
      }
    }
  }

  private static void rewrite(Canary app, Findings found) {
    CanaryService.Rewrite rewrite = app.spec().service().rewrite();
    if (rewrite == null) {
      return;
    }
    if (rewrite.authority() != null
        && (rewrite.authority().startsWith("*") || !HOST.matcher(rewrite.authority()).matches())) {
      found.add("spec.service.rewrite.authority", "is not the name of a host in lower case");
    }
    if (rewrite.uri() != null) {
      found.text("spec.service.rewrite.uri", rewrite.uri());
    }
    if (GatewayApiFilters.REPLACE_PREFIX.equals(rewrite.type())) {
      List<JsonNode> where = app.spec().service().match();
      boolean abTest = app.spec().analysis().strategy() == Analysis.Strategy.AB_TESTING;
      boolean ofPrefix =
          where.isEmpty()
              || !(where.getFirst().path("uri").hasNonNull("exact")
                  || where.getFirst().path("uri").hasNonNull("regex"));
      if (where.size() > 1 || !ofPrefix || (abTest && app.spec().analysis().match().size() > 1)) {
        found.add(
            "spec.service.rewrite.type",
            "ReplacePrefixMatch needs one condition in spec.service.match, by prefix, and one in"
                + " spec.analysis.match");
      }
    } else if (rewrite.type() != null
        && !rewrite.type().isEmpty()
        && !rewrite.type().equals("ReplaceFullPath")) {
      found.add(
          "spec.service.rewrite.type",
          "is ReplaceFullPath or ReplacePrefixMatch, not '" + rewrite.type() + "'");
    }
  }

  private static void headers(JsonNode headers, Findings found) {
    for (String side : List.of("request", "response")) {
      for (String change : List.of("add", "set", "remove")) {
        String field = "spec.service.headers." + side + "." + change;
        JsonNode asked = headers.path(side).path(change);
        boolean isShape = change.equals("remove") ? asked.isArray() : asked.isObject();
        if (!asked.isMissingNode() && !isShape) {
          found.add(field, change.equals("remove") ? "is a list of names" : "is a map of values");
          continue;
        }
        when(
            asked.size() > MOST_FILTERS,
            field,
            "an HTTPRoute changes at most " + MOST_FILTERS,
            found);
        if (change.equals("remove")) {
          asked.forEach(name -> found.changedHeader(field, name.asText(), false));
        }
        for (Map.Entry<String, JsonNode> header : asked.properties()) {
          String at = field + "." + header.getKey();
          found.changedHeader(at, header.getKey(), false);
          found.text(at, header.getValue().asText());
          when(header.getValue().asText().isEmpty(), at, "must not be empty", found);
        }
      }
    }
  }

  private static void cors(JsonNode cors, Findings found) {
    String field = "spec.service.corsPolicy";
    for (JsonNode origin : cors.path("allowOrigin")) {
      origin(field + ".allowOrigin", origin.asText(), found);
    }
    JsonNode origins = cors.path("allowOrigins");
    for (int i = 0; i < origins.size(); i++) {
      String at = field + ".allowOrigins[" + i + "]";
      if (origins.get(i).hasNonNull("exact")) {
        origin(at + ".exact", origins.get(i).path("exact").asText(), found);
      } else {
        found.add(at, "an HTTPRoute knows exact origins and *, no patterns");
      }
    }
    for (JsonNode method : cors.path("allowMethods")) {
      if (!method.asText().equals("*") && !METHODS.contains(method.asText())) {
        found.add(field + ".allowMethods", "'" + method.asText() + "' is not an HTTP method");
      }
    }
    for (String part : List.of("allowHeaders", "exposeHeaders")) {
      for (JsonNode name : cors.path(part)) {
        if (!name.asText().equals("*")) {
          found.headerName(field + "." + part, name.asText());
        }
      }
    }
    found.duration(field + ".maxAge", cors.path("maxAge"));
    if (cors.hasNonNull("maxAge") && isShort(cors.path("maxAge").asText())) {
      found.add(field + ".maxAge", "must be at least 1s");
    }
  }

  private static boolean isShort(String text) {
    try {
      return GoDuration.parse(text).compareTo(Duration.ofSeconds(1)) < 0;
    } catch (IllegalArgumentException e) {
      return false; // said already
    }
  }

  private static void origin(String field, String origin, Findings found) {
    if (!ORIGIN.matcher(origin).matches()) {
      found.add(field, "'" + origin + "' is not an origin such as https://example.com");
    }
  }

  private static void mirrors(Canary app, Findings found) {
    List<CanaryService.Mirror> mirrors = app.spec().service().mirror();
    when(
        mirrors.size() > MOST_FILTERS - 5,
        "spec.service.mirror",
        "makes more filters than a rule may have",
        found);
    for (int i = 0; i < mirrors.size(); i++) {
      CanaryService.BackendRef backend = mirrors.get(i).backendRef();
      String field = "spec.service.mirror[" + i + "].backendRef";
      if (backend == null) {
        found.add(field, "is missing");
      } else if (backend.name().equals(app.canaryServiceName())
          && (backend.namespace() == null
              || backend.namespace().equals(app.metadata().namespace()))) {
        found.add(
            field, "is the canary's own Service; copies for it are what analysis.mirror is for");
      }
    }
  }

  private static JsonNode orMissing(@Nullable JsonNode json) {
    return json == null ? MissingNode.getInstance() : json;
  }
}

package dev.sluice.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sluice.crds.Analysis;
import dev.sluice.crds.Canary;
import dev.sluice.crds.CanaryService;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What of a specification Istio or Envoy would refuse or silently ignore. The API server alone
/// takes most of it, and Envoy then rejects the routes of every host on that port.
final class IstioCheck {
  /// Names of ports, or their part before a dash, on which HTTP rules are ignored.
  private static final Set<String> NOT_HTTP =
      Set.of("tcp", "udp", "tls", "https", "mongo", "redis", "mysql");

  private static final Pattern LABEL =
      Pattern.compile("[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?");
  private static final int LONGEST_HOST = 255;

  private static final Set<String> RETRY_CONDITIONS =
      Set.of(
          "5xx",
          "gateway-error",
          "reset",
          "reset-before-request",
          "connect-failure",
          "retriable-4xx",
          "refused-stream",
          "retriable-status-codes",
          "retriable-headers",
          "envoy-ratelimited",
          "http3-post-connect-failure",
          "cancelled",
          "deadline-exceeded",
          "internal",
          "resource-exhausted",
          "unavailable");

  /// Registered status codes; Istio takes no others to retry on.
  private static final Pattern STATUS =
      Pattern.compile(
          "10[0-3]|20[0-8]|226|30[0-578]|304|4(?:0[0-9]|1[0-8]|2[1-689]|31|51)|5(?:0[0-8]|1[01])");

  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*");

  private IstioCheck() {}

  static List<RouteProblem> problems(Canary app) {
    CanaryService service = app.spec().service();
    Findings found = new Findings();
    found.between("spec.service.port", IntNode.valueOf(service.port()), 1, 65535);
    hosts(app, found);
    gateways("spec.service.gateways", service.gateways(), found);
    if (service.delegation() && !(service.hosts().isEmpty() && service.gateways().isEmpty())) {
      found.add(
          "spec.service.delegation",
          "a delegate has no hosts and gateways of its own; remove either them or it");
    }
    if (IstioTcp.is(service)) {
      tcp(app, found);
    } else {
      notHttp(service, found);
    }
    if (service.timeout() != null) {
      found.duration("spec.service.timeout", TextNode.valueOf(service.timeout()));
    }
    rewrite(service.rewrite(), found);
    retries(orMissing(service.retries()), found);
    headers(orMissing(service.headers()), found);
    for (int i = 0; i < service.match().size(); i++) {
      match("spec.service.match[" + i + "]", service.match().get(i), found);
    }
    cors(orMissing(service.corsPolicy()), found);
    analysis(app, found);
    TrafficPolicyCheck.problems(
        "spec.service.trafficPolicy", orMissing(service.trafficPolicy()), found);
    return found.all();
  }

  /// A connection says nothing of who makes it, and nobody copies it.
  private static void tcp(Canary app, Findings found) {
    Analysis analysis = app.spec().analysis();
    if (app.spec().service().delegation()) {
      found.add(
          "spec.service.delegation", "Istio takes only HTTP rules from a delegate, not plain TCP");
    }
    if (!analysis.match().isEmpty()) {
      found.add("spec.analysis.match", "plain TCP has nothing that tells users apart");
    }
    if (analysis.mirror()) {
      found.add("spec.analysis.mirror", "Istio does not copy plain TCP");
    }
    if (analysis.sessionAffinity() != null) {
      found.add("spec.analysis.sessionAffinity", "plain TCP has no cookies");
    }
  }

  private static void analysis(Canary app, Findings found) {
    List<JsonNode> match = app.spec().analysis().match();
    for (int i = 0; i < match.size(); i++) {
      match("spec.analysis.match[" + i + "]", match.get(i), found);
    }
    Conditions.problems(app, found);
    AffinityCookies.problems(app, found);
  }

  private static JsonNode orMissing(@Nullable JsonNode json) {
    return json == null ? MissingNode.getInstance() : json;
  }

  static List<RouteProblem> warnings(Canary app) {
    CanaryService service = app.spec().service();
    Findings found = new Findings();
    List<String> gateways = IstioHosts.gateways(app);
    if (!service.delegation() && !gateways.contains(IstioHosts.MESH)) {
      found.add(
          "spec.service.gateways",
          "does not list 'mesh': callers inside the mesh who call "
              + app.apexName()
              + " always get the primary; only traffic through "
              + String.join(", ", gateways)
              + " is split");
    }
    if (service.portDiscovery()
        && gateways.contains(IstioHosts.MESH)
        && gateways.size() > 1
        && !gateways.getFirst().equals(IstioHosts.MESH)) {
      found.add(
          "spec.service.portDiscovery",
          "together with a gateway sends callers of every discovered port to port "
              + service.port()
              + "; list 'mesh' first in spec.service.gateways to keep the ports apart");
    }
    ignored(service).forEach(field -> found.add(field, "has no meaning for Istio and is ignored"));
    if (IstioTcp.is(service)) {
      httpOnly(app, found);
    }
    return found.all();
  }

  private static void httpOnly(Canary app, Findings found) {
    CanaryService service = app.spec().service();
    String ignored = "has no meaning for plain TCP and is ignored";
    for (int i = 0; i < service.match().size(); i++) {
      for (Map.Entry<String, JsonNode> condition : service.match().get(i).properties()) {
        if (!IstioTcp.CONDITIONS.contains(condition.getKey())
            && !condition.getKey().equals("name")) {
          found.add("spec.service.match[%d].%s".formatted(i, condition.getKey()), ignored);
        }
      }
    }
    Map<String, Boolean> given = new TreeMap<>();
    given.put("corsPolicy", service.corsPolicy() != null);
    given.put("headers", service.headers() != null);
    given.put("retries", service.retries() != null);
    given.put("rewrite", service.rewrite() != null);
    given.put("timeout", service.timeout() != null);
    given.forEach((field, is) -> {
      if (is) {
        found.add("spec.service." + field, ignored);
      }
    });
    List<Analysis.Metric> metrics = app.spec().analysis().metrics();
    for (int i = 0; i < metrics.size(); i++) {
      if (metrics.get(i).name().startsWith("request-")
          && metrics.get(i).templateRef() == null
          && metrics.get(i).query() == null) {
        found.add(
            "spec.analysis.metrics[%d].name".formatted(i),
            "%s counts requests, and plain TCP has none: every look will find no data; write a MetricTemplate, over istio_tcp_connections_closed_total for one"
                .formatted(metrics.get(i).name()));
      }
    }
  }

  /// What other meshes know, and Istio does not.
  private static List<String> ignored(CanaryService service) {
    List<String> fields = new ArrayList<>();
    if (service.backendTimeout() != null) {
      fields.add("spec.service.backendTimeout");
    }
    if (!service.gatewayRefs().isEmpty()) {
      fields.add("spec.service.gatewayRefs");
    }
    if (!service.mirror().isEmpty()) {
      fields.add("spec.service.mirror");
    }
    if (service.meshName() != null) {
      fields.add("spec.service.meshName");
    }
    if (!service.backends().isEmpty()) {
      fields.add("spec.service.backends");
    }
    if (service.rewrite() != null && service.rewrite().type() != null) {
      fields.add("spec.service.rewrite.type");
    }
    return fields;
  }

  private static void hosts(Canary app, Findings found) {
    List<String> hosts = app.spec().service().hosts();
    Set<String> before = new HashSet<>();
    for (int i = 0; i < hosts.size(); i++) {
      String host = hosts.get(i);
      String field = "spec.service.hosts[" + i + "]";
      if (!before.add(host)) {
        found.add(field, "'" + host + "' is listed twice");
      } else if (host.equals("*")) {
        if (IstioHosts.gateways(app).contains(IstioHosts.MESH)) {
          found.add(
              field, "'*' is only allowed on gateways; remove 'mesh' from spec.service.gateways");
        }
      } else if (!isHost(host)) {
        found.add(field, "'" + host + "' is not the name of a host");
      }
    }
  }

  private static boolean isHost(String host) {
    String name = host.startsWith("*.") ? host.substring(2) : host;
    if (name.endsWith(".")) {
      name = name.substring(0, name.length() - 1);
    }
    return host.length() <= LONGEST_HOST && isDomain(name);
  }

  private static boolean isDomain(String name) {
    for (String label : name.split("\\.", -1)) {
      if (!LABEL.matcher(label).matches()) {
        return false;
      }
    }
    return true;
  }

  /// `mesh`, a name, a full name, or `NAMESPACE/NAME`.
  private static void gateways(String field, List<String> gateways, Findings found) {
    Set<String> before = new HashSet<>();
    for (int i = 0; i < gateways.size(); i++) {
      String gateway = gateways.get(i);
      String[] parts = gateway.split("/", -1);
      boolean namespaceIsFine = parts.length < 2 || parts[0].equals(".") || isLabel(parts[0]);
      if (parts.length > 2 || !namespaceIsFine || !isDomain(parts[parts.length - 1])) {
        found.add(
            field + "[" + i + "]",
            "'" + gateway + "' is not the name of a gateway; write NAME, NAMESPACE/NAME or mesh");
      } else if (!before.add(gateway)) {
        found.add(field + "[" + i + "]", "'" + gateway + "' is listed twice");
      }
    }
  }

  private static boolean isLabel(String name) {
    return LABEL.matcher(name).matches();
  }

  private static void notHttp(CanaryService service, Findings found) {
    String given = service.appProtocol();
    boolean byName = given == null || given.isEmpty();
    String protocol = given == null || byName ? service.portNameOrDefault() : given;
    int dash = protocol.indexOf('-');
    String kind = (dash < 0 ? protocol : protocol.substring(0, dash)).toLowerCase(Locale.ROOT);
    if (NOT_HTTP.contains(kind)) {
      found.add(
          byName ? "spec.service.portName" : "spec.service.appProtocol",
          "'" + protocol + "' makes Istio ignore HTTP routes; use http or a name with http-");
    }
  }

  private static void rewrite(CanaryService.@Nullable Rewrite rewrite, Findings found) {
    if (rewrite == null) {
      return;
    }
    if (rewrite.uri() != null) {
      found.text("spec.service.rewrite.uri", rewrite.uri());
    }
    if (rewrite.authority() != null) {
      found.text("spec.service.rewrite.authority", rewrite.authority());
    }
  }

  private static void retries(JsonNode retries, Findings found) {
    String field = "spec.service.retries";
    int attempts = retries.path("attempts").asInt();
    if (attempts < 0) {
      found.add(field + ".attempts", "must not be negative");
    } else if (attempts == 0
        && (retries.hasNonNull("perTryTimeout") || !retries.path("retryOn").asText().isEmpty())) {
      found.add(
          field + ".attempts", "is 0, which switches retries off: give a number, or nothing else");
    }
    found.duration(field + ".perTryTimeout", retries.path("perTryTimeout"));
    String conditions = retries.path("retryOn").asText();
    for (String condition : conditions.isEmpty() ? new String[0] : conditions.split(",", -1)) {
      if (!RETRY_CONDITIONS.contains(condition) && !STATUS.matcher(condition).matches()) {
        found.add(
            field + ".retryOn",
            "'" + condition + "' is neither a condition that Envoy knows nor a status");
      }
    }
  }

  private static void headers(JsonNode headers, Findings found) {
    for (String side : List.of("request", "response")) {
      String field = "spec.service.headers." + side;
      boolean request = side.equals("request");
      found.headerValues(field + ".add", headers.path(side).path("add"), request);
      found.headerValues(field + ".set", headers.path(side).path("set"), request);
      for (JsonNode name : headers.path(side).path("remove")) {
        found.changedHeader(field + ".remove", name.asText(), false);
      }
    }
  }

  private static void match(String field, JsonNode match, Findings found) {
    for (String part : List.of("uri", "scheme", "method", "authority")) {
      found.matcher(field + "." + part, match.path(part));
    }
    for (String part : List.of("headers", "withoutHeaders", "queryParams")) {
      for (Map.Entry<String, JsonNode> entry : match.path(part).properties()) {
        String at = field + "." + part + "." + entry.getKey();
        if (!part.equals("queryParams")) {
          found.headerName(at, entry.getKey());
        } else if (entry.getKey().isEmpty()) {
          found.add(at, "a parameter has a name");
        }
        found.matcher(at, entry.getValue());
      }
    }
    if (match.path("port").asInt() != 0) {
      found.between(field + ".port", match.path("port"), 1, 65535);
    }
    List<String> gateways = new ArrayList<>();
    match.path("gateways").forEach(gateway -> gateways.add(gateway.asText()));
    gateways(field + ".gateways", gateways, found);
  }

  private static void cors(JsonNode cors, Findings found) {
    String field = "spec.service.corsPolicy";
    JsonNode origins = cors.path("allowOrigins");
    for (int i = 0; i < origins.size(); i++) {
      found.matcher(field + ".allowOrigins[" + i + "]", origins.get(i));
    }
    for (JsonNode method : cors.path("allowMethods")) {
      if (!METHODS.contains(method.asText())) {
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
  }
}

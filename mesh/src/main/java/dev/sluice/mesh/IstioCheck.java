package dev.sluice.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.crds.Canary;
import dev.sluice.crds.CanaryService;
import dev.sluice.crds.GoDuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/// What of a specification Istio or Envoy would refuse or silently ignore. The API server alone
/// takes most of it, and Envoy then rejects the routes of every host on that port.
final class IstioCheck {
  /// Names of ports, or their part before a dash, on which HTTP rules are ignored.
  private static final Set<String> NOT_HTTP =
      Set.of("tcp", "udp", "tls", "https", "mongo", "redis", "mysql");

  /// What Java's patterns have and RE2 has not: looking around, atomic groups, possessive
  /// quantifiers and references to groups.
  private static final Pattern NOT_RE2 =
      Pattern.compile("\\(\\?(=|!|<=|<!|>)|(?<!\\\\)\\\\([1-9]|k<)|[*+?}]\\+");

  private static final int MAX_REGEX_LENGTH = 1024;
  private static final Duration LEAST_TIMEOUT = Duration.ofMillis(1);

  private IstioCheck() {}

  static List<RouteProblem> problems(Canary app) {
    CanaryService service = app.spec().service();
    var problems = new ArrayList<RouteProblem>();
    if (service.port() < 1 || service.port() > 65535) {
      problems.add(
          new RouteProblem("spec.service.port", "must be 1 to 65535, not " + service.port()));
    }
    if (service.delegation() && !(service.hosts().isEmpty() && service.gateways().isEmpty())) {
      problems.add(
          new RouteProblem(
              "spec.service.delegation",
              "a delegate has no hosts and gateways of its own; remove either them or it"));
    }
    if (service.tcp()) {
      problems.add(
          new RouteProblem("spec.service.appProtocol", "routing of plain TCP is not yet served"));
    } else {
      notHttp(service, problems);
    }
    if (service.timeout() != null) {
      duration("spec.service.timeout", service.timeout(), problems);
    }
    retries(service.retries(), problems);
    for (int i = 0; i < service.match().size(); i++) {
      match("spec.service.match[" + i + "]", service.match().get(i), problems);
    }
    if (service.corsPolicy() != null) {
      JsonNode origins = service.corsPolicy().path("allowOrigins");
      for (int i = 0; i < origins.size(); i++) {
        regex("spec.service.corsPolicy.allowOrigins[" + i + "]", origins.get(i), problems);
      }
    }
    return List.copyOf(problems);
  }

  static List<RouteProblem> warnings(Canary app) {
    var warnings = new ArrayList<RouteProblem>();
    List<String> gateways = IstioHosts.gateways(app);
    if (!app.spec().service().delegation() && !gateways.contains(IstioHosts.MESH)) {
      warnings.add(
          new RouteProblem(
              "spec.service.gateways",
              "does not list 'mesh': callers inside the mesh who call "
                  + app.apexName()
                  + " always get the primary; only traffic through "
                  + String.join(", ", gateways)
                  + " is split"));
    }
    if (app.spec().service().portDiscovery()
        && gateways.contains(IstioHosts.MESH)
        && gateways.size() > 1
        && !gateways.getFirst().equals(IstioHosts.MESH)) {
      warnings.add(
          new RouteProblem(
              "spec.service.portDiscovery",
              "together with a gateway sends callers of every discovered port to port "
                  + app.spec().service().port()
                  + "; list 'mesh' first in spec.service.gateways to keep the ports apart"));
    }
    return List.copyOf(warnings);
  }

  private static void notHttp(CanaryService service, List<RouteProblem> problems) {
    String given = service.appProtocol();
    boolean byName = given == null || given.isEmpty();
    String protocol = given == null || byName ? service.portNameOrDefault() : given;
    int dash = protocol.indexOf('-');
    String kind = (dash < 0 ? protocol : protocol.substring(0, dash)).toLowerCase(Locale.ROOT);
    if (NOT_HTTP.contains(kind)) {
      problems.add(
          new RouteProblem(
              byName ? "spec.service.portName" : "spec.service.appProtocol",
              "'" + protocol + "' makes Istio ignore HTTP routes; use http or a name with http-"));
    }
  }

  private static void duration(String field, String text, List<RouteProblem> problems) {
    try {
      if (GoDuration.parse(text).compareTo(LEAST_TIMEOUT) < 0) {
        problems.add(new RouteProblem(field, "must be at least 1ms, not " + text));
      }
    } catch (IllegalArgumentException e) {
      problems.add(new RouteProblem(field, String.valueOf(e.getMessage())));
    }
  }

  private static void retries(@Nullable JsonNode retries, List<RouteProblem> problems) {
    if (retries == null) {
      return;
    }
    if (retries.path("attempts").asInt() < 0) {
      problems.add(new RouteProblem("spec.service.retries.attempts", "must not be negative"));
    }
    if (retries.hasNonNull("perTryTimeout")) {
      duration(
          "spec.service.retries.perTryTimeout", retries.path("perTryTimeout").asText(), problems);
    }
  }

  private static void match(String field, JsonNode match, List<RouteProblem> problems) {
    for (String part : List.of("uri", "scheme", "method", "authority")) {
      regex(field + "." + part, match.path(part), problems);
    }
    for (String part : List.of("headers", "withoutHeaders", "queryParams")) {
      for (Map.Entry<String, JsonNode> entry : match.path(part).properties()) {
        regex(field + "." + part + "." + entry.getKey(), entry.getValue(), problems);
      }
    }
  }

  private static void regex(String field, JsonNode matcher, List<RouteProblem> problems) {
    if (!matcher.hasNonNull("regex")) {
      return;
    }
    String regex = matcher.path("regex").asText();
    if (regex.length() > MAX_REGEX_LENGTH) {
      problems.add(
          new RouteProblem(field + ".regex", "is longer than " + MAX_REGEX_LENGTH + " characters"));
      return;
    }
    if (NOT_RE2.matcher(regex).find()) {
      problems.add(
          new RouteProblem(
              field + ".regex",
              "RE2 has no looking around, atomic groups, possessive quantifiers or references"));
      return;
    }
    try {
      Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      problems.add(
          new RouteProblem(field + ".regex", "is no regular expression: " + e.getDescription()));
    }
  }
}

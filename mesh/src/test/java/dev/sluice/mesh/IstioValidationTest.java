package dev.sluice.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.crds.Canary;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every recorded object of Istio's validation that a Canary could ask for: what Istio or the API
/// server refuses, we refuse before anything is written; what they take, we take.
class IstioValidationTest {
  private static final Set<String> PARTS =
      Set.of("match", "rewrite", "timeout", "retries", "headers", "corsPolicy");

  /// Taken by Istio and yet refused by us, with the reason.
  private static final Set<String> STRICTER =
      Set.of(
          // a name that no request can carry
          "headers-bad-name");

  private final Mesh istio = Meshes.named("istio");

  private record Case(String name, Canary app, boolean refused) {}

  @TestFactory
  Stream<DynamicTest> aSpecIsRefusedExactlyWhereIstioWouldRefuseWhatComesOfIt() {
    return cases().stream()
        .map(one ->
            DynamicTest.dynamicTest(
                one.name(),
                () -> {
                  List<RouteProblem> problems = istio.problems(one.app());
                  if (one.refused()) {
                    assertThat(problems).isNotEmpty();
                    assertThat(problems).allMatch(p -> p.field().startsWith("spec.service."));
                  } else {
                    assertThat(problems).isEmpty();
                  }
                }));
  }

  @Test
  void theRecordingIsUsed() {
    assertThat(cases()).hasSizeGreaterThan(30);
    assertThat(cases().stream().filter(Case::refused)).hasSizeGreaterThan(15);
  }

  private static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (JsonNode recorded : Documents.resource("istio-validation.yaml")) {
      JsonNode given = recorded.path("given");
      boolean refused =
          recorded.path("admission").asText().equals("refused")
              || recorded.path("apiServer").asText().equals("refused")
              || STRICTER.contains(recorded.path("name").asText());
      service(given.path("kind").asText(), given.path("spec"))
          .forEach(service ->
              cases.add(
                  new Case(
                      recorded.path("name").asText(),
                      Documents.app(service.put("port", 80).toString()),
                      refused)));
    }
    return cases;
  }

  /// The `spec.service` that says the same, if a Canary can say it.
  private static Stream<ObjectNode> service(String kind, JsonNode spec) {
    ObjectNode service = Documents.YAML.createObjectNode();
    if (kind.equals("DestinationRule")) {
      return spec.has("trafficPolicy")
          ? Stream.of(service.set("trafficPolicy", spec.path("trafficPolicy")))
          : Stream.of();
    }
    Set<String> own = new HashSet<>(Set.of("hosts", "gateways", "http"));
    JsonNode rule = spec.path("http").path(0);
    Set<String> known = new HashSet<>(PARTS);
    known.add("route");
    boolean canSay =
        own.containsAll(names(spec))
            && spec.path("http").size() == 1
            && known.containsAll(names(rule))
            && rule.path("route").size() == 1
            && !rule.at("/rewrite").has("uriRegexRewrite")
            && isPlain(rule.at("/route/0"));
    if (!canSay || (names(rule).equals(Set.of("route")) && !spec.has("hosts"))) {
      return Stream.of();
    }
    for (String part : List.of("hosts", "gateways")) {
      if (spec.has(part)) {
        service.set(part, spec.path(part));
      }
    }
    PARTS.stream().filter(rule::has).forEach(part -> service.set(part, rule.path(part)));
    return Stream.of(service);
  }

  /// A route to an app, with nothing that is not the Canary's to say.
  private static boolean isPlain(JsonNode route) {
    return names(route).equals(Set.of("destination"))
        && names(route.path("destination")).equals(Set.of("host"))
        && route.at("/destination/host").asText().startsWith("app");
  }

  private static Set<String> names(JsonNode object) {
    Set<String> names = new HashSet<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{hosts: [shop, shop]} | spec.service.hosts[1]: 'shop' is listed twice",
        "{hosts: ['*']} | spec.service.hosts[0]: '*' is only allowed on gateways; remove 'mesh' from spec.service.gateways",
        "{gateways: [public, public]} | spec.service.gateways[1]: 'public' is listed twice",
        "{timeout: 1500us} | spec.service.timeout: must be whole milliseconds, not 1500us",
        "{retries: {attempts: 2, retryOn: '5xx,sometimes'}} | spec.service.retries.retryOn: 'sometimes' is neither a condition that Envoy knows nor a status",
        "{headers: {response: {set: {host: a}}}} | spec.service.headers.response.set.host: 'host' cannot be changed here",
        "{headers: {request: {add: {x-a: '%'}}}} | spec.service.headers.request.add.x-a: a percent sign is written twice, unless it begins a variable such as %HOSTNAME%",
        "{match: [{port: 70000}]} | spec.service.match[0].port: must be 1 to 65535, not 70000",
        "{match: [{uri: {regex: ''}}]} | spec.service.match[0].uri.regex: must not be empty",
        "{trafficPolicy: {}} | spec.service.trafficPolicy: must have at least one field",
        "{trafficPolicy: {outlierDetection: {maxEjectionPercent: 200}}} | spec.service.trafficPolicy.outlierDetection.maxEjectionPercent: must be 0 to 100, not 200",
        "{trafficPolicy: {connectionPool: {http: {maxRetries: -1}}}} | spec.service.trafficPolicy.connectionPool.http.maxRetries: must not be below 0, is -1",
        "{trafficPolicy: {loadBalancer: {consistentHash: {httpCookie: {ttl: 0s}}}}} | spec.service.trafficPolicy.loadBalancer.consistentHash.httpCookie.name: is required",
        "{trafficPolicy: {tls: {mode: MUTUAL, privateKey: k}}} | spec.service.trafficPolicy.tls.clientCertificate: is required with mode MUTUAL"
      })
  void theFieldToEditIsNamed(String service, String problem) {
    assertThat(istio.problems(Documents.app(service.replaceFirst("\\{", "{port: 80, "))))
        .extracting(RouteProblem::toString)
        .containsExactly(problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{request: {set: {Host: shop, ':authority': shop}}}",
        "{request: {add: {x-from: '%DOWNSTREAM_REMOTE_ADDRESS%', x-full: '100%%'}}}",
        "{response: {add: {x-v: '%UPSTREAM_METADATA([\"istio\", \"canary\"])%'}, remove: [server]}}"
      })
  void headersThatEnvoyKnowsAreTaken(String headers) {
    assertThat(istio.problems(Documents.app("{port: 80, headers: " + headers + "}"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "^(.*?;)?(canary=always)(;.*)?$",
        "\\++",
        "[*+]+x",
        "(?P<name>a)(?<other>b)",
        "(?i)abc(?s:.)",
        "a{b",
        "[[:alpha:]]+[^]a]",
        "\\Qa+b+\\E",
        "x{1000}"
      })
  void aPatternThatRe2KnowsIsTaken(String regex) {
    assertThat(Re2.problem(regex)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(?!a)b", "(?<=a)b", "(?>a)", "(a)\\1", "a*+", "a{2}+", "x{1001}", "\\h", "a\\", "[0-9",
        "(", "a**", ")"
      })
  void aPatternThatRe2DoesNotKnowIsRefused(String regex) {
    assertThat(Re2.problem(regex)).isPresent();
  }

  @Test
  void whatOtherMeshesKnowIsSaidToBeIgnored() {
    assertThat(
            istio.warnings(
                Documents.app(
                    "{port: 80, backendTimeout: 1s, meshName: a, backends: [b], gatewayRefs: [{name: g}], mirror: [{backendRef: {name: m, port: 80}}], rewrite: {uri: /, type: ReplacePrefixMatch}}")))
        .extracting(RouteProblem::field)
        .containsExactly(
            "spec.service.backendTimeout",
            "spec.service.gatewayRefs",
            "spec.service.mirror",
            "spec.service.meshName",
            "spec.service.backends",
            "spec.service.rewrite.type");
  }
}

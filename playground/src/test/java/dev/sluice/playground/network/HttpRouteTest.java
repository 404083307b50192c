package dev.sluice.playground.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.playground.metrics.Registry;
import dev.sluice.playground.network.VirtualNetwork.Exchange;
import dev.sluice.playground.network.VirtualNetwork.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Requests go where the Gateway API's specification sends them.
class HttpRouteTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Caller MESH = Mesh.CLIENT;

  private final RouteTables tables = new RouteTables();
  private final Random random = new Random(3);
  private Duration takes = Duration.ZERO;

  private static Mesh mesh() {
    return Mesh.withCanary()
        .put(
            """
            apiVersion: gateway.networking.k8s.io/v1
            kind: GatewayClass
            metadata: {name: istio}
            spec: {controllerName: istio.io/gateway-controller}
            """)
        .put(
            """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: public, namespace: prod}
            spec:
              gatewayClassName: istio
              listeners:
              - {name: http, port: 80, protocol: HTTP, hostname: '*.example.com'}
            """);
  }

  private static String route(String name, String spec) {
    return """
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata: {name: %s, namespace: prod, creationTimestamp: '2026-01-01T00:00:00Z'}
    spec: %s
    """
        .formatted(name, spec);
  }

  private HttpRouteTest follow(String rules) {
    tables.follow(
        mesh()
            .put(
                route(
                    "app",
                    "{parentRefs: [{name: public}], hostnames: [app.example.com], rules: %s}"
                        .formatted(inFlow(rules))))
            .snapshot());
    return this;
  }

  /// YAML in any style as one that fits into a line.
  private static String inFlow(String yaml) {
    try {
      return new YAMLMapper().readTree(yaml).toString();
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private Exchange get(String target, String... headers) {
    return send(Caller.Gateway.INGRESS, "GET", "app.example.com", target, headers);
  }

  private Exchange send(
      Caller caller, String method, String authority, String target, String... headers) {
    var network = new VirtualNetwork(tables, new Telemetry(new Registry()));
    return network.send(
        caller,
        80,
        new RequestHead(method, authority, target, Headers.of(headers)),
        NOW,
        (_, _) -> Reply.Answered.with(200, takes),
        random);
  }

  private static String by(Exchange seen) {
    var pod = seen.answeredBy();
    return pod == null ? String.valueOf(seen.status()) : pod.workload();
  }

  @ParameterizedTest(name = "{0} {1} with {2} goes to {3}")
  @CsvSource({
    "GET, /, '', app-primary",
    "GET, /a, '', app",
    "GET, /a/, '', app",
    "GET, /a/b, '', app",
    "GET, /ab, '', app-primary",
    "GET, /a/exact, '', app-primary",
    "POST, /a/b, '', app-primary",
    "GET, /a/b, x-user, app-primary",
    "GET, /a/b?q=1, '', app-primary",
    "GET, /re/12, '', app",
    "GET, /re/12x, '', 404",
  })
  void theMostSpecificMatchComesFirst(String method, String target, String header, String to) {
    follow(
        """
        - {matches: [{path: {value: /}}], backendRefs: [{name: app-primary, port: 80}]}
        - {matches: [{path: {value: /a}}], backendRefs: [{name: app-canary, port: 80}]}
        - {matches: [{path: {value: /a}, method: POST}], backendRefs: [{name: app-primary, port: 80}]}
        - {matches: [{path: {value: /a}, headers: [{name: X-User, value: ada}]}], backendRefs: [{name: app-primary, port: 80}]}
        - {matches: [{path: {value: /a}, queryParams: [{name: q, value: '1'}]}], backendRefs: [{name: app-primary, port: 80}]}
        - {matches: [{path: {type: Exact, value: /a/exact}}], backendRefs: [{name: app-primary, port: 80}]}
        - {matches: [{path: {type: RegularExpression, value: '/re/[0-9]+'}, method: GET}], backendRefs: [{name: app-canary, port: 80}]}
        """
            .lines()
            // Where a prefix and an expression both match, the longer kind of the two is nobody's.
            .filter(l -> !target.startsWith("/re/") || !l.contains("value: /}"))
            .reduce("", (a, b) -> a + "\n" + b));

    var seen =
        header.isEmpty()
            ? send(Caller.Gateway.INGRESS, method, "app.example.com", target)
            : send(Caller.Gateway.INGRESS, method, "app.example.com", target, header, "ada");
    assertThat(by(seen)).isEqualTo(to);
  }

  @Test
  void weightsShareAndAMissingBackendTakesItsShareAs500() {
    follow(
        """
        [{backendRefs: [{name: app-primary, port: 80, weight: 60}, {name: app-canary, port: 80, weight: 20},
          {name: gone, port: 80, weight: 20}, {name: app-canary, port: 80, weight: 0}]}]
        """);
    var counts = new TreeMap<String, Integer>();
    for (var i = 0; i < 1000; i++) {
      counts.merge(by(get("/")), 1, Integer::sum);
    }
    assertThat(counts).containsOnlyKeys("app-primary", "app", "500");
    assertThat(counts.get("app-primary")).isBetween(530, 670);
    assertThat(counts.get("500")).isBetween(140, 260);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [{backendRefs: []}]
          [{matches: [{path: {value: /}}]}]
          [{backendRefs: [{name: app-canary, port: 80, weight: 0}]}]
          [{backendRefs: [{name: app-canary, port: 81}]}]
          [{backendRefs: [{name: app-canary, kind: Secret, port: 80}]}]
          [{backendRefs: [{name: app-canary, namespace: other, port: 80}]}]
          """)
  void withoutAnybodyToGoToTheAnswerIs500(String rules) {
    assertThat(follow(rules).get("/").status()).isEqualTo(500);
  }

  @Test
  void aServiceWithoutPodsIs503() {
    tables.follow(
        mesh()
            .without("app-6f5-10.244.0.2", "Pod")
            .put(
                route(
                    "app",
                    "{parentRefs: [{name: public}], rules: [{backendRefs: [{name: app-canary, port: 80}]}]}"))
            .snapshot());
    assertThat(get("/").status()).isEqualTo(503);
  }

  @ParameterizedTest(name = "{0} of {1} is {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {scheme: https} | /a?x=1 | https://app.example.com/a?x=1
          {scheme: https, port: 8443} | /a | https://app.example.com:8443/a
          {hostname: new.example.com} | /a | http://new.example.com/a
          {port: 8080} | /a | http://app.example.com:8080/a
          {path: {type: ReplaceFullPath, replaceFullPath: /whole}} | /a/b?x=1 | http://app.example.com/whole?x=1
          {path: {type: ReplacePrefixMatch, replacePrefixMatch: /new}} | /a/b | http://app.example.com/new/b
          {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}} | /a/b | http://app.example.com/b
          {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}} | /a | http://app.example.com/
          """)
  void redirects(String redirect, String target, String location) {
    follow(
        "[{matches: [{path: {value: /a}}], filters: [{type: RequestRedirect, requestRedirect: %s}]}]"
            .formatted(redirect));
    var seen = get(target);
    assertThat(seen.status()).isEqualTo(302);
    assertThat(seen.headers().first("location")).contains(location);
  }

  @ParameterizedTest(name = "{0} of {1} is {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {path: {type: ReplaceFullPath, replaceFullPath: /whole}} | /a/b?x=1 | app.example.com/whole?x=1
          {path: {type: ReplacePrefixMatch, replacePrefixMatch: /new}} | /a/b | app.example.com/new/b
          {path: {type: ReplacePrefixMatch, replacePrefixMatch: /new/}} | /a/b | app.example.com/new/b
          {path: {type: ReplacePrefixMatch, replacePrefixMatch: /new}} | /a | app.example.com/new
          {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}} | /a/b | app.example.com/b
          {path: {type: ReplacePrefixMatch, replacePrefixMatch: ''}} | /a | app.example.com/
          {hostname: inner.example.com} | /a | inner.example.com/a
          """)
  void rewrites(String rewrite, String target, String arrives) {
    follow(
        """
        [{matches: [{path: {value: /a}}], filters: [{type: URLRewrite, urlRewrite: %s}],
          backendRefs: [{name: app-canary, port: 80}]}]
        """
            .formatted(rewrite));
    var request = get(target).arrived().getFirst().request();
    assertThat(request.authority() + request.target()).isEqualTo(arrives);
  }

  @Test
  void headersChangeByRuleAndByBackend() {
    follow(
        """
        - filters:
          - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: X-Rule, value: '100%'}], add: [{name: x-a, value: two}], remove: [X-Gone]}}
          - {type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: x-out, value: y}]}}
          backendRefs:
          - {name: app-canary, port: 80, filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-backend, value: c}]}}]}
        """);
    var seen = get("/", "x-a", "one", "x-gone", "1");
    var headers = seen.arrived().getFirst().request().headers();
    assertThat(headers.first("x-rule")).contains("100%");
    assertThat(headers.values("x-a")).containsExactly("one", "two");
    assertThat(headers.first("x-gone")).isEmpty();
    assertThat(headers.first("x-backend")).contains("c");
    assertThat(seen.headers().first("x-out")).contains("y");
  }

  @Test
  void mirrorsByPercentAndByFraction() {
    follow(
        """
        - filters:
          - {type: RequestMirror, requestMirror: {backendRef: {name: app-canary, port: 80}, percent: 100}}
          - {type: RequestMirror, requestMirror: {backendRef: {name: app-canary, port: 80}, fraction: {numerator: 0}}}
          - {type: RequestMirror, requestMirror: {backendRef: {name: gone, port: 80}}}
          backendRefs: [{name: app-primary, port: 80}]
        """);
    var seen = get("/");
    assertThat(by(seen)).isEqualTo("app-primary");
    assertThat(seen.arrived().stream().filter(a -> a.copy()).map(a -> a.pod().workload()))
        .containsExactly("app");
  }

  @Test
  void timeouts() {
    takes = Duration.ofSeconds(2);
    follow("[{timeouts: {request: 500ms}, backendRefs: [{name: app-canary, port: 80}]}]");
    assertThat(get("/").status()).isEqualTo(504);
    follow("[{timeouts: {backendRequest: 500ms}, backendRefs: [{name: app-canary, port: 80}]}]");
    assertThat(get("/").status()).isEqualTo(504);
    follow("[{timeouts: {request: 0s}, backendRefs: [{name: app-canary, port: 80}]}]");
    assertThat(get("/").status()).isEqualTo(200);
  }

  @Test
  void corsAnswersBrowsers() {
    follow(
        """
        [{filters: [{type: CORS, cors: {allowOrigins: ['https://*.example.com'], allowMethods: [GET]}}],
          backendRefs: [{name: app-canary, port: 80}]}]
        """);
    var seen =
        send(
            Caller.Gateway.INGRESS,
            "OPTIONS",
            "app.example.com",
            "/",
            "origin",
            "https://shop.example.com",
            "access-control-request-method",
            "GET");
    assertThat(seen.headers().first("access-control-allow-origin"))
        .contains("https://shop.example.com");
    assertThat(seen.headers().first("access-control-max-age")).contains("5");
    assertThat(get("/", "origin", "https://evil.test").headers().all())
        .noneMatch(h -> h.name().startsWith("access-control"));
  }

  @Test
  void hostsAreThoseThatRouteAndListenerShare() {
    follow("[{backendRefs: [{name: app-canary, port: 80}]}]");
    assertThat(send(Caller.Gateway.INGRESS, "GET", "app.example.com", "/").status()).isEqualTo(200);
    assertThat(send(Caller.Gateway.INGRESS, "GET", "b.example.com", "/").status()).isEqualTo(404);
    assertThat(send(Caller.Gateway.INGRESS, "GET", "app.test", "/").status()).isEqualTo(404);
  }

  @Test
  void aGrantOpensAnotherNamespace() {
    var spec =
        "{parentRefs: [{name: public}], rules: [{backendRefs: [{name: shop, namespace: other, port: 80}]}]}";
    var grant =
        """
        apiVersion: gateway.networking.k8s.io/v1beta1
        kind: ReferenceGrant
        metadata: {name: open, namespace: other}
        spec:
          from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: prod}]
          to: [{group: '', kind: Service}]
        """;
    var service =
        """
        apiVersion: v1
        kind: Service
        metadata: {name: shop, namespace: other}
        spec: {selector: {app: shop}, ports: [{name: http, port: 80}]}
        """;
    tables.follow(mesh().put(service).put(route("app", spec)).snapshot());
    assertThat(get("/").status()).isEqualTo(500);
    tables.follow(mesh().put(service).put(grant).put(route("app", spec)).snapshot());
    assertThat(get("/").status()).isEqualTo(503);
  }

  @Test
  void aRouteOfAServiceSplitsTheMesh() {
    var spec =
        """
        {parentRefs: [{group: '', kind: Service, name: app, port: 80}],
         rules: [{matches: [{path: {value: /new}}], backendRefs: [{name: app-canary, port: 80}]},
                 {matches: [{path: {value: /old}}], backendRefs: [{name: app-primary, port: 80}]}]}
        """;
    tables.follow(mesh().put(route("app", spec)).snapshot());
    assertThat(by(send(MESH, "GET", "app", "/new/x"))).isEqualTo("app");
    assertThat(by(send(MESH, "GET", "app.prod", "/old"))).isEqualTo("app-primary");
    assertThat(send(MESH, "GET", "app", "/else").status()).isEqualTo(404);
    assertThat(by(send(MESH, "GET", "app-primary", "/else"))).isEqualTo("app-primary");
  }

  @Test
  void aRouteOfAnotherNamespaceConcernsItsOwnCallersOnly() {
    var spec =
        """
        {parentRefs: [{group: '', kind: Service, name: app, namespace: prod}],
         rules: [{backendRefs: [{name: gone, port: 80}]}]}
        """;
    tables.follow(
        mesh()
            .put(
                route("app", spec)
                    .replace("namespace: prod, creation", "namespace: other, creation"))
            .snapshot());
    var other = new Caller.Sidecar("other", Map.of(), "client");
    assertThat(send(other, "GET", "app.prod", "/").status()).isEqualTo(500);
    assertThat(send(MESH, "GET", "app.prod", "/").status()).isEqualTo(200);
  }

  @Test
  void anOlderRouteWinsAmongEquals() {
    var spec = "{parentRefs: [{name: public}], rules: [{backendRefs: [{name: %s, port: 80}]}]}";
    tables.follow(
        mesh()
            .put(route("z-older", spec.formatted("app-primary")).replace("2026", "2025"))
            .put(route("a-newer", spec.formatted("app-canary")))
            .snapshot());
    assertThat(by(get("/"))).isEqualTo("app-primary");
  }
}

package dev.sluice.playground.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.playground.Manifests;
import dev.sluice.playground.api.Call;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Users;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The objects of the Gateway API say in their status what became of them.
class GatewayApiStatusTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String GATEWAYS =
      "/apis/gateway.networking.k8s.io/v1/namespaces/default/gateways";
  private static final String ROUTES =
      "/apis/gateway.networking.k8s.io/v1/namespaces/default/httproutes";

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final KubernetesApi api = new KubernetesApi(() -> now, new Random(1), Users.EVERYBODY);
  private final MeshWatch watch =
      new MeshWatch(api, new RouteTables(), MeshSnapshot.Settings.CLOSED, () -> now);

  @BeforeEach
  void install() throws IOException {
    for (var definition : Manifests.gatewayApi()) {
      Manifests.create(api, definition);
    }
    post(
        "/apis/gateway.networking.k8s.io/v1/gatewayclasses",
        "{apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: {name: istio}, spec: {controllerName: istio.io/gateway-controller}}");
    post(
        "/api/v1/namespaces/default/services",
        "{apiVersion: v1, kind: Service, metadata: {name: app}, spec: {selector: {app: app}, ports: [{port: 80}]}}");
    gateway("public", "{name: http, port: 80, protocol: HTTP, hostname: '*.example.com'}");
  }

  @AfterEach
  void close() {
    watch.close();
  }

  @Test
  void aClassAndAGatewayAreAccepted() throws IOException {
    watch.push();

    var byClass = get("/apis/gateway.networking.k8s.io/v1/gatewayclasses/istio");
    assertThat(said(byClass.at("/status/conditions"), "Accepted")).isEqualTo("True Accepted");
    var gateway = get(GATEWAYS + "/public");
    assertThat(said(gateway.at("/status/conditions"), "Accepted")).isEqualTo("True Accepted");
    assertThat(said(gateway.at("/status/conditions"), "Programmed")).isEqualTo("True Programmed");
    assertThat(gateway.at("/status/addresses/0/value").asText()).isEqualTo("127.0.0.1");
    var listener = gateway.at("/status/listeners/0");
    assertThat(listener.path("attachedRoutes").asInt()).isZero();
    assertThat(listener.at("/supportedKinds/0/kind").asText()).isEqualTo("HTTPRoute");
    assertThat(said(listener.path("conditions"), "ResolvedRefs")).isEqualTo("True ResolvedRefs");
  }

  @Test
  void aRouteIsAcceptedAndCounted() throws IOException {
    route("app", "{parentRefs: [{name: public}], rules: [{backendRefs: [{name: app, port: 80}]}]}");
    watch.push();

    var parent = get(ROUTES + "/app").at("/status/parents/0");
    assertThat(said(parent.path("conditions"), "Accepted")).isEqualTo("True Accepted");
    assertThat(said(parent.path("conditions"), "ResolvedRefs")).isEqualTo("True ResolvedRefs");
    assertThat(parent.at("/conditions/0/observedGeneration").asInt()).isEqualTo(1);
    assertThat(parent.path("controllerName").asText()).isEqualTo("istio.io/gateway-controller");
    assertThat(parent.at("/parentRef/name").asText()).isEqualTo("public");
    assertThat(get(GATEWAYS + "/public").at("/status/listeners/0/attachedRoutes").asInt())
        .isEqualTo(1);
  }

  @Test
  void whatIsWrongIsSaidWithTheSpecificationsReasons() throws IOException {
    var rules = "rules: [{backendRefs: [{name: app, port: 80}]}]";
    route("host", "{parentRefs: [{name: public}], hostnames: [app.test], %s}".formatted(rules));
    route("section", "{parentRefs: [{name: public, sectionName: none}], %s}".formatted(rules));
    route(
        "nobody",
        "{parentRefs: [{name: public}], rules: [{backendRefs: [{name: gone, port: 80}]}]}");
    route(
        "kind",
        "{parentRefs: [{name: public}], rules: [{backendRefs: [{group: apps, kind: Deployment, name: app}]}]}");
    route(
        "grant",
        "{parentRefs: [{name: public}], rules: [{backendRefs: [{name: app, namespace: other, port: 80}]}]}");
    route("service", "{parentRefs: [{group: '', kind: Service, name: gone}], %s}".formatted(rules));
    route("mesh", "{parentRefs: [{group: '', kind: Service, name: app}], %s}".formatted(rules));
    watch.push();

    assertThat(accepted("host")).isEqualTo("False NoMatchingListenerHostname");
    assertThat(accepted("section")).isEqualTo("False NoMatchingParent");
    assertThat(accepted("nobody")).isEqualTo("True Accepted");
    assertThat(resolved("nobody")).isEqualTo("False BackendNotFound");
    assertThat(resolved("kind")).isEqualTo("False InvalidKind");
    assertThat(resolved("grant")).isEqualTo("False RefNotPermitted");
    assertThat(accepted("service")).isEqualTo("False NoMatchingParent");
    assertThat(accepted("mesh")).isEqualTo("True Accepted");
  }

  @Test
  void aRouteOfAnotherNamespaceNeedsTheListenersLeave() throws IOException {
    post("/api/v1/namespaces", "{apiVersion: v1, kind: Namespace, metadata: {name: other}}");
    post(
        ROUTES.replace("default", "other"),
        "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: app}, spec: {parentRefs: [{name: public, namespace: default}], rules: [{}]}}");
    watch.push();

    var route = get(ROUTES.replace("default", "other") + "/app");
    assertThat(said(route.at("/status/parents/0/conditions"), "Accepted"))
        .isEqualTo("False NotAllowedByListeners");
  }

  @Test
  void aListenerThatCannotBeServedSaysSo() throws IOException {
    gateway("tls", "{name: https, port: 443, protocol: HTTPS}");
    watch.push();

    var gateway = get(GATEWAYS + "/tls");
    assertThat(said(gateway.at("/status/listeners/0/conditions"), "Accepted"))
        .isEqualTo("False UnsupportedProtocol");
    assertThat(said(gateway.at("/status/conditions"), "Accepted"))
        .isEqualTo("False ListenersNotValid");
  }

  @Test
  void nothingIsWrittenTwiceAndTimesStayWhileNothingChanges() throws IOException {
    route("app", "{parentRefs: [{name: public}], rules: [{backendRefs: [{name: app, port: 80}]}]}");
    watch.push();
    watch.push();
    var before = get(ROUTES + "/app");
    now = now.plusSeconds(60);
    route(
        "late", "{parentRefs: [{name: public}], rules: [{backendRefs: [{name: gone, port: 80}]}]}");
    watch.push();
    watch.push();

    assertThat(get(ROUTES + "/app")).isEqualTo(before);

    post(
        "/api/v1/namespaces/default/services",
        "{apiVersion: v1, kind: Service, metadata: {name: gone}, spec: {selector: {app: app}, ports: [{port: 80}]}}");
    now = now.plusSeconds(60);
    watch.push();
    var late = get(ROUTES + "/late").at("/status/parents/0/conditions");
    assertThat(said(late, "ResolvedRefs")).isEqualTo("True ResolvedRefs");
    assertThat(late.path(1).path("lastTransitionTime").asText()).isEqualTo("2026-01-01T00:02:00Z");
    assertThat(late.path(0).path("lastTransitionTime").asText()).isEqualTo("2026-01-01T00:01:00Z");
  }

  @Test
  void theDefinitionsFillInDefaultsAndRefuseWhatMakesNoSense() throws IOException {
    route("app", "{parentRefs: [{name: public}], rules: [{backendRefs: [{name: app, port: 80}]}]}");
    var spec = get(ROUTES + "/app").path("spec");
    assertThat(spec.at("/parentRefs/0/kind").asText()).isEqualTo("Gateway");
    assertThat(spec.at("/rules/0/matches/0/path/type").asText()).isEqualTo("PathPrefix");
    assertThat(spec.at("/rules/0/backendRefs/0/weight").asInt()).isEqualTo(1);
    assertThat(spec.at("/rules/0/backendRefs/0/kind").asText()).isEqualTo("Service");

    assertThat(refusal("{rules: [{backendRefs: [{name: app}]}]}"))
        .contains("Must have port for Service reference");
    assertThat(refusal("{rules: [{matches: [{path: {value: no-slash}}]}]}"))
        .contains("value must be an absolute path and start with '/'");
    assertThat(refusal("{rules: [{filters: [{type: URLRewrite}]}]}"))
        .contains("filter.urlRewrite must be specified for URLRewrite filter.type");
    assertThat(
            refusal(
                "{rules: [{filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}], backendRefs: [{name: app, port: 80}]}]}"))
        .contains("RequestRedirect filter must not be used together with backendRefs");
  }

  private String accepted(String route) throws IOException {
    return said(get(ROUTES + "/" + route).at("/status/parents/0/conditions"), "Accepted");
  }

  private String resolved(String route) throws IOException {
    return said(get(ROUTES + "/" + route).at("/status/parents/0/conditions"), "ResolvedRefs");
  }

  /// Status and reason of a condition.
  private static String said(JsonNode conditions, String type) {
    for (var condition : conditions) {
      if (condition.path("type").asText().equals(type)) {
        return condition.path("status").asText() + " " + condition.path("reason").asText();
      }
    }
    return "nothing about " + type + " in " + conditions;
  }

  private void gateway(String name, String listener) throws IOException {
    post(
        GATEWAYS,
        "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: %s}, spec: {gatewayClassName: istio, listeners: [%s]}}"
            .formatted(name, listener));
  }

  private void route(String name, String spec) throws IOException {
    post(
        ROUTES,
        "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: %s}, spec: %s}"
            .formatted(name, spec));
  }

  private String refusal(String spec) throws IOException {
    var body =
        "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: bad}, spec: %s}"
            .formatted(spec);
    var answer = call("POST", ROUTES, new YAMLMapper().readTree(body).toString());
    return JSON.readTree(answer.body()).path("message").asText();
  }

  private void post(String path, String yaml) throws IOException {
    var answer = call("POST", path, new YAMLMapper().readTree(yaml).toString());
    assertThat(answer.status())
        .as(() -> new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8))
        .isEqualTo(201);
  }

  private JsonNode get(String path) throws IOException {
    return JSON.readTree(call("GET", path, "").body());
  }

  private dev.sluice.playground.api.Answer call(String method, String path, String body) {
    return api.handle(
        new Call(
            method,
            path,
            Map.of(),
            Map.of("content-type", "application/json", "accept", "application/json"),
            body.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }
}

package dev.sluice.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.crds.Canary;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IstioTest {
  private final Mesh istio = Meshes.named("istio");

  /// But for what the caller adds: owners, and the label by which Services select.
  @Test
  void theRoutesAreTheOnesThatFlaggerWrote() {
    int compared = 0;
    List<JsonNode> recorded = Documents.resource("istio-recorded.yaml");
    for (JsonNode document : recorded) {
      ObjectNode metadata = (ObjectNode) document.path("metadata");
      metadata.remove("ownerReferences");
      if (metadata.path("labels") instanceof ObjectNode labels) {
        labels.remove("app");
      }
    }
    for (JsonNode document : recorded) {
      if (!document.path("kind").asText().equals("Canary")) {
        continue;
      }
      for (HasMetadata written : istio.routes(Documents.app(document), Split.NONE, List.of())) {
        written.getMetadata().setNamespace(null);
        assertThat(recorded)
            .as("%s", document.at("/metadata/name"))
            .contains(Documents.tree(written));
        compared++;
      }
    }
    assertThat(compared).isEqualTo(15);
  }

  /// A weight of a single destination means nothing; Flagger sets it to 0 in an A/B test.
  private static JsonNode withoutIdleWeights(JsonNode http) {
    JsonNode copy = http.deepCopy();
    for (JsonNode rule : copy) {
      if (rule.path("route").size() == 1) {
        ((ObjectNode) rule.path("route").path(0)).remove("weight");
      }
    }
    return copy;
  }

  @Test
  void everyStepOfEveryStrategyIsTheOneThatFlaggerWrote() {
    List<JsonNode> canaries =
        Documents.resource("istio-recorded.yaml").stream()
            .filter(document -> document.path("kind").asText().equals("Canary"))
            .toList();
    List<HasMetadata> live = List.of();
    String before = "";
    for (JsonNode step : Documents.resource("istio-recorded-steps.yaml")) {
      String name = step.path("app").asText();
      Canary app =
          canaries.stream()
              .filter(canary -> canary.at("/metadata/name").asText().equals(name))
              .map(Documents::app)
              .findFirst()
              .orElseThrow();
      Split wanted = Documents.split(step.path("split"));
      live = istio.routes(app, wanted, name.equals(before) ? live : List.of());
      before = name;

      JsonNode http = Documents.tree(live.getLast()).path("spec").path("http");
      assertThat(withoutIdleWeights(http))
          .as("%s at %s", name, step.path("at"))
          .isEqualTo(withoutIdleWeights(step.path("http")));
      assertThat(istio.read(app, live)).contains(wanted);
      assertThat(Documents.print(istio.routes(app, wanted, live))).isEqualTo(Documents.print(live));
    }
  }

  @Test
  void whatOthersPutIntoALiveObjectSurvives() {
    Canary app = Documents.app("{port: 80}");
    List<HasMetadata> live = new ArrayList<>();
    for (HasMetadata object : istio.routes(app, Split.NONE, List.of())) {
      ObjectNode json = (ObjectNode) Documents.tree(object);
      ((ObjectNode) json.path("metadata")).put("resourceVersion", "7").put("generation", 3);
      ((ObjectNode) json.path("metadata")).putObject("labels").put("team", "shop");
      ((ObjectNode) json.path("metadata")).putArray("finalizers").add("example.com/keep");
      ObjectNode spec = (ObjectNode) json.path("spec");
      spec.putArray("exportTo").add("*");
      spec.putObject("fieldOfTomorrow").put("depth", 2);
      json.putObject("status").put("observedGeneration", 3);
      if (object.getKind().equals("VirtualService")) {
        ObjectNode rule = (ObjectNode) spec.path("http").path(0);
        rule.putObject("experiment").put("on", true);
        rule.putObject("fault")
            .putObject("abort")
            .put("httpStatus", 500)
            .putObject("percentage")
            .put("value", 0.5);
        ((ObjectNode) rule.path("route").path(1)).put("hint", "warm");
      }
      live.add(Documents.object(json));
    }

    HasMetadata written = istio.routes(app, Split.of(new Percent(10)), live).getLast();

    ObjectNode expected =
        (ObjectNode)
            Documents.tree(
                live.stream()
                    .filter(o -> o.getKind().equals("VirtualService"))
                    .findFirst()
                    .orElseThrow());
    JsonNode route = expected.path("spec").path("http").path(0).path("route");
    ((ObjectNode) route.path(0)).put("weight", 90);
    ((ObjectNode) route.path(1)).put("weight", 10);
    assertThat(Documents.tree(written)).isEqualTo(Documents.one(expected.toString()));
  }

  @Test
  void everyFieldThatIsPassedOnArrivesAsItWasGiven() {
    String given =
        """
        match:
        - uri: {regex: "/v[12]/.*"}
          headers: {x-user: {exact: ''}, x-present: {}}
          withoutHeaders: {x-bot: {prefix: a}}
          queryParams: {q: {exact: '1'}}
          method: {exact: GET}
          port: 8080
          sourceLabels: {app: shop}
          sourceNamespace: shop
          gateways: [mesh]
          ignoreUriCase: true
          name: first
        retries: {attempts: 3, perTryTimeout: 1s, retryOn: "gateway-error,503"}
        headers:
          request: {add: {a: b}, set: {c: d}, remove: [e]}
          response: {set: {f: g}}
        corsPolicy:
          allowOrigins: [{regex: '.*'}]
          allowMethods: [GET]
          allowHeaders: [x]
          exposeHeaders: [y]
          maxAge: 24h
          allowCredentials: true
        """;
    JsonNode parts = Documents.one(given);
    JsonNode policy =
        Documents.one(
            """
            connectionPool:
              http: {h2UpgradePolicy: UPGRADE, http1MaxPendingRequests: 5, idleTimeout: 1h}
              tcp: {maxConnections: 100, connectTimeout: 30ms}
            loadBalancer:
              consistentHash: {httpCookie: {name: user, ttl: 0s}}
              localityLbSetting: {enabled: true, failover: [{from: a, to: b}]}
            outlierDetection: {consecutive5xxErrors: 7, interval: 5m, minHealthPercent: 20}
            tls: {mode: MUTUAL, subjectAltNames: [a.example.com], sni: b}
            """);
    ObjectNode service = parts.deepCopy();
    service.put("port", 80).put("timeout", "15s").set("trafficPolicy", policy);

    var written = istio.routes(Documents.app(service.toString()), Split.NONE, List.of());

    JsonNode rule = Documents.tree(written.getLast()).path("spec").path("http").path(0);
    for (String part : List.of("match", "retries", "headers", "corsPolicy")) {
      assertThat(rule.path(part)).as(part).isEqualTo(parts.path(part));
    }
    assertThat(rule.path("timeout").asText()).isEqualTo("15s");
    for (HasMetadata side : written.subList(0, 2)) {
      assertThat(Documents.tree(side).path("spec").path("trafficPolicy")).isEqualTo(policy);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[{destination: {host: myapp-primary}, weight: 90}, {destination: {host: myapp-canary}, weight: 10}] | 10",
        "[{destination: {host: myapp-primary}, weight: 3}, {destination: {host: myapp-canary}, weight: 1}] | 25",
        "[{destination: {host: myapp-primary}}] | 0",
        "[{destination: {host: myapp-canary}, weight: 0}] | 100",
        "[{destination: {host: myapp-primary}, weight: 100}, {destination: {host: myapp-canary}}] | 0",
        "[{destination: {host: myapp-primary.production.svc.cluster.local}, weight: 60}, {destination: {host: myapp-canary.production.svc.cluster.local}, weight: 40}] | 40"
      })
  void aLiveSplitIsReadAsEnvoyTakesIt(String route, int canary) {
    assertThat(read(route)).contains(Split.of(new Percent(canary)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[{destination: {host: myapp-primary}, weight: 0}, {destination: {host: myapp-canary}, weight: 0}]",
        "[{destination: {host: myapp-primary}, weight: 70}, {destination: {host: old}, weight: 30}]",
        "[{destination: {host: old}}]",
        "[{destination: {host: myapp-primary}, weight: 2}, {destination: {host: myapp-canary}, weight: 1}]"
      })
  void aLiveRouteThatIsNoSplitInTwoIsNotReadAsOne(String route) {
    assertThat(read(route)).isEmpty();
  }

  private Optional<Split> read(String route) {
    return istio.read(
        Documents.app("{port: 80}"),
        List.of(
            Documents.object(
                """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: myapp, namespace: production}
                spec: {hosts: [myapp], http: [{route: %s}]}
                """
                    .formatted(route))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{port: 0} | spec.service.port: must be 1 to 65535, not 0",
        "{port: 80, delegation: true, hosts: [a]} | spec.service.delegation: a delegate has no hosts and gateways of its own; remove either them or it",
        "{port: 80, portName: mongo-web} | spec.service.portName: 'mongo-web' makes Istio ignore HTTP routes; use http or a name with http-",
        "{port: 80, appProtocol: tcp, delegation: true} | spec.service.delegation: Istio takes only HTTP rules from a delegate, not plain TCP",
        "{port: 80, timeout: 0s} | spec.service.timeout: must be at least 1ms, not 0s",
        "{port: 80, timeout: soon} | spec.service.timeout: 'soon' is not a duration such as 30s or 1m30s",
        "{port: 80, retries: {attempts: -1}} | spec.service.retries.attempts: must not be negative",
        "{port: 80, match: [{uri: {regex: '('}}]} | spec.service.match[0].uri.regex: is no regular expression: Unclosed group",
        "{port: 80, match: [{headers: {cookie: {regex: '(?!a)b'}}}]} | spec.service.match[0].headers.cookie.regex: RE2, which Envoy uses, has no looking around and atomic groups"
      })
  void whatEnvoyWouldRejectIsRefusedByItsField(String service, String problem) {
    assertThat(istio.problems(Documents.app(service)))
        .extracting(RouteProblem::toString)
        .containsExactly(problem);
  }

  @Test
  void aPartOfTheWrongShapeIsRefusedByItsField() {
    assertThat(istio.problems(Documents.app("{port: 80, headers: {request: {add: [1]}}}")))
        .singleElement()
        .satisfies(problem -> assertThat(problem.field()).isEqualTo("spec.service.headers"));
  }

  @Test
  void trafficInsideTheMeshThatIsNotSplitIsSaid() {
    assertThat(istio.warnings(Documents.app("{port: 80, gateways: [public]}")))
        .containsExactly(
            new RouteProblem(
                "spec.service.gateways",
                "does not list 'mesh': callers inside the mesh who call myapp"
                    + " always get the primary; only traffic through public is split"));
    assertThat(istio.warnings(Documents.app("{port: 80, gateways: [public, mesh]}"))).isEmpty();
    assertThat(istio.warnings(Documents.app("{port: 80}"))).isEmpty();
  }
}

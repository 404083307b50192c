package dev.sluice.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.crds.Canary;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayApiTest {
  private static final String SERVICE =
      "{port: 80, hosts: [shop.example.com], gatewayRefs: [{name: public}, {name: inner, namespace: gateways, sectionName: web}]}";

  private final Mesh mesh = Meshes.named("gatewayapi:v1");
  private final Canary app = Documents.app(SERVICE);

  private HasMetadata route(String status) {
    ObjectNode json =
        (ObjectNode) Documents.tree(mesh.routes(app, Split.NONE, List.of()).getFirst());
    ((ObjectNode) json.path("metadata"))
        .put("generation", 3)
        .put("creationTimestamp", "2026-01-02T00:00:00Z");
    json.set("status", Documents.one(status));
    return Documents.object(json);
  }

  private static String parent(String ref, String accepted, String resolved, int generation) {
    return """
    {controllerName: example.com/gateway, parentRef: %s, conditions: [
      {type: Accepted, status: '%s', reason: NoMatchingParent, message: no such listener, observedGeneration: %d},
      {type: ResolvedRefs, status: '%s', reason: BackendNotFound, message: myapp-canary, observedGeneration: %d}]}
    """
        .formatted(ref, accepted, generation, resolved, generation);
  }

  private static final String PUBLIC =
      "{group: gateway.networking.k8s.io, kind: Gateway, name: public}";
  private static final String INNER = "{name: inner, namespace: gateways, sectionName: web}";

  @Test
  void isObeyedOnceEveryParentAcceptsItAsItIsNow() {
    HasMetadata route =
        route(
            "{parents: [%s, %s]}"
                .formatted(parent(PUBLIC, "True", "True", 3), parent(INNER, "True", "True", 4)));

    assertThat(mesh.pending(app, List.of(route))).isEmpty();
    assertThat(mesh.read(app, List.of(route))).contains(Split.NONE);
  }

  @Test
  void whatOneImplementationLeftBehindDoesNotHideThatAnotherObeys() {
    HasMetadata route =
        route(
            "{parents: [%s, %s, %s]}"
                .formatted(
                    parent(PUBLIC, "False", "True", 1),
                    parent(PUBLIC, "True", "True", 3),
                    parent(INNER, "True", "True", 3)));

    assertThat(mesh.pending(app, List.of(route))).isEmpty();
  }

  @Test
  void aParentThatDoesNotObeyIsNamedWithItsReason() {
    String well = parent(PUBLIC, "True", "True", 3);

    assertThat(mesh.pending(app, List.of(route("{parents: [%s]}".formatted(well)))))
        .contains(
            "Gateway gateways/inner, section web has not reported that it accepts HTTPRoute production/myapp");
    assertThat(
            mesh.pending(
                app,
                List.of(
                    route(
                        "{parents: [%s, %s]}".formatted(well, parent(INNER, "True", "True", 2))))))
        .contains(
            "Gateway gateways/inner, section web has not looked at HTTPRoute production/myapp as it is now");
    assertThat(
            mesh.pending(
                app,
                List.of(
                    route(
                        "{parents: [%s, %s]}".formatted(well, parent(INNER, "False", "True", 3))))))
        .contains(
            "Gateway gateways/inner, section web does not accept HTTPRoute production/myapp: NoMatchingParent no such listener");
    assertThat(
            mesh.pending(
                app,
                List.of(
                    route(
                        "{parents: [%s, %s]}".formatted(well, parent(INNER, "True", "False", 3))))))
        .contains(
            "Gateway gateways/inner, section web does not find all that is named by HTTPRoute production/myapp: BackendNotFound myapp-canary");
  }

  @Test
  void aRouteOfNobodyIsNotPending() {
    assertThat(mesh.pending(app, List.of())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[{name: myapp-primary, weight: 90}, {name: myapp-canary, weight: 10}] | 10",
        "[{name: myapp-primary, weight: 3}, {name: myapp-canary}] | 25",
        "[{name: myapp-primary}] | 0",
        "[{name: myapp-canary, namespace: production, weight: 7}, {name: old, weight: 0}] | 100"
      })
  void aLiveSplitIsReadAsAGatewayTakesIt(String backends, int canary) {
    assertThat(mesh.read(app, List.of(live(backends)))).contains(Split.of(new Percent(canary)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[{name: myapp-primary, weight: 0}, {name: myapp-canary, weight: 0}]",
        "[{name: myapp-primary, weight: 70}, {name: old, weight: 30}]",
        "[{name: myapp-primary, weight: 70}, {name: myapp-canary, namespace: other, weight: 30}]",
        "[{name: old}]"
      })
  void aLiveRouteThatIsNoSplitInTwoIsNotReadAsOne(String backends) {
    assertThat(mesh.read(app, List.of(live(backends)))).isEmpty();
  }

  private static HasMetadata live(String backends) {
    return Documents.object(
        """
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: myapp, namespace: production}
        spec: {rules: [{backendRefs: %s}]}
        """
            .formatted(backends));
  }

  private static HasMetadata other(String name, String created, String spec) {
    return Documents.object(
        """
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: %s, namespace: team-a, creationTimestamp: "%s"}
        spec: %s
        """
            .formatted(name, created, spec));
  }

  @Test
  void anOlderRouteThatAsksForTheSameOnTheSameGatewayIsARival() {
    String gateway =
        "parentRefs: [{name: inner, namespace: gateways}], hostnames: [Shop.example.com]";
    HasMetadata same =
        other("same", "2026-01-01T00:00:00Z", "{%s, rules: [{}]}".formatted(gateway));
    HasMetadata younger =
        other("younger", "2026-01-03T00:00:00Z", "{%s, rules: [{}]}".formatted(gateway));
    HasMetadata part =
        other(
            "part",
            "2026-01-01T00:00:00Z",
            "{%s, rules: [{matches: [{path: {type: PathPrefix, value: /help}}]}]}"
                .formatted(gateway));
    HasMetadata elsewhere =
        other(
            "elsewhere",
            "2026-01-01T00:00:00Z",
            "{parentRefs: [{name: inner}], hostnames: [shop.example.com], rules: [{}]}");
    HasMetadata ours = route("{}");

    assertThat(mesh.hosts(same)).isNotEmpty().isSubsetOf(mesh.hosts(app));
    assertThat(mesh.hosts(elsewhere)).doesNotContainAnyElementsOf(mesh.hosts(app));
    assertThat(mesh.rivals(app, List.of(ours, same, younger, part, elsewhere)))
        .containsExactly("HTTPRoute team-a/same");
    assertThat(mesh.rivals(app, List.of(younger))).as("we are not there yet").hasSize(1);
  }

  @Test
  void aRouteIsGivenBackAsItWasFoundOrLeadsToTheApex() {
    List<JsonNode> documents = Documents.resource("gatewayapi-v1/in-taken-over.yaml");
    Canary canary = Documents.app(documents.get(1));
    HasMetadata found = Documents.object(documents.get(2));

    List<HasMetadata> taken = mesh.routes(canary, Split.of(new Percent(40)), List.of(found));
    assertThat(mesh.leadsToSides(canary, taken)).isTrue();
    List<HasMetadata> given = mesh.givenBack(canary, taken);

    assertThat(mesh.leadsToSides(canary, given)).isFalse();
    assertThat(Documents.tree(given.getFirst()).path("spec"))
        .isEqualTo(Documents.tree(found).path("spec"));

    List<HasMetadata> own =
        mesh.givenBack(app, mesh.routes(app, Split.of(new Percent(40)), List.of()));
    assertThat(mesh.leadsToSides(app, own)).isFalse();
    assertThat(Documents.tree(own.getFirst()).at("/spec/rules"))
        .isEqualTo(
            Documents.one(
                    "{r: [{matches: [{path: {type: PathPrefix, value: /}}], backendRefs: [{group: '', kind: Service, name: myapp, port: 80, weight: 1}]}]}")
                .path("r"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "port: 0 | spec.service.port: must be 1 to 65535, not 0",
        "hosts: ['*'] | spec.service.hosts[0]: '*' is said by no hosts at all: the route takes those of its listeners",
        "hosts: [Shop] | spec.service.hosts[0]: 'Shop' is not the name of a host in lower case",
        "delegation: true | spec.service.delegation: is Istio's alone",
        "appProtocol: tcp | spec.service.appProtocol: an HTTPRoute does not route plain TCP",
        "timeout: 1s, backendTimeout: 2s | spec.service.backendTimeout: must not be longer than spec.service.timeout",
        "timeout: soon | spec.service.timeout: 'soon' is not a duration such as 30s or 1m30s",
        "match: [{withoutHeaders: {x: {}}}] | spec.service.match[0].withoutHeaders: an HTTPRoute has no such condition",
        "match: [{sourceLabels: {a: b}}] | spec.service.match[0].sourceLabels: an HTTPRoute has no such condition",
        "match: [{authority: {exact: a}}] | spec.service.match[0].authority: an HTTPRoute has no such condition",
        "match: [{method: {regex: 'G.*'}}] | spec.service.match[0].method: must be exact, and one of HTTP's methods in capitals",
        "match: [{uri: {prefix: shop}}] | spec.service.match[0].uri.prefix: 'shop' is not a path that begins with a slash",
        "match: [{headers: {x: {exact: ''}}}] | spec.service.match[0].headers.x.exact: an HTTPRoute cannot ask for an empty value",
        "match: [{headers: {x: {regex: '('}}}] | spec.service.match[0].headers.x.regex: is no regular expression: Unclosed group",
        "'match: [{uri: {exact: /a}}], rewrite: {uri: /, type: ReplacePrefixMatch}' | spec.service.rewrite.type: ReplacePrefixMatch needs one condition in spec.service.match, by prefix, and one in spec.analysis.match",
        "corsPolicy: {allowOrigins: [{regex: '.*'}]} | spec.service.corsPolicy.allowOrigins[0]: an HTTPRoute knows exact origins and *, no patterns",
        "corsPolicy: {maxAge: 1d} | spec.service.corsPolicy.maxAge: '1d' is not a duration such as 30s or 1m30s",
        "headers: {request: {add: [1]}} | spec.service.headers.request.add: is a map of values",
        "mirror: [{backendRef: {name: myapp-canary, port: 80}}] | spec.service.mirror[0].backendRef: is the canary's own Service; copies for it are what analysis.mirror is for"
      })
  void whatAnHttpRouteCannotSayIsRefusedByItsField(String service, String problem) {
    String port = service.startsWith("port") ? "" : "port: 80, ";
    assertThat(
            mesh.problems(
                Documents.app("{%sgatewayRefs: [{name: public}], %s}".formatted(port, service))))
        .extracting(RouteProblem::toString)
        .containsExactly(problem);
  }

  @Test
  void aRouteNeedsAParent() {
    assertThat(mesh.problems(Documents.app("{port: 80}")))
        .containsExactly(
            new RouteProblem(
                "spec.service.gatewayRefs",
                "must name the Gateway, or other parent, of the route"));
  }

  @Test
  void whoIsAskedForTwiceIsRefused() {
    String analysis =
        "{interval: 1m, threshold: 5, iterations: 3, match: [{headers: {X-Tenant: {exact: a}}}]}";
    String service =
        "{port: 80, gatewayRefs: [{name: public}], match: [{headers: {x-tenant: {exact: eu}}}]}";
    assertThat(mesh.problems(Documents.app(service, analysis)))
        .extracting(RouteProblem::field)
        .containsExactly("spec.analysis.match.headers.X-Tenant");
  }

  @Test
  void whatIsLeftOutIsSaid() {
    Canary rich =
        Documents.app(
            "{port: 80, gatewayRefs: [{name: public}], gateways: [mesh], retries: {attempts: 3}, trafficPolicy: {tls: {}}, portDiscovery: true, meshName: a, backends: [b], match: [{name: first, uri: {prefix: /}}]}",
            "{interval: 1m, threshold: 5, iterations: 3, mirror: true, mirrorWeight: 30, metrics: [{name: request-success-rate}]}");

    assertThat(mesh.problems(rich)).isEmpty();
    assertThat(mesh.warnings(rich))
        .extracting(RouteProblem::field)
        .containsExactly(
            "spec.service.gateways",
            "spec.service.trafficPolicy",
            "spec.service.meshName",
            "spec.service.backends",
            "spec.service.retries",
            "spec.service.portDiscovery",
            "spec.service.match[0].name",
            "spec.analysis.mirrorWeight",
            "spec.analysis.metrics");
    assertThat(mesh.warnings(app)).isEmpty();
  }
}

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

/// Connections instead of requests.
class IstioTcpTest {
  private static final Split TENTH = Split.of(new Percent(10));

  private static final String FOUND =
      """
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: {name: myapp, namespace: production, labels: {team: shop}}
      spec:
        hosts: [myapp]
        gateways: [mesh]
        http:
        - route: [{destination: {host: help-desk}}]
        tcp:
        - match: [{port: 31000}]
          route: [{destination: {host: other}}]
        - match: [{port: 7000}]
          route: [{destination: {host: myapp}}]
      """;

  private final Mesh istio = Meshes.named("istio");
  private final Canary tcp = Documents.app("{port: 7000, appProtocol: tcp}");
  private final Canary http = Documents.app("{port: 7000}");

  private static JsonNode spec(List<HasMetadata> objects) {
    return Documents.tree(objects.getLast()).path("spec");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{port: 7000, appProtocol: tcp}",
        "{port: 7000, appProtocol: TCP}",
        "{port: 7000, portName: tcp}",
        "{port: 7000, portName: tcp-line}"
      })
  void aPortThatIstioTakesForTcpIsSplitByTcpRules(String service) {
    Canary app = Documents.app(service);

    List<HasMetadata> live = istio.routes(app, TENTH, List.of());

    assertThat(spec(live).has("http")).isFalse();
    assertThat(spec(live).at("/tcp/0/route/1/weight").asInt()).isEqualTo(10);
    assertThat(istio.read(app, live)).contains(TENTH);
    assertThat(istio.problems(app)).isEmpty();
  }

  @Test
  void anotherProtocolOfThePortCountsMoreThanItsName() {
    Canary app = Documents.app("{port: 7000, portName: tcp-line, appProtocol: http}");

    assertThat(spec(istio.routes(app, TENTH, List.of())).has("tcp")).isFalse();
  }

  @Test
  void aPortThatBecomesTcpLeavesNoRuleOfRequestsBehind() {
    List<HasMetadata> requests = istio.routes(http, TENTH, List.of());
    List<HasMetadata> live =
        requests.stream().map(object -> Documents.object(own(object))).toList();

    List<HasMetadata> connections = istio.routes(tcp, TENTH, live);
    assertThat(spec(connections).has("http")).isFalse();
    assertThat(istio.read(tcp, connections)).contains(TENTH);

    List<HasMetadata> again = istio.routes(http, TENTH, connections);
    assertThat(spec(again).has("tcp")).isFalse();
    assertThat(istio.read(http, again)).contains(TENTH);
  }

  /// As it is once the Canary owns it.
  private static JsonNode own(HasMetadata object) {
    ObjectNode tree = (ObjectNode) Documents.tree(object);
    tree.withObject("/metadata")
        .putArray("ownerReferences")
        .addObject()
        .put("apiVersion", "flagger.app/v1beta1")
        .put("kind", "Canary")
        .put("name", "myapp")
        .put("uid", "uid-of-myapp")
        .put("controller", true);
    return tree;
  }

  @Test
  void whatSomebodyMadeIsSplitWhereItLeadsToTheAppAndGivenBackAsItWas() {
    List<HasMetadata> live = istio.routes(tcp, TENTH, List.of(Documents.object(FOUND)));

    assertThat(spec(live).at("/http/0/route/0/destination/host").asText()).isEqualTo("help-desk");
    assertThat(spec(live).at("/tcp/0/route/0/destination/host").asText()).isEqualTo("other");
    assertThat(spec(live).at("/tcp/1/match/0/port").asInt()).isEqualTo(7000);
    assertThat(spec(live).at("/tcp/1/route/1/weight").asInt()).isEqualTo(10);
    assertThat(Documents.tree(istio.givenBack(tcp, live).getLast()))
        .isEqualTo(Documents.tree(Documents.object(FOUND)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{interval: 1m, iterations: 3, match: [{headers: {x-user: {exact: me}}}]} | spec.analysis.match: plain TCP has nothing that tells users apart",
        "{interval: 1m, iterations: 3, mirror: true} | spec.analysis.mirror: Istio does not copy plain TCP",
        "{interval: 1m, stepWeight: 10, sessionAffinity: {cookieName: c}} | spec.analysis.sessionAffinity: plain TCP has no cookies",
      })
  void whatConnectionsHaveNoWordsForIsRefused(String analysis, String problem) {
    assertThat(istio.problems(Documents.app("{port: 7000, appProtocol: tcp}", analysis)))
        .extracting(RouteProblem::toString)
        .containsExactly(problem);
  }

  @Test
  void whatOnlyRequestsHaveIsIgnoredWithAWarning() {
    assertThat(
            istio.warnings(
                Documents.app(
                    "{port: 7000, appProtocol: tcp, timeout: 5s, match: [{uri: {prefix: /a}, port: 7000}]}",
                    "{interval: 1m, stepWeight: 10, metrics: [{name: request-success-rate, interval: 1m}]}")))
        .extracting(RouteProblem::field)
        .containsExactly(
            "spec.service.match[0].uri", "spec.service.timeout", "spec.analysis.metrics[0].name");
  }
}

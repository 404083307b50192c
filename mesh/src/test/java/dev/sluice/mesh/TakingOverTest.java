package dev.sluice.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.crds.Canary;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A VirtualService that somebody else made: taken over, and given back.
class TakingOverTest {
  private static final String FOUND =
      """
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: {name: myapp, namespace: production, labels: {team: shop}, annotations: {note: kept}}
      spec:
        hosts: [myapp, myapp.example.com]
        gateways: [mesh, public]
        exportTo: ['.']
        http:
        - name: help
          match: [{uri: {prefix: /help}}]
          route: [{destination: {host: help-desk}}]
        - name: slow
          match: [{uri: {prefix: /reports}}]
          timeout: 60s
          route: [{destination: {host: myapp}}]
        - name: main
          retries: {attempts: 5}
          route: [{destination: {host: myapp.production.svc.cluster.local, port: {number: 80}}}]
        tls:
        - match: [{port: 443, sniHosts: [myapp.example.com]}]
          route: [{destination: {host: myapp}}]
      """;

  private final Mesh istio = Meshes.named("istio");
  private final Canary app =
      Documents.app(
          "{port: 80, timeout: 5s, hosts: [myapp.example.com], gateways: [mesh, public], apex: {labels: {part: apex}}}");

  private JsonNode service(List<HasMetadata> objects) {
    return Documents.tree(
        objects.stream()
            .filter(object -> object.getKind().equals("VirtualService"))
            .findFirst()
            .orElseThrow());
  }

  private List<HasMetadata> takenOver(int canary) {
    return istio.routes(app, Split.of(new Percent(canary)), List.of(Documents.object(FOUND)));
  }

  @Test
  void rulesBesideTheAppStayAndAllThatLeadToTheAppAreSplit() {
    JsonNode spec = service(takenOver(20)).path("spec");

    assertThat(spec.at("/http/0")).isEqualTo(Documents.one(FOUND).at("/spec/http/0"));
    assertThat(spec.at("/http/1/match")).isEqualTo(Documents.one(FOUND).at("/spec/http/1/match"));
    assertThat(spec.at("/http/1/timeout").asText()).isEqualTo("60s");
    for (String rule : List.of("/http/1", "/http/2")) {
      assertThat(spec.at(rule + "/route/0/destination/host").asText()).isEqualTo("myapp-primary");
      assertThat(spec.at(rule + "/route/0/weight").asInt()).isEqualTo(80);
      assertThat(spec.at(rule + "/route/1/weight").asInt()).isEqualTo(20);
    }
    assertThat(spec.at("/http/2/timeout").asText()).as("the Canary's own").isEqualTo("5s");
    assertThat(spec.path("tls")).isEqualTo(Documents.one(FOUND).at("/spec/tls"));
    assertThat(spec.path("exportTo")).isEqualTo(Documents.one(FOUND).at("/spec/exportTo"));
  }

  @Test
  void theSplitIsReadFromAllOfThemAndASecondWriteChangesNothing() {
    List<HasMetadata> once = takenOver(20);

    assertThat(istio.read(app, once)).contains(Split.of(new Percent(20)));
    assertThat(Documents.print(istio.routes(app, Split.of(new Percent(20)), once)))
        .isEqualTo(Documents.print(once));
    assertThat(istio.read(app, istio.routes(app, Split.of(new Percent(30)), once)))
        .contains(Split.of(new Percent(30)));
  }

  @Test
  void itIsGivenBackAsItWasFound() {
    List<HasMetadata> later = istio.routes(app, Split.of(new Percent(70)), takenOver(20));

    JsonNode back = service(istio.givenBack(app, later));

    assertThat(back).isEqualTo(Documents.tree(Documents.object(FOUND)));
    assertThat(istio.leadsToSides(app, istio.givenBack(app, later))).isFalse();
  }

  @Test
  void whatItsOwnerAddedMeanwhileAndTheCanaryNeverDroveIsKept() {
    List<HasMetadata> live = new ArrayList<>();
    for (HasMetadata object : takenOver(20)) {
      ObjectNode json = (ObjectNode) Documents.tree(object);
      if (object.getKind().equals("VirtualService")) {
        ((ObjectNode) json.path("spec")).putArray("exportTo").add("*");
        ((ObjectNode) json.at("/metadata/labels")).put("cost", "42");
      }
      live.add(Documents.object(json));
    }

    JsonNode back = service(istio.givenBack(app, live));

    assertThat(back.at("/spec/exportTo/0").asText()).isEqualTo("*");
    assertThat(back.at("/metadata/labels/cost").asText()).isEqualTo("42");
    assertThat(back.at("/metadata/labels").has("part")).as("the Canary's own label").isFalse();
  }

  @Test
  void whatItsOwnerAppliesAgainIsWhatIsGivenBack() {
    ObjectNode applied = (ObjectNode) service(takenOver(20));
    ObjectNode again = (ObjectNode) Documents.one(FOUND.replace("attempts: 5", "attempts: 2"));
    ((ObjectNode) applied.path("spec")).set("http", again.at("/spec/http"));

    List<HasMetadata> live = istio.routes(app, Split.NONE, List.of(Documents.object(applied)));

    assertThat(service(istio.givenBack(app, live)).at("/spec/http/2/retries/attempts").asInt())
        .isEqualTo(2);
  }

  @Test
  void whatFlaggerTookOverIsGivenBackFromWhatWasApplied() {
    ObjectNode live = (ObjectNode) service(takenOver(0));
    ObjectNode annotations = (ObjectNode) live.at("/metadata/annotations");
    annotations.remove(IstioOriginal.ANNOTATION);
    annotations.put(
        "kubectl.kubernetes.io/last-applied-configuration", Documents.one(FOUND).toString());

    JsonNode back = service(istio.givenBack(app, List.of(Documents.object(live))));

    assertThat(back.at("/spec/http"))
        .isEqualTo(Documents.tree(Documents.object(FOUND)).at("/spec/http"));
  }

  @Test
  void aRecordThatNobodyCanReadIsNoHindrance() {
    ObjectNode live = (ObjectNode) service(takenOver(40));
    ((ObjectNode) live.at("/metadata/annotations")).put(IstioOriginal.ANNOTATION, "{ no json");

    List<HasMetadata> back = istio.givenBack(app, List.of(Documents.object(live)));

    assertThat(istio.leadsToSides(app, back)).isFalse();
    assertThat(service(back).at("/spec/http/2/route/0/destination/host").asText())
        .isEqualTo("myapp");
  }

  @Test
  void aHugeSpecificationIsNotRecordedAndItsRulesLeadToTheApexAgain() {
    ObjectNode huge = (ObjectNode) Documents.one(FOUND);
    ((ObjectNode) huge.at("/spec/http/0")).put("name", "x".repeat(IstioOriginal.LONGEST));

    List<HasMetadata> live =
        istio.routes(app, Split.of(Percent.ALL), List.of(Documents.object(huge)));

    assertThat(service(live).at("/metadata/annotations").has(IstioOriginal.ANNOTATION)).isFalse();
    assertThat(istio.leadsToSides(app, istio.givenBack(app, live))).isFalse();
  }

  @Test
  void oneThatWeMadeLeadsEverybodyToTheApexWithTheSettingsItHad() {
    List<HasMetadata> made = istio.routes(app, Split.of(Percent.ALL), List.of());

    JsonNode rule = service(istio.givenBack(app, made)).at("/spec/http/0");

    assertThat(rule.path("route").size()).isEqualTo(1);
    assertThat(rule.at("/route/0/destination/host").asText()).isEqualTo("myapp");
    assertThat(rule.path("timeout").asText()).isEqualTo("5s");
  }

  @Test
  void aRuleOfOursComesBeforeOneThatTakesEverythingElsewhere() {
    String elsewhere = FOUND.replaceAll("host: myapp\\b[a-z.]*", "host: old");

    JsonNode spec =
        service(istio.routes(app, Split.of(new Percent(10)), List.of(Documents.object(elsewhere))))
            .path("spec");

    assertThat(spec.at("/http/2/route/1/destination/host").asText()).isEqualTo("myapp-canary");
    assertThat(spec.at("/http/3/name").asText()).isEqualTo("main");
  }

  /// Flagger's two rules of A/B testing, under one controller now and then another strategy.
  @Test
  void whatFlaggerMadeForThisCanaryBecomesOneRule() {
    ObjectNode live = (ObjectNode) service(takenOver(0));
    ((ObjectNode) live.path("metadata"))
        .putArray("ownerReferences")
        .addObject()
        .put("kind", "Canary")
        .put("name", "myapp")
        .put("uid", "uid-of-myapp")
        .put("controller", true);

    JsonNode spec =
        service(istio.routes(app, Split.NONE, List.of(Documents.object(live)))).path("spec");

    assertThat(spec.path("http").size()).isEqualTo(1);
  }

  @Test
  void withASpecThatMustNotBeWrittenOnlyTheSharesChange() {
    List<HasMetadata> live = istio.routes(app, Split.of(new Percent(30)), List.of());
    Canary broken = Documents.app("{port: 80, timeout: 0s, match: [{uri: {regex: '('}}]}");

    List<HasMetadata> safe = istio.reweighted(broken, Split.NONE, live);

    assertThat(Documents.print(safe))
        .isEqualTo(Documents.print(istio.routes(app, Split.NONE, live)));
    assertThat(istio.reweighted(broken, Split.NONE, List.of())).isEmpty();
  }
}

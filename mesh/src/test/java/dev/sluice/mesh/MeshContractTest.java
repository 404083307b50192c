package dev.sluice.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.crds.Canary;
import dev.sluice.crds.CanarySpec;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What holds for every mesh in the list, whatever strategy goes through its splits.
class MeshContractTest {
  private static final List<String> SERVICES =
      List.of(
          "{port: 80, hosts: [myapp.example.com], gatewayRefs: [{name: public}]}",
          "{port: 80, gatewayRefs: [{name: public}], match: [{uri: {prefix: /a}}, {uri: {prefix: /b}}]}");

  private final Canary app = Documents.app(SERVICES.getFirst());

  /// The splits of a run from end to end, and of the beginning of the next.
  record Strategy(String name, String analysis, List<String> splits) {}

  private static final Strategy BLUE_GREEN =
      new Strategy(
          "blue/green",
          "{interval: 1m, threshold: 5, iterations: 3}",
          List.of("{}", "{canary: 100}", "{}"));

  /// All that is asked of what cannot split.
  private static final Strategy REHEARSAL =
      new Strategy("blue/green without users", BLUE_GREEN.analysis(), List.of("{}", "{}"));

  private static final List<Strategy> STRATEGIES =
      List.of(
          new Strategy(
              "canary",
              "{interval: 1m, threshold: 5, stepWeight: 10, stepWeightPromotion: 30}",
              List.of("{}", "{canary: 10}", "{canary: 50}", "{canary: 20}", "{}", "{canary: 10}")),
          new Strategy(
              "canary after a mirror",
              "{interval: 1m, threshold: 5, stepWeight: 10, mirror: true}",
              List.of("{}", "{mirrored: 100}", "{canary: 10}", "{}")),
          new Strategy(
              "A/B test",
              "{interval: 1m, threshold: 5, iterations: 3, match: [{headers: {x-user: {suffix: +me}}}]}",
              List.of("{}", "{canary: 100}", "{canary: 40}", "{}")),
          BLUE_GREEN,
          new Strategy(
              "blue/green with a mirror",
              "{interval: 1m, threshold: 5, iterations: 3, mirror: true}",
              List.of("{}", "{mirrored: 100}", "{mirrored: 30}", "{canary: 100}", "{}")),
          new Strategy(
              "session affinity",
              "{interval: 1m, threshold: 5, stepWeight: 10, sessionAffinity: {cookieName: c, primaryCookieName: p}}",
              List.of(
                  "{}",
                  "{canary: 10, kept: [c=1, p=2]}",
                  "{canary: 20, kept: [c=1, p=3]}",
                  "{canary: 30, kept: [c=1]}",
                  "{ended: c=1}",
                  "{canary: 10, kept: [c=4, p=5]}",
                  "{}")));

  /// One application under one strategy in one mesh.
  record Run(Mesh mesh, Strategy strategy, String service) {
    Canary app() {
      return Documents.app(service, strategy.analysis());
    }

    List<Split> splits() {
      return strategy.splits().stream().map(text -> Documents.split(Documents.one(text))).toList();
    }

    /// The objects after every split in turn, beginning with none.
    List<List<HasMetadata>> course() {
      List<List<HasMetadata>> course = new ArrayList<>();
      List<HasMetadata> live = List.of();
      for (Split wanted : splits()) {
        live = mesh.routes(app(), wanted, live);
        course.add(live);
      }
      return course;
    }

    @Override
    public String toString() {
      return "%s on %s of %s".formatted(strategy.name(), mesh.name(), service);
    }
  }

  static List<Mesh> meshes() {
    return Meshes.all();
  }

  private static final Strategy CANARY = STRATEGIES.getFirst();

  /// What one mesh alone can split.
  private static final List<Run> CONNECTIONS =
      Stream.of(CANARY, BLUE_GREEN)
          .map(strategy ->
              new Run(Meshes.named("istio"), strategy, "{port: 7000, appProtocol: tcp}"))
          .toList();

  static List<Run> runs() {
    return Stream.concat(CONNECTIONS.stream(), ofRequests()).toList();
  }

  private static Stream<Run> ofRequests() {
    return meshes().stream()
        .flatMap(mesh ->
            (mesh.splits() ? STRATEGIES : List.of(REHEARSAL))
                .stream()
                    .flatMap(strategy ->
                        SERVICES.stream().map(service -> new Run(mesh, strategy, service))));
  }

  static Stream<Mesh> meshesThatSplit() {
    return meshes().stream().filter(Mesh::splits);
  }

  @ParameterizedTest
  @MethodSource("meshes")
  void isFoundByItsName(Mesh mesh) {
    assertThat(Meshes.named(mesh.name())).isSameAs(mesh);
    assertThat(Meshes.names()).contains(mesh.name());
  }

  @Test
  void anUnknownNameIsRefusedWithTheKnownOnes() {
    assertThatThrownBy(() -> Meshes.named("itsio"))
        .isInstanceOf(UnknownMesh.class)
        .hasMessage(
            "unknown mesh provider 'itsio'; known: gatewayapi:v1, gatewayapi:v1beta1, istio, kubernetes");
  }

  @Test
  void theNameOfAnOlderVersionMeansTheSameObjects() {
    assertThat(Meshes.named("gatewayapi:v1beta1")).isSameAs(Meshes.named("gatewayapi:v1"));
  }

  /// Flagger takes it for Istio, and asks for other metrics.
  @Test
  void aNameWithoutAVersionIsNotGuessed() {
    assertThatThrownBy(() -> Meshes.named("gatewayapi")).isInstanceOf(UnknownMesh.class);
  }

  @Test
  void whatACanaryNamesCountsAndOtherwiseTheDefault() {
    Mesh istio = Meshes.named("istio");
    CanarySpec unnamed = app.spec();
    ObjectNode named =
        Documents.one("{spec: {provider: kubernetes, service: {port: 80}}}").deepCopy();
    named.putObject("metadata").put("name", "a").put("namespace", "b");
    named
        .withObject("/spec/targetRef")
        .put("apiVersion", "apps/v1")
        .put("kind", "Deployment")
        .put("name", "a");
    named.withObject("/spec/analysis").put("iterations", 1);

    assertThat(Meshes.of(unnamed, istio)).isSameAs(istio);
    assertThat(Meshes.of(Documents.app(named).spec(), istio)).isSameAs(Meshes.named("kubernetes"));
  }

  @ParameterizedTest
  @MethodSource("meshesThatSplit")
  void withoutObjectsThereIsNoSplit(Mesh mesh) {
    assertThat(mesh.read(app, List.of())).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("meshesThatSplit")
  void everyShareIsReadBackAsItWasWrittenAndThenNothingIsLeftToWrite(Mesh mesh) {
    List<HasMetadata> live = List.of();
    for (int share = 0; share <= 100; share++) {
      var wanted = Split.of(new Percent(share));

      live = mesh.routes(app, wanted, live);

      assertThat(mesh.read(app, live)).contains(wanted);
      assertThat(Documents.print(mesh.routes(app, wanted, live))).isEqualTo(Documents.print(live));
    }
  }

  @ParameterizedTest
  @MethodSource("runs")
  void everySplitIsReadBackAsItWasWritten(Run run) {
    List<List<HasMetadata>> course = run.course();

    for (int i = 0; i < course.size(); i++) {
      assertThat(run.mesh().read(run.app(), course.get(i))).contains(run.splits().get(i));
    }
  }

  @ParameterizedTest
  @MethodSource("runs")
  void nothingIsWrittenTwice(Run run) {
    List<List<HasMetadata>> course = run.course();

    for (int i = 0; i < course.size(); i++) {
      assertThat(Documents.print(run.mesh().routes(run.app(), run.splits().get(i), course.get(i))))
          .isEqualTo(Documents.print(course.get(i)));
    }
  }

  @ParameterizedTest
  @MethodSource("runs")
  void theSharesOfEveryRuleSumTo100(Run run) {
    for (List<HasMetadata> live : run.course()) {
      live.forEach(object -> sharesSumTo100(Documents.tree(object)));
      run.mesh()
          .reweighted(run.app(), Split.NONE, live)
          .forEach(object -> sharesSumTo100(Documents.tree(object)));
    }
  }

  private static void sharesSumTo100(JsonNode node) {
    if (node.isArray() && node.size() > 1 && node.path(0).has("weight")) {
      int sum = 0;
      for (JsonNode part : node) {
        assertThat(part.path("weight").asInt(-1)).isBetween(0, 100);
        sum += part.path("weight").asInt();
      }
      assertThat(sum).as(node.toString()).isEqualTo(100);
    }
    node.forEach(MeshContractTest::sharesSumTo100);
  }

  @ParameterizedTest
  @MethodSource("runs")
  void everySplitCanBeMadeSafeWhileTheSpecMustNotBeWritten(Run run) {
    for (List<HasMetadata> live : run.course()) {
      assertThat(run.mesh().read(run.app(), run.mesh().reweighted(run.app(), Split.NONE, live)))
          .hasValueSatisfying(safe -> assertThat(safe.isNone()).isTrue());
    }
  }

  @ParameterizedTest
  @MethodSource("runs")
  void whatIsGivenBackLeadsToNoSideAndCanBeTakenAgain(Run run) {
    for (List<HasMetadata> live : run.course()) {
      List<HasMetadata> back = run.mesh().givenBack(run.app(), live);

      assertThat(run.mesh().leadsToSides(run.app(), live)).isEqualTo(run.mesh().splits());
      assertThat(run.mesh().leadsToSides(run.app(), back)).isFalse();
      assertThat(run.mesh().read(run.app(), run.mesh().routes(run.app(), Split.NONE, back)))
          .contains(Split.NONE);
    }
  }

  @ParameterizedTest
  @MethodSource("runs")
  void whatOthersPutOnTheObjectsStays(Run run) {
    for (List<HasMetadata> live : run.course()) {
      List<HasMetadata> others = live.stream().map(MeshContractTest::withForeignFields).toList();
      for (Split wanted : run.splits()) {
        for (HasMetadata object : run.mesh().routes(run.app(), wanted, others)) {
          JsonNode tree = Documents.tree(object);
          assertThat(tree.at("/spec/ofALaterVersion/kept").asBoolean()).isTrue();
          assertThat(tree.at("/metadata/labels/team").asText()).isEqualTo("shop");
          assertThat(tree.at("/metadata/finalizers/0").asText()).isEqualTo("example.com/wait");
          assertThat(tree.at("/metadata/resourceVersion").asText()).isEqualTo("7");
        }
      }
    }
  }

  private static HasMetadata withForeignFields(HasMetadata object) {
    ObjectNode tree = (ObjectNode) Documents.tree(object);
    tree.withObject("/spec/ofALaterVersion").put("kept", true);
    tree.withObject("/metadata/labels").put("team", "shop");
    ObjectNode metadata = tree.withObject("/metadata");
    metadata.put("resourceVersion", "7").putArray("finalizers").add("example.com/wait");
    return Documents.object(tree);
  }

  @ParameterizedTest
  @MethodSource("runs")
  void noneOfItIsRefused(Run run) {
    assertThat(run.mesh().problems(run.app())).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("runs")
  void liveObjectsAreNotTouched(Run run) {
    for (List<HasMetadata> live : run.course()) {
      String before = Documents.print(live);

      run.splits().forEach(wanted -> run.mesh().routes(run.app(), wanted, live));
      run.mesh().reweighted(run.app(), Split.NONE, live);
      run.mesh().givenBack(run.app(), live);

      assertThat(Documents.print(live)).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @MethodSource("meshes")
  void theObjectsAreTheOnesThatItNames(Mesh mesh) {
    for (HasMetadata object : mesh.routes(app, Split.NONE, List.of())) {
      assertThat(mesh.kinds())
          .filteredOn(kind -> kind.className().isInstance(object))
          .singleElement()
          .satisfies(
              kind -> assertThat(mesh.names(app, kind)).contains(object.getMetadata().getName()));
      assertThat(object.getMetadata().getNamespace()).isEqualTo("production");
    }
  }

  /// A spec moves from one mesh to the next with a change of one line.
  @ParameterizedTest
  @MethodSource("meshes")
  void aSpecThatOthersTakeIsNotRefusedForWhatHasNoMeaningHere(Mesh mesh) {
    assertThat(
            mesh.problems(
                Documents.app(
                    "{port: 80, hosts: [myapp.example.com], gateways: [public], gatewayRefs: [{name: public}],"
                        + " meshName: m, backends: [b], timeout: 5s, retries: {attempts: 3}, apex: {labels: {a: b}}}")))
        .isEmpty();
  }
}

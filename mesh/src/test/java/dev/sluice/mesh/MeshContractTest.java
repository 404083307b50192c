package dev.sluice.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.crds.Canary;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What holds for every mesh in the list.
class MeshContractTest {
  private final Canary app =
      Documents.app("{port: 80, hosts: [myapp.example.com], gatewayRefs: [{name: public}]}");

  static List<Mesh> meshes() {
    return Meshes.all();
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
        .hasMessage("unknown mesh 'itsio'; known: gatewayapi:v1, istio");
  }

  @ParameterizedTest
  @MethodSource("meshes")
  void withoutObjectsThereIsNoSplit(Mesh mesh) {
    assertThat(mesh.read(app, List.of())).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("meshes")
  void everyShareIsReadBackAsItWasWrittenAndThenNothingIsLeftToWrite(Mesh mesh) {
    List<HasMetadata> live = List.of();
    for (int share = 0; share <= 100; share++) {
      var wanted = Split.of(new Percent(share));

      live = mesh.routes(app, wanted, live);

      assertThat(mesh.read(app, live)).contains(wanted);
      assertThat(Documents.print(mesh.routes(app, wanted, live))).isEqualTo(Documents.print(live));
    }
  }

  /// Every strategy goes through its splits and back, over what it left before.
  @ParameterizedTest
  @MethodSource("meshes")
  void everySplitOfEveryStrategyIsReadBackAsItWasWritten(Mesh mesh) {
    var strategies =
        Map.of(
            "{interval: 1m, threshold: 5, iterations: 3, match: [{headers: {x-user: {suffix: +me}}}]}",
            List.of("{}", "{canary: 100}", "{canary: 40}", "{}"),
            "{interval: 1m, threshold: 5, iterations: 3, mirror: true}",
            List.of("{}", "{mirrored: 100}", "{mirrored: 30}", "{canary: 100}", "{}"),
            "{interval: 1m, threshold: 5, stepWeight: 10, sessionAffinity: {cookieName: c, primaryCookieName: p}}",
            List.of(
                "{}",
                "{canary: 10, kept: [c=1, p=2]}",
                "{canary: 20, kept: [c=1, p=3]}",
                "{canary: 30, kept: [c=1]}",
                "{ended: c=1}",
                "{canary: 10, kept: [c=4, p=5]}",
                "{}"));
    strategies.forEach((analysis, splits) -> {
      for (String service :
          List.of(
              "{port: 80, gatewayRefs: [{name: public}]}",
              "{port: 80, gatewayRefs: [{name: public}], match: [{uri: {prefix: /a}}, {uri: {prefix: /b}}]}")) {
        Canary asked = Documents.app(service, analysis);
        List<HasMetadata> live = List.of();
        for (String text : splits) {
          Split wanted = Documents.split(Documents.one(text));

          live = mesh.routes(asked, wanted, live);

          assertThat(mesh.read(asked, live)).as("%s of %s", text, analysis).contains(wanted);
          assertThat(Documents.print(mesh.routes(asked, wanted, live)))
              .isEqualTo(Documents.print(live));
          assertThat(mesh.read(asked, mesh.reweighted(asked, Split.NONE, live)))
              .as("made safe from %s", text)
              .hasValueSatisfying(safe -> assertThat(safe.isNone()).isTrue());
          assertThat(mesh.problems(asked)).isEmpty();
        }
      }
    });
  }

  @ParameterizedTest
  @MethodSource("meshes")
  void liveObjectsAreNotTouched(Mesh mesh) {
    List<HasMetadata> live = mesh.routes(app, Split.NONE, List.of());
    String before = Documents.print(live);

    mesh.routes(app, Split.of(Percent.ALL), live);

    assertThat(Documents.print(live)).isEqualTo(before);
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

  @ParameterizedTest
  @MethodSource("meshes")
  void anOrdinarySpecHasNoProblems(Mesh mesh) {
    assertThat(mesh.problems(app)).isEmpty();
  }
}

package dev.sluice.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.crds.Canary;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What holds for every mesh in the list.
class MeshContractTest {
  private final Canary app = Documents.app("{port: 80, hosts: [myapp.example.com]}");

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
        .hasMessage("unknown mesh 'itsio'; known: istio");
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
      var wanted = new Percent(share);

      live = mesh.routes(app, wanted, live);

      assertThat(mesh.read(app, live)).contains(wanted);
      assertThat(Documents.print(mesh.routes(app, wanted, live))).isEqualTo(Documents.print(live));
    }
  }

  @ParameterizedTest
  @MethodSource("meshes")
  void liveObjectsAreNotTouched(Mesh mesh) {
    List<HasMetadata> live = mesh.routes(app, Percent.NONE, List.of());
    String before = Documents.print(live);

    mesh.routes(app, Percent.ALL, live);

    assertThat(Documents.print(live)).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("meshes")
  void theObjectsAreTheOnesThatItNames(Mesh mesh) {
    for (HasMetadata object : mesh.routes(app, Percent.NONE, List.of())) {
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

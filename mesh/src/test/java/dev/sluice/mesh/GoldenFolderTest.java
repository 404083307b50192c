package dev.sluice.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.crds.Canary;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// A translation is two files: `in-NAME.yaml` holds the wanted share, the Canary and what is live,
/// `out-NAME.yaml` the objects in the order of writing; rewritten with `-Dsluice.update=true`. A
/// folder is named after its mesh, with a dash for a colon.
class GoldenFolderTest {
  private static final Path FOLDERS =
      Path.of(System.getProperty("sluice.root", ".."))
          .resolve("mesh/src/test/resources/dev/sluice/mesh");
  private static final boolean UPDATE = Boolean.getBoolean("sluice.update");

  private static Set<String> files(Mesh mesh, String prefix) throws IOException {
    try (Stream<Path> listed = Files.list(folder(mesh))) {
      var names = new TreeSet<String>();
      listed
          .map(path -> path.getFileName().toString())
          .filter(name -> name.startsWith(prefix))
          .forEach(name -> names.add(name.substring(prefix.length())));
      return names;
    }
  }

  /// Not every file system takes a colon.
  private static Path folder(Mesh mesh) {
    return FOLDERS.resolve(mesh.name().replace(':', '-'));
  }

  @TestFactory
  Stream<DynamicTest> everyTranslationIsAsWritten() throws IOException {
    Stream<DynamicTest> tests = Stream.of();
    for (Mesh mesh : Meshes.all()) {
      tests =
          Stream.concat(
              tests,
              files(mesh, "in-").stream()
                  .map(name ->
                      DynamicTest.dynamicTest(mesh.name() + " " + name, () -> check(mesh, name))));
    }
    return tests;
  }

  private static void check(Mesh mesh, String name) throws IOException {
    Path folder = folder(mesh);
    List<JsonNode> in = Documents.parse(Files.readString(folder.resolve("in-" + name)));
    Split wanted = Documents.split(in.getFirst());
    Canary app = Documents.app(in.get(1));
    List<HasMetadata> live = in.stream().skip(2).map(Documents::object).toList();

    String text = Documents.print(mesh.routes(app, wanted, live));

    Path out = folder.resolve("out-" + name);
    if (UPDATE) {
      Files.writeString(out, text);
    }
    assertThat(text).isEqualTo(Files.readString(out));
    assertThat(mesh.problems(app)).isEmpty();
  }

  @Test
  void noFileIsUnused() throws IOException {
    for (Mesh mesh : Meshes.all()) {
      assertThat(files(mesh, "")).hasSizeGreaterThan(1);
      assertThat(files(mesh, "in-")).as("every input has an output").isEqualTo(files(mesh, "out-"));
      assertThat(files(mesh, ""))
          .allMatch(name -> name.startsWith("in-") || name.startsWith("out-"));
    }
  }
}

package dev.sluice.controller.importing;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.rollout.policy.Plan;
import dev.sluice.controller.rollout.policy.PolicyReader;
import dev.sluice.controller.rollout.policy.Settings;
import dev.sluice.crds.Canary;
import dev.sluice.gitops.fetch.SourceFile;
import dev.sluice.gitops.render.Renderer;
import dev.sluice.mesh.Mesh;
import dev.sluice.mesh.Meshes;
import dev.sluice.playground.Manifests;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Users;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A translation is a folder: `in.yaml` holds what is given, `out.yaml` what is printed and
/// `notes.txt` what is said; the last two are rewritten with `-Dsluice.update=true`.
class ArgoRolloutsTest {
  private static final Path ROOT = Path.of(System.getProperty("sluice.root", ".."));
  private static final Path FOLDERS =
      ROOT.resolve("controller/src/test/resources/dev/sluice/controller/importing");
  private static final boolean UPDATE = Boolean.getBoolean("sluice.update");
  private static final ObjectMapper JSON = new ObjectMapper();

  static List<String> cases() throws IOException {
    try (Stream<Path> folders = Files.list(FOLDERS)) {
      return folders.map(folder -> folder.getFileName().toString()).sorted().toList();
    }
  }

  private static Imported translated(String name) throws IOException {
    String text = Files.readString(FOLDERS.resolve(name).resolve("in.yaml"));
    List<ObjectNode> manifests = new ArrayList<>();
    Renderer.render(List.of(new SourceFile("in.yaml", text)))
        .forEach(manifest -> manifests.add(JSON.valueToTree(manifest.content())));
    return ArgoRollouts.translate(manifests);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyTranslationIsAsWritten(String name) throws IOException {
    Imported imported = translated(name);
    String out = imported.objects().stream().map(Yaml::print).collect(joining("---\n"));
    String notes = imported.notes().stream().map(note -> note.toString() + "\n").collect(joining());

    if (UPDATE) {
      Files.writeString(FOLDERS.resolve(name).resolve("out.yaml"), out);
      Files.writeString(FOLDERS.resolve(name).resolve("notes.txt"), notes);
    }
    assertThat(out).isEqualTo(Files.readString(FOLDERS.resolve(name).resolve("out.yaml")));
    assertThat(notes).isEqualTo(Files.readString(FOLDERS.resolve(name).resolve("notes.txt")));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatIsPrintedIsTakenByTheServerAndByTheController(String name) throws IOException {
    KubernetesApi api = new KubernetesApi(() -> Instant.EPOCH, new Random(1), Users.EVERYBODY);
    for (ObjectNode definition : Manifests.definitions(ROOT)) {
      Manifests.create(api, definition);
    }
    Manifests.create(api, Yaml.object("v1", "Namespace", JSON.missingNode(), "shop"));

    for (ObjectNode object : translated(name).objects()) {
      if (!object.at("/metadata").has("namespace")) {
        object.withObject("metadata").put("namespace", "default");
      }
      Manifests.create(api, object);
      if (object.path("kind").asText().equals("Canary")) {
        Canary canary = Canary.read(object);
        Mesh mesh = Meshes.of(canary.spec(), Meshes.named("istio"));
        assertThat(PolicyReader.read(canary.spec(), Settings.DEFAULT, mesh))
            .isInstanceOf(Plan.Valid.class);
        assertThat(mesh.problems(canary)).isEmpty();
      }
    }
  }
}

package dev.sluice.controller.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportCommandTest {
  private static final String ROLLOUT =
      """
      apiVersion: argoproj.io/v1alpha1
      kind: Rollout
      metadata: {name: web}
      spec:
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: web, image: "registry.example.com/web:1", ports: [{containerPort: 8080}]}]}
        strategy: {canary: {steps: [{setWeight: 10}, {pause: {}}], plugin: {}}}
      """;

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void manifestsGoToStandardOutputAndNotesToStandardError() throws IOException {
    assertThat(run("import", file("rollout.yaml", ROLLOUT).toString())).isZero();

    assertThat(out.toString())
        .contains("kind: Deployment", "---\n", "kind: Canary")
        .doesNotContain("sluice:");
    assertThat(err.toString().lines())
        .allMatch(line -> line.startsWith("sluice: Rollout web"))
        .anyMatch(line -> line.contains("spec.strategy.canary.plugin: not carried over"));
  }

  @Test
  void aFileForEachObjectGoesIntoAFolderThatMayBeNew() throws IOException {
    Path made = folder.resolve("a/b");

    assertThat(run("import", "-o", made.toString(), file("rollout.yaml", ROLLOUT).toString()))
        .isZero();

    assertThat(out.toString()).isEmpty();
    try (Stream<Path> files = Files.list(made)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("deployment-web.yaml", "canary-web.yaml");
    }
    assertThat(Files.readString(made.resolve("canary-web.yaml"))).startsWith("apiVersion: flagger");
  }

  @Test
  void nothingIsOverwritten() throws IOException {
    file("canary-web.yaml", "mine");

    assertThat(run("import", "-o", folder.toString(), file("rollout.yaml", ROLLOUT).toString()))
        .isEqualTo(2);

    assertThat(err.toString()).contains("canary-web.yaml is there already; nothing was written");
    assertThat(Files.readString(folder.resolve("canary-web.yaml"))).isEqualTo("mine");
    assertThat(folder.resolve("deployment-web.yaml")).doesNotExist();
  }

  @Test
  void aFileThatIsNotThereIsOneLine() {
    assertThat(run("import", "nowhere.yaml")).isEqualTo(2);
    assertThat(err.toString().lines())
        .containsExactly("sluice: there is no file nowhere.yaml (see ./sluice import --help)");
  }

  @Test
  void whatIsNoManifestIsNamedWithItsLine() throws IOException {
    assertThat(run("import", file("bad.yaml", "a: [1\nb: 2\n").toString())).isEqualTo(2);
    assertThat(err.toString().lines()).singleElement().asString().contains("bad.yaml:2: ");
  }

  @Test
  void filesWithoutARolloutAreBadInput() throws IOException {
    Path config = file("c.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}");

    assertThat(run("import", config.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("there is no Rollout (argoproj.io) among the manifests");
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamedWithWhatToDo() throws IOException {
    Path inTheWay = file("notes.txt", "not a folder");

    assertThat(
            run(
                "import",
                "-o",
                inTheWay.resolve("web").toString(),
                file("rollout.yaml", ROLLOUT).toString()))
        .isEqualTo(1);
    assertThat(err.toString().lines())
        .containsExactly(
            "sluice: cannot write to %s/web; give a folder that can be written with -o"
                .formatted(inTheWay));
  }

  @Test
  void noFileIsBadInput() {
    assertThat(run("import")).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(1);
  }
}

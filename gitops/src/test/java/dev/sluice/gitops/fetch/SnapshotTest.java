package dev.sluice.gitops.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.gitops.SourceFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.eclipse.jgit.lib.FileMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotTest {
  @TempDir Path folder;
  BareRepository repository;
  Mirrors mirrors;

  @BeforeEach
  void create() throws IOException {
    repository = new BareRepository(folder.resolve("origin.git"));
    mirrors = new Mirrors(folder.resolve("mirrors"));
  }

  @AfterEach
  void stop() {
    mirrors.close();
    repository.close();
  }

  @Test
  void manifestsBelowThePathAreReadInOrderAndNothingElse() throws IOException {
    repository.commit(
        "main",
        Map.of(
            "app/b.yml", "b",
            "app/a.yaml", "a",
            "app/deep/er/c.json", "c",
            "app/README.md", "text",
            "app/.github/ci.yaml", "hidden",
            "application/d.yaml", "another folder"));

    assertThat(commit().files("./app/", Limits.DEFAULT))
        .extracting(SourceFile::path)
        .containsExactly("app/a.yaml", "app/b.yml", "app/deep/er/c.json");
    assertThat(commit().files("", Limits.DEFAULT)).hasSize(4);
  }

  @Test
  void aFolderWithoutManifestsIsEmptyAndAMissingOneIsAnError() throws IOException {
    repository.commit("main", Map.of("app/.gitkeep", "", "file.yaml", "a"));

    assertThat(commit().files("app", Limits.DEFAULT)).isEmpty();
    assertThat(refused("gone"))
        .satisfies(e -> assertThat(e.reason()).isEqualTo("PathNotFound"))
        .hasMessageContaining("spec.path 'gone' is not in main@sha1:");
    assertThat(refused("file.yaml")).hasMessage("spec.path 'file.yaml' is not a folder");
    assertThat(refused("../etc").reason()).isEqualTo("InvalidPath");
    assertThat(refused("app/../../etc").reason()).isEqualTo("InvalidPath");
  }

  @Test
  void whatIsNoPlainFileIsRefusedByName() throws IOException {
    repository.commit(
        "main",
        Map.of(
            "app/x.yaml",
            "/etc/passwd",
            "sub/mod",
            "1".repeat(40),
            "lfs/big.yaml",
            "version " + "https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n",
            "kust/kustomization.yaml",
            "{}"),
        Map.of("app/x.yaml", FileMode.SYMLINK, "sub/mod", FileMode.GITLINK));

    assertThat(refused("app"))
        .hasMessage("app/x.yaml is a symbolic link, which is not followed; commit the file");
    assertThat(refused("sub"))
        .hasMessage("sub/mod is a submodule, which is not fetched; commit its files");
    assertThat(refused("lfs"))
        .hasMessage("lfs/big.yaml is a Git LFS pointer; commit the file itself");
    assertThat(refused("kust"))
        .hasMessageStartingWith("kust/kustomization.yaml asks for Kustomize");
  }

  @Test
  void aLinkInTheMiddleOfThePathIsNotFollowed() throws IOException {
    repository.commit("main", Map.of("app", "/etc"), Map.of("app", FileMode.SYMLINK));

    assertThat(refused("app").reason()).isEqualTo("PathNotFound");
    assertThat(refused("app/ssl").reason()).isEqualTo("PathNotFound");
  }

  @Test
  void tooMuchIsRefusedByName() throws IOException {
    var files = new HashMap<String, String>();
    IntStream.range(0, 12).forEach(i -> files.put("app/" + i + ".yaml", "a".repeat(20)));
    files.put("app/1/2/3/x.yaml", "a");
    repository.commit("main", files);

    assertThat(refused("app", new Limits(10, 99, 999, 99, 9)))
        .hasMessageContaining("is larger than 10 bytes");
    assertThat(refused("app", new Limits(99, 5, 999, 99, 9)))
        .hasMessage("'app' holds more than 5 manifests");
    assertThat(refused("app", new Limits(99, 99, 70, 99, 9)))
        .hasMessage("'app' holds more than 70 bytes of manifests");
    assertThat(refused("app", new Limits(99, 99, 999, 6, 9)))
        .hasMessage("'app' holds more than 6 files and folders");
    assertThat(refused("app", new Limits(99, 99, 999, 99, 2)))
        .hasMessage("'app' holds folders nested deeper than 2");
  }

  @Test
  void aFileWithAStrangeNameOrStrangeBytesIsRefused() throws IOException {
    repository.commit(
        "main", Map.of("app/a\nb.yaml", "a", "long/" + "x".repeat(300) + ".yaml", "a"));

    assertThat(refused("app").why()).contains("control characters").doesNotContain("\n");
    assertThat(refused("long").reason()).isEqualTo("InvalidName");
  }

  private Snapshot commit() {
    return mirrors.fetch(
        new Source(
            GitUrl.parse(folder.resolve("origin.git").toUri().toString(), true),
            new GitRef.Branch("main"),
            Credentials.NONE,
            Duration.ofSeconds(20)));
  }

  private SourceFailure refused(String path) {
    return refused(path, Limits.DEFAULT);
  }

  private SourceFailure refused(String path, Limits limits) {
    return catchThrowableOfType(SourceFailure.NeedsEdit.class, () -> commit().files(path, limits));
  }
}

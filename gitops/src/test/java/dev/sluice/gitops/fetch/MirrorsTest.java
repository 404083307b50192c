package dev.sluice.gitops.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.gitops.SourceFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MirrorsTest {
  private static final Map<String, String> WEB = Map.of("app/web.yaml", "kind: A\n");

  @TempDir Path folder;
  BareRepository repository;
  GitHttpServer server;
  Mirrors mirrors;

  @BeforeEach
  void serveARepository() throws IOException {
    repository = new BareRepository(folder.resolve("origin.git"));
    server = new GitHttpServer(repository);
    mirrors = new Mirrors(folder.resolve("mirrors"));
  }

  @AfterEach
  void stop() {
    mirrors.close();
    server.close();
    repository.close();
  }

  @Test
  void theTipOfABranchIsFetchedAndRead() throws IOException {
    String sha = repository.commit("main", WEB);

    Snapshot snapshot = mirrors.fetch(branch("main"));

    assertThat(snapshot.revision()).hasToString("main@sha1:" + sha);
    assertThat(snapshot.revision().brief()).isEqualTo("main@sha1:" + sha.substring(0, 7));
    assertThat(snapshot.subject()).isEqualTo("Change [app/web.yaml]");
    assertThat(snapshot.author()).isEqualTo("Ada");
    assertThat(snapshot.files("app", Limits.DEFAULT))
        .containsExactly(new SourceFile("app/web.yaml", "kind: A\n"));
  }

  @Test
  void aBranchThatDidNotMoveIsNotFetchedAgain() throws IOException {
    repository.commit("main", WEB);
    mirrors.fetch(branch("main"));
    mirrors.fetch(branch("main"));
    mirrors.fetch(branch("main"));

    assertThat(server.packsSent).hasValue(1);
    assertThat(server.asked).hasValueGreaterThanOrEqualTo(3);
  }

  @Test
  void aNewCommitIsFetchedAndTheOldSnapshotStillReadsTheOldFiles() throws IOException {
    repository.commit("main", WEB);
    Snapshot before = mirrors.fetch(branch("main"));
    String sha = repository.commit("main", Map.of("app/web.yaml", "kind: B\n"));

    Snapshot after = mirrors.fetch(branch("main"));

    assertThat(after.revision().sha()).isEqualTo(sha);
    assertThat(after.files("app", Limits.DEFAULT).getFirst().text()).isEqualTo("kind: B\n");
    assertThat(before.files("app", Limits.DEFAULT).getFirst().text()).isEqualTo("kind: A\n");
  }

  @Test
  void aRewrittenHistoryIsFollowed() throws IOException {
    repository.commit("main", WEB);
    mirrors.fetch(branch("main"));
    String sha = repository.rewrite("main", Map.of("app/other.yaml", "kind: C\n"));

    assertThat(mirrors.fetch(branch("main")).revision().sha()).isEqualTo(sha);
  }

  @Test
  void anAnnotatedTagNamesItsCommitAndMayMove() throws IOException {
    String first = repository.commit("main", WEB);
    repository.tag("v1", first);
    assertThat(mirrors.fetch(source(new GitRef.Tag("v1"))).revision())
        .hasToString("v1@sha1:" + first);

    String second = repository.commit("main", Map.of("app/web.yaml", "kind: B\n"));
    repository.tag("v1", second);
    assertThat(mirrors.fetch(source(new GitRef.Tag("v1"))).revision().sha()).isEqualTo(second);
  }

  @Test
  void aCommitIsFoundBehindTheTipsOfBranches() throws IOException {
    String old = repository.commit("main", WEB);
    repository.commit("main", Map.of("app/web.yaml", "kind: B\n"));

    Snapshot snapshot = mirrors.fetch(source(new GitRef.Commit(old)));

    assertThat(snapshot.revision()).hasToString("sha1:" + old);
    assertThat(snapshot.files("app", Limits.DEFAULT).getFirst().text()).isEqualTo("kind: A\n");
  }

  @Test
  void whatAPersonMustEditIsToldApartFromWhatMayPass() throws IOException {
    assertThat(edit(branch("main")).reason()).isEqualTo("EmptyRepository");
    repository.commit("main", WEB);
    assertThat(edit(branch("mian")))
        .satisfies(e -> assertThat(e.reason()).isEqualTo("RefNotFound"))
        .hasMessage(server.url() + " has no branch 'mian'; push it or change spec.ref.branch");
    assertThat(edit(source(new GitRef.Commit("0".repeat(39) + "1"))).reason())
        .isEqualTo("RefNotFound");
    repository.deleteBranch("main");
    repository.commit("other", WEB);
    assertThat(edit(branch("main")).reason()).isEqualTo("RefNotFound");

    server.status = 404;
    assertThat(edit(branch("main")).reason()).isEqualTo("RepositoryNotFound");
    server.status = 301;
    assertThat(edit(branch("main")).reason()).isEqualTo("RepositoryMoved");
    for (int passing : List.of(429, 500, 503)) {
      server.status = passing;
      assertThat(passing(branch("main")))
          .satisfies(e -> assertThat(e.reason()).isEqualTo("FetchFailed"))
          .hasMessageContaining(String.valueOf(passing));
    }
    server.close();
    assertThat(passing(branch("main"))).hasMessageContaining("fetching " + server.url());
  }

  @Test
  void aServerThatHangsIsLeftAfterTheTimeout() throws IOException {
    repository.commit("main", WEB);
    server.hanging = true;

    assertThat(passing(source(new GitRef.Branch("main"), Credentials.NONE, Duration.ofSeconds(1))))
        .hasMessageContaining("1 s");
    server.hanging = false;
    assertThat(mirrors.fetch(branch("main")).revision().label()).isEqualTo("main");
  }

  @Test
  void credentialsOpenARepositoryAndNeverShow() throws IOException {
    repository.commit("main", WEB);
    server.password = Optional.of("S3CR3T-canary");

    assertThat(edit(branch("main")).reason()).isEqualTo("AuthenticationFailed");
    var wrong = secret(Map.of("username", "ada", "password", "S3CR3T-wrong"));
    SourceFailure failure = edit(source(new GitRef.Branch("main"), wrong, Duration.ofSeconds(20)));
    assertThat(failure.reason()).isEqualTo("AuthenticationFailed");
    assertThat(failure.why()).doesNotContain("S3CR3T").doesNotContain("ada");
    assertThat(wrong.toString()).doesNotContain("S3CR3T");

    for (var right :
        List.of(
            secret(Map.of("username", "ada", "password", "S3CR3T-canary")),
            secret(Map.of("bearerToken", "S3CR3T-canary\n")))) {
      assertThat(
              mirrors
                  .fetch(source(new GitRef.Branch("main"), right, Duration.ofSeconds(20)))
                  .revision()
                  .label())
          .isEqualTo("main");
    }
  }

  /// One mirror serves all who name the same address; whoever may not ask the server gets nothing
  /// from it either.
  @Test
  void aMirrorGivesNothingToThoseTheServerRefuses() throws IOException {
    String sha = repository.commit("main", WEB);
    server.password = Optional.of("S3CR3T-canary");
    var right = secret(Map.of("username", "ada", "password", "S3CR3T-canary"));
    mirrors.fetch(source(new GitRef.Branch("main"), right, Duration.ofSeconds(20)));

    assertThat(edit(source(new GitRef.Commit(sha))).reason()).isEqualTo("AuthenticationFailed");
  }

  @Test
  void aMirrorSurvivesARestartAndHasNoWorkTree() throws IOException {
    repository.commit("main", WEB);
    mirrors.fetch(branch("main"));
    mirrors.close();
    mirrors = new Mirrors(folder.resolve("mirrors"));
    mirrors.fetch(branch("main"));

    assertThat(server.packsSent).hasValue(1);
    try (Stream<Path> files = Files.walk(folder.resolve("mirrors"))) {
      assertThat(files.map(file -> file.getFileName().toString())).doesNotContain("web.yaml");
    }
  }

  @Test
  void aLocalRepositoryIsReadOnlyWhereFilesAreAllowed() throws IOException {
    String sha = repository.commit("main", WEB);
    String url = folder.resolve("origin.git").toUri().toString();

    assertThat(catchThrowableOfType(SourceFailure.NeedsEdit.class, () -> GitUrl.parse(url, false)))
        .hasMessage("spec.url must not be a file: address; serve the repository over https or ssh");
    var source =
        new Source(
            GitUrl.parse(url, true),
            new GitRef.Branch("main"),
            Credentials.NONE,
            Duration.ofSeconds(20));
    assertThat(mirrors.fetch(source).revision().sha()).isEqualTo(sha);
  }

  private Source branch(String name) {
    return source(new GitRef.Branch(name));
  }

  private Source source(GitRef ref) {
    return source(ref, Credentials.NONE, Duration.ofSeconds(20));
  }

  private Source source(GitRef ref, Credentials credentials, Duration timeout) {
    return new Source(GitUrl.parse(server.url(), false), ref, credentials, timeout);
  }

  private Credentials secret(Map<String, String> data) {
    var bytes = new java.util.LinkedHashMap<String, byte[]>();
    data.forEach((key, value) -> bytes.put(key, value.getBytes(StandardCharsets.UTF_8)));
    return Credentials.of(GitUrl.parse(server.url(), false), "git-login", bytes);
  }

  private SourceFailure edit(Source source) {
    return catchThrowableOfType(SourceFailure.NeedsEdit.class, () -> mirrors.fetch(source));
  }

  private SourceFailure passing(Source source) {
    return catchThrowableOfType(SourceFailure.Passing.class, () -> mirrors.fetch(source));
  }
}

package dev.sluice.playground.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// With the real git client.
class GitServerTest {
  @TempDir Path folder;
  private DeliveryRepository delivery;
  private GitServer server;

  @BeforeEach
  void start() throws Exception {
    delivery = DeliveryRepository.open(folder.resolve("delivery.git"));
    server = GitServer.start(delivery, "delivery.git", 0);
  }

  @AfterEach
  void stop() {
    server.close();
    delivery.close();
  }

  private String git(Path in, String... words) throws Exception {
    var command =
        new java.util.ArrayList<>(
            java.util.List.of("git", "-c", "user.name=a", "-c", "user.email=a@b"));
    command.addAll(java.util.List.of(words));
    var builder = new ProcessBuilder(command).directory(in.toFile()).redirectErrorStream(true);
    builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
    var process = builder.start();
    var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(out).isZero();
    return out.strip();
  }

  @Test
  void aCommitIsClonedAndAPushComesBack() throws Exception {
    var id = delivery.commit(Map.of("apps/web.yaml", "image: v1\n"), "First", Instant.now());
    git(folder, "clone", "-q", server.url(), "work");
    var work = folder.resolve("work");
    assertThat(git(work, "rev-parse", "HEAD")).isEqualTo(id);
    assertThat(work.resolve("apps/web.yaml")).hasContent("image: v1\n");

    Files.writeString(work.resolve("apps/web.yaml"), "image: v2\n");
    git(work, "commit", "-qam", "Second");
    git(work, "push", "-q", "origin", "main");

    assertThat(delivery.read("apps/web.yaml")).contains("image: v2\n");
    delivery.commit(Map.of("README.md", "hello\n"), "Third", Instant.now());
    git(work, "pull", "-q");
    assertThat(work.resolve("README.md")).hasContent("hello\n");
    assertThat(work.resolve("apps/web.yaml")).hasContent("image: v2\n");
  }

  @Test
  void oldAndNewProtocolsAreSpoken() throws Exception {
    var id = delivery.commit(Map.of("a", "b"), "First", Instant.now());

    for (var version : java.util.List.of("0", "1", "2")) {
      assertThat(
              git(folder, "-c", "protocol.version=" + version, "ls-remote", server.url(), "main"))
          .startsWith(id);
    }
  }

  @Test
  void aCommitThatChangesNothingIsNone() throws Exception {
    var first = delivery.commit(Map.of("a", "b"), "First", Instant.now());

    assertThat(delivery.commit(Map.of("a", "b"), "Again", Instant.now())).isEqualTo(first);
  }

  @Test
  void aRepositoryIsOpenedAgainWithWhatWasInIt() throws Exception {
    delivery.commit(Map.of("a", "b"), "First", Instant.now());

    try (var again = DeliveryRepository.open(folder.resolve("delivery.git"))) {
      assertThat(again.read("a")).contains("b");
      assertThat(again.read("none")).isEmpty();
    }
  }
}

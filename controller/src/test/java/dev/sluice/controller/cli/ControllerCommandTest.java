package dev.sluice.controller.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What somebody reads who started the controller wrongly: one line, without secrets.
class ControllerCommandTest {
  private static final String KUBECONFIG =
      """
      apiVersion: v1
      kind: Config
      current-context: %s
      clusters: [{name: here, cluster: {server: "http://127.0.0.1:1"}}]
      users: [{name: me, user: {token: s3cret}}]
      contexts: [{name: mine, context: {cluster: here, user: me}}]
      """;

  @TempDir Path folder;

  private static String said(String... args) {
    var err = new StringWriter();
    int code =
        Main.run(new PrintWriter(new StringWriter(), true), new PrintWriter(err, true), args);
    assertThat(code).isNotZero();
    assertThat(err.toString().lines()).hasSize(1);
    return err.toString();
  }

  private String with(String kubeconfig) throws IOException {
    return "--kubeconfig=" + Files.writeString(folder.resolve("kubeconfig"), kubeconfig);
  }

  @ParameterizedTest
  @ValueSource(strings = {"hooks/s3cret", "ftp://hooks.test/s3cret", "http://s3cret example"})
  void aSlackAddressThatIsNoneIsRefusedAtTheStart(String address) {
    assertThat(said("controller", "--slack-url=" + address, "--slack-channel=general"))
        .contains("--slack-url: not an http URL")
        .doesNotContain("s3cret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"token: [s3cret", "s3cret, a text", "{clusters: {token: s3cret}}"})
  void aFileThatIsNoKubeconfigIsNotQuoted(String content) throws IOException {
    assertThat(said("controller", "--port=0", with(content)))
        .contains("kubeconfig", "check --kubeconfig")
        .doesNotContain("s3cret");
  }

  @Test
  void aContextThatDoesNotExistIsNotTakenForTheClusterAround() throws IOException {
    assertThat(said("controller", "--port=0", with(KUBECONFIG.formatted("other"))))
        .contains("has no context that current-context names");
  }

  @Test
  void aClusterThatIsNotThereIsNamed() throws IOException {
    assertThat(said("controller", "--port=0", with(KUBECONFIG.formatted("mine"))))
        .contains("http://127.0.0.1:1/ cannot be reached");
  }
}

package dev.sluice.controller.oncall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.controller.UserError;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which cluster a person means, and which name.
class OpenClusterTest {
  @Test
  void lettersThatDifferAreCounted() {
    assertThat(OpenCluster.distance("myapp", "myapp")).isZero();
    assertThat(OpenCluster.distance("my-app", "myapp")).isEqualTo(1);
    assertThat(OpenCluster.distance("mayp", "myapp")).isEqualTo(2);
    assertThat(OpenCluster.distance("", "myapp")).isEqualTo(5);
  }

  @Test
  void whoHasNoKubeconfigIsToldHowToNameOne() {
    assertThatThrownBy(() -> OpenCluster.existing(Config.empty()))
        .isInstanceOf(UserError.class)
        .hasMessage("there is no kubeconfig; name one with --kubeconfig or KUBECONFIG");
  }

  @Test
  void aPodAndAServerThatIsNamedNeedNoKubeconfig() {
    var pod = Config.empty();
    pod.setAutoOAuthToken("of the ServiceAccount");
    var named = Config.empty();
    named.setMasterUrl("http://127.0.0.1:8001/");

    assertThat(OpenCluster.existing(pod)).isSameAs(pod);
    assertThat(OpenCluster.existing(named)).isSameAs(named);
  }

  @Test
  void aFileThatIsNoKubeconfigIsNamedAndNotQuoted(@TempDir Path folder) throws IOException {
    var file = Files.writeString(folder.resolve("config"), "token: [s3cret");

    assertThatThrownBy(
            () -> OpenCluster.open(Optional.of(file), Optional.empty(), Optional.empty()))
        .isInstanceOf(UserError.class)
        .hasMessage(file + " is no kubeconfig that can be used; check --kubeconfig");
  }
}

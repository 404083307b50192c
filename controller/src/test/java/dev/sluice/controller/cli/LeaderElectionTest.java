package dev.sluice.controller.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.controller.Settings;
import dev.sluice.controller.lease.Timing;
import dev.sluice.crds.ObjectRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class LeaderElectionTest {
  private static final Map<String, String> POD = Map.of("HOSTNAME", "sluice-6d5f-x7k2p");

  @TempDir Path folder;

  private Path inCluster() throws IOException {
    return Files.writeString(folder.resolve("namespace"), "sluice-system\n");
  }

  private Path nowhere() {
    return folder.resolve("missing");
  }

  private static LeaderElection flags(String... args) {
    @CommandLine.Command
    class Flags {
      @CommandLine.Mixin final LeaderElection election = new LeaderElection();
    }
    Flags flags = new Flags();
    new CommandLine(flags).parseArgs(args);
    return flags.election;
  }

  @Test
  void inAPodReplicasShareTheLeaseOfTheirNamespace() throws IOException {
    Settings.Election election = flags().settings(false, inCluster(), POD).orElseThrow();
    assertThat(election.lease()).isEqualTo(new ObjectRef("sluice-system", "sluice"));
    assertThat(election.timing()).isEqualTo(Timing.DEFAULT);
    assertThat(election.identity()).startsWith("sluice-6d5f-x7k2p_");
    assertThat(flags().settings(false, inCluster(), POD).orElseThrow().identity())
        .as("a container that starts again in the same Pod is another process")
        .isNotEqualTo(election.identity());
  }

  @Test
  void onAPersonsMachineNobodyIsAskedFirst() throws IOException {
    assertThat(flags().settings(false, nowhere(), Map.of())).isEmpty();
    assertThat(flags().settings(true, inCluster(), POD)).isEmpty();
    assertThat(flags("--leader-election=off").settings(false, inCluster(), POD)).isEmpty();
  }

  @Test
  void outsideAClusterTheNamespaceMustBeNamed() {
    LeaderElection on = flags("--leader-election=on");
    assertThatThrownBy(() -> on.settings(true, nowhere(), Map.of()))
        .hasMessageContaining("--leader-election-namespace is needed");
    Optional<Settings.Election> named =
        flags(
                "--leader-election=on",
                "--leader-election-namespace=tools",
                "--leader-election-name=other",
                "--leader-election-identity=me")
            .settings(true, nowhere(), Map.of());
    assertThat(named)
        .contains(new Settings.Election(new ObjectRef("tools", "other"), "me", Timing.DEFAULT));
  }

  @Test
  void whatCannotWorkIsRefusedWithTheFlagNamed() throws IOException {
    LeaderElection tight = flags("--leader-election-renew-deadline=15s");
    Path pod = inCluster();
    assertThatThrownBy(() -> tight.settings(false, pod, POD))
        .hasMessageContaining("--leader-election-")
        .hasMessageContaining("longer than the renew deadline");
    LeaderElection shouting = flags("--leader-election-name=SLUICE");
    assertThatThrownBy(() -> shouting.settings(false, pod, POD))
        .hasMessageContaining("'SLUICE' is not a name");
  }
}

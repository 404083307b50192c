package dev.sluice.controller.cli;

import dev.sluice.controller.oncall.OpenCluster;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which cluster a command is about, as with kubectl.
final class ClusterOptions {
  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NS",
      description = "Namespace; that of the context when left out.")
  @Nullable String namespace;

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "How to reach the cluster; as kubectl when left out.")
  @Nullable Path kubeconfig;

  @Option(names = "--context", paramLabel = "NAME", description = "Context of the kubeconfig.")
  @Nullable String context;

  OpenCluster open() {
    return OpenCluster.open(
        Optional.ofNullable(kubeconfig),
        Optional.ofNullable(context),
        Optional.ofNullable(namespace));
  }
}

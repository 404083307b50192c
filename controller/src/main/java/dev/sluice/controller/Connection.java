package dev.sluice.controller;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executors;

/// How the process reaches the API server.
final class Connection {
  static final int TIMEOUT_MILLIS = 10_000;

  private Connection() {}

  /// @param version of this process, by which audit logs tell it from other clients
  /// @throws UserError when the kubeconfig cannot be used
  static KubernetesClient open(Optional<Path> kubeconfig, String version) {
    Config config;
    try {
      config =
          kubeconfig
              .map(file -> Config.fromKubeconfig(file.toFile()))
              .orElseGet(() -> new ConfigBuilder().build());
    } catch (RuntimeException e) {
      // What the parser says quotes the file, which holds credentials.
      throw new UserError(
          kubeconfig.map(file -> file + " is not a kubeconfig").orElse("the kubeconfig is broken")
              + "; check --kubeconfig");
    }
    if (kubeconfig.isPresent() && config.getCurrentContext() == null) {
      throw new UserError(
          kubeconfig.get() + " has no context that current-context names; check --kubeconfig");
    }
    config.setHttp2Disable(true);
    config.setUserAgent("sluice/" + version);
    config.setRequestTimeout(TIMEOUT_MILLIS);
    config.setConnectionTimeout(5_000);
    // Retries belong to the loop: a retry inside the client would hide how late a pass is.
    config.setRequestRetryBackoffLimit(0);
    return new KubernetesClientBuilder()
        .withConfig(config)
        .withTaskExecutorSupplier(Executors::newVirtualThreadPerTaskExecutor)
        .build();
  }

  /// @return the server's version
  /// @throws UserError when it does not answer
  static String check(KubernetesClient client) {
    try {
      return client.getKubernetesVersion().getGitVersion();
    } catch (KubernetesClientException e) {
      String why = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
      throw new UserError(
          "the cluster at %s cannot be reached (%s); check --kubeconfig and that the cluster runs"
              .formatted(
                  client.getConfiguration().getMasterUrl(), why == null ? "no answer" : why));
    }
  }
}

package dev.sluice.controller;

import io.fabric8.kubernetes.client.KubernetesClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The process.
public final class Controller {
  private static final Logger LOG = LoggerFactory.getLogger(Controller.class);

  private Controller() {}

  /// Runs until the process is asked to stop.
  ///
  /// @return the exit code
  /// @throws UserError for what the person who started it can mend
  public static int run(Settings settings) {
    try (KubernetesClient client = Connection.open(settings.kubeconfig())) {
      String version = Connection.check(client);
      LOG.atInfo().addKeyValue("version", version).log("connected to the cluster");
      return 0;
    }
  }
}

package dev.sluice.playground;

/// The file that kubectl and clients read to find the playground.
final class Kubeconfig {
  private Kubeconfig() {}

  /// @param server the URL of the API server
  static String of(String server) {
    return """
    apiVersion: v1
    kind: Config
    clusters:
    - name: playground
      cluster:
        server: %s
    users:
    - name: playground
      user: {}
    contexts:
    - name: playground
      context:
        cluster: playground
        user: playground
    current-context: playground
    """
        .formatted(server);
  }
}

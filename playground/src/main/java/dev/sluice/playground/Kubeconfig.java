package dev.sluice.playground;

/// The file that kubectl and clients read to find the playground.
final class Kubeconfig {
  private Kubeconfig() {}

  static String of(String server, String token) {
    return """
    apiVersion: v1
    kind: Config
    clusters:
    - name: playground
      cluster:
        server: %s
    users:
    - name: playground
      user:
        token: %s
    contexts:
    - name: playground
      context:
        cluster: playground
        user: playground
    current-context: playground
    """
        .formatted(server, token);
  }
}

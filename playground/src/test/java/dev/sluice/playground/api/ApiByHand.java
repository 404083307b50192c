package dev.sluice.playground.api;

import dev.sluice.playground.sample.PodServers;
import dev.sluice.playground.workloads.Workloads;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/// Starts a server alone, for a look by hand: `ApiByHand PORT KUBECONFIG`.
final class ApiByHand {
  private ApiByHand() {}

  static void main(String[] args) throws IOException, InterruptedException {
    var api =
        new KubernetesApi(InstantSource.system(), RandomGenerator.getDefault(), Users.EVERYBODY);
    var vertx = Vertx.vertx();
    var front = HttpFront.start(vertx, api, Integer.parseInt(args[0]));
    Files.writeString(Path.of(args[1]), kubeconfig(front.url(), "by-hand"));
    var workloads = new Workloads(api, new PodServers(vertx), RandomGenerator.getDefault());
    workloads.begin(InstantSource.system().instant());
    workloads.start(InstantSource.system());
    System.out.println(front.url());
    Thread.currentThread().join();
  }

  static String kubeconfig(String url, String token) {
    return """
    apiVersion: v1
    kind: Config
    current-context: playground
    clusters:
    - {name: playground, cluster: {server: "%s"}}
    users:
    - {name: playground, user: {token: "%s"}}
    contexts:
    - {name: playground, context: {cluster: playground, user: playground}}
    """
        .formatted(url, token);
  }
}

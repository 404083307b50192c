package dev.sluice.playground;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The whole playground as a process of its own, which is killed.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class KilledPlaygroundTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PODS = "/api/v1/namespaces/default/pods";
  private static final String DEPLOYMENT =
      """
      {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
       "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}},
         "spec": {"containers": [{"name": "app", "image": "web:1", "ports": [{"containerPort": 8080}]}]}}}}
      """;
  private static final String SERVICE =
      """
      {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
       "spec": {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}}
      """;

  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();

  /// A playground without a controller that answers.
  private final class Running implements AutoCloseable {
    private final Process process;
    private final List<String> said = new ArrayList<>();

    Running(String... arguments) throws IOException {
      var command =
          new ArrayList<>(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-Dsluice.root="
                      + Path.of(System.getProperty("sluice.root", "..")).toAbsolutePath(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Main.class.getName(),
                  "--demo=off",
                  "--dir=" + folder));
      command.addAll(List.of(arguments));
      var builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("SLUICE_CONTROLLER_COMMAND", "none");
      process = builder.start();
      var out = process.inputReader(StandardCharsets.UTF_8);
      for (var line = out.readLine();
          line != null && !line.equals("ready");
          line = out.readLine()) {
        said.add(line);
      }
    }

    String address(String name) {
      var line = said.stream().filter(each -> each.startsWith(name + " ")).findFirst();
      assertThat(line).as("%s in %s", name, said).isPresent();
      return line.get().substring(name.length()).strip();
    }

    JsonNode call(String method, String path, String body) throws Exception {
      var request =
          HttpRequest.newBuilder(URI.create(address("api") + path))
              .header("content-type", "application/json")
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .build();
      var answer = http.send(request, BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isLessThan(300);
      return JSON.readTree(answer.body());
    }

    /// What the pods behind a Service answer to a caller in the cluster.
    String get(String url) throws Exception {
      var proxy = URI.create(address("proxy"));
      try (var inside =
          HttpClient.newBuilder()
              .proxy(ProxySelector.of(new InetSocketAddress(proxy.getHost(), proxy.getPort())))
              .build()) {
        return inside
            .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
            .body();
      }
    }

    /// The objects that a watch shows until as many as wanted are as wanted.
    List<JsonNode> watch(String path, int wanted, Predicate<JsonNode> as) throws Exception {
      var request = HttpRequest.newBuilder(URI.create(address("api") + path)).build();
      var found = new ArrayList<JsonNode>();
      try (var frames =
          new BufferedReader(
              new InputStreamReader(
                  http.send(request, BodyHandlers.ofInputStream()).body(),
                  StandardCharsets.UTF_8))) {
        for (var line = frames.readLine(); line != null; line = frames.readLine()) {
          var frame = JSON.readTree(line);
          if (as.test(frame.path("object"))) {
            found.add(frame.path("object"));
          }
          if (found.size() == wanted) {
            return found;
          }
        }
      }
      throw new AssertionError("the watch ended with " + found);
    }

    @Override
    public void close() {
      process.destroyForcibly().onExit().join();
    }
  }

  private static boolean ready(JsonNode pod) {
    return pod.at("/status/conditions")
        .valueStream()
        .anyMatch(each ->
            each.path("type").asText().equals("Ready")
                && each.path("status").asText().equals("True"));
  }

  private static List<String> uids(JsonNode list) {
    return list.path("items").valueStream().map(each -> each.at("/metadata/uid").asText()).toList();
  }

  @Test
  void aClusterGoesOnAfterTheKill() throws Exception {
    JsonNode deployment;
    List<String> pods;
    String seen;
    String api;
    try (var first = new Running()) {
      api = first.address("api");
      first.call("POST", "/api/v1/namespaces/default/services", SERVICE);
      deployment = first.call("POST", "/apis/apps/v1/namespaces/default/deployments", DEPLOYMENT);
      var version = first.watch(PODS + "?watch=true", 2, KilledPlaygroundTest::ready).getLast();
      seen = version.at("/metadata/resourceVersion").asText();
      pods = uids(first.call("GET", PODS, ""));
      first.call(
          "POST",
          "/api/v1/namespaces/default/configmaps",
          """
          {"metadata": {"name": "last"}, "data": {"written": "just before the end"}}
          """);
    }

    try (var second = new Running()) {
      assertThat(second.address("api")).isEqualTo(api);
      var last = second.call("GET", "/api/v1/namespaces/default/configmaps/last", "");
      assertThat(last.at("/data/written").asText()).isEqualTo("just before the end");
      var again = second.call("GET", "/apis/apps/v1/namespaces/default/deployments/web", "");
      assertThat(again.at("/metadata/uid")).isEqualTo(deployment.at("/metadata/uid"));
      assertThat(uids(second.call("GET", PODS, ""))).isEqualTo(pods);

      var missed =
          second.watch(
              "/api/v1/namespaces/default/configmaps?watch=true&resourceVersion=" + seen,
              1,
              each -> each.at("/metadata/name").asText().equals("last"));
      assertThat(missed).hasSize(1);

      assertThat(second.get("http://web.default/version")).contains("web:1");
      second.call(
          "PUT",
          "/apis/apps/v1/namespaces/default/deployments/web/scale",
          """
          {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "web", "namespace": "default"},
           "spec": {"replicas": 3}}
          """);
      second.watch(PODS + "?watch=true", 3, KilledPlaygroundTest::ready);
      assertThat(uids(second.call("GET", PODS, ""))).hasSize(3).containsAll(pods);
    }
  }

  @Test
  void aDamagedClusterIsRefusedInOneLineAndAFreshOneCanBeHad() throws Exception {
    var log = folder.resolve("cluster/objects.log");
    try (var _ = new Running()) {
      assertThat(log).isNotEmptyFile();
    }
    var bytes = Files.readAllBytes(log);
    bytes[bytes.length / 2] ^= 1;
    Files.write(log, bytes);

    try (var refused = new Running()) {
      assertThat(refused.process.waitFor()).isEqualTo(1);
      assertThat(refused.said)
          .singleElement()
          .asString()
          .startsWith("sluice: " + log + " has a record with a wrong ")
          .endsWith("start with --fresh to begin with an empty cluster, the Git repository stays");
    }
    try (var fresh = new Running("--fresh")) {
      assertThat(uids(fresh.call("GET", PODS, ""))).isEmpty();
    }
  }
}

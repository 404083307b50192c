package dev.sluice.controller.figures;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Any API server, the playground's or a real one, that is asked the same over HTTP/1.1. What it is
/// asked lies in two namespaces of its own.
final class MeasuredApi implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String CORE = "/api/v1/namespaces/";
  private static final String CANARIES = "/apis/flagger.app/v1beta1/namespaces/";
  private static final String MANY = "sluice-figures-many";
  private static final String FEW = "sluice-figures-few";
  private static final String TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";

  /// As kubectl's user would write it, about two kilobytes.
  private static final String VALUE = "key = \"value\"  # of some program\n".repeat(60);

  private final String url;
  private final Optional<String> token;
  private final HttpClient http;
  private int serial;

  private MeasuredApi(String url, Optional<String> token, HttpClient http) {
    this.url = url;
    this.token = token;
    this.http = http;
  }

  /// @param url without a slash at the end; nobody is asked who he is there
  static MeasuredApi plain(String url) {
    return new MeasuredApi(url, Optional.empty(), builder().build());
  }

  /// @throws IOException when the file cannot be read or used
  static MeasuredApi of(Path kubeconfig) throws IOException {
    Config config = Config.fromKubeconfig(Files.readString(kubeconfig));
    try {
      HttpClient.Builder http = builder();
      if (config.getMasterUrl().startsWith("https")) {
        http.sslContext(SSLUtils.sslContext(config));
      }
      String url = config.getMasterUrl().replaceAll("/+$", "");
      return new MeasuredApi(url, Optional.ofNullable(config.getAutoOAuthToken()), http.build());
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot use the certificates of " + kubeconfig, e);
    }
  }

  private static HttpClient.Builder builder() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
  }

  private HttpRequest request(
      String method, String path, String accept, String type, byte[] body, Duration timeout) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path))
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
            .header("accept", accept)
            .header("user-agent", "sluice-figures")
            .timeout(timeout);
    token.ifPresent(word -> request.header("authorization", "Bearer " + word));
    if (body.length > 0) {
      request.header("content-type", type);
    }
    return request.build();
  }

  private byte[] send(HttpRequest request) throws IOException, InterruptedException {
    var answer = http.send(request, BodyHandlers.ofByteArray());
    if (answer.statusCode() >= 300) {
      throw new IOException(
          "%s %s: %d %s"
              .formatted(
                  request.method(),
                  request.uri(),
                  answer.statusCode(),
                  new String(answer.body(), StandardCharsets.UTF_8)));
    }
    return answer.body();
  }

  private byte[] call(String method, String path, String type, byte[] body)
      throws IOException, InterruptedException {
    return send(request(method, path, "application/json", type, body, PATIENCE));
  }

  private byte[] apply(String path, JsonNode object) throws IOException, InterruptedException {
    String where = path + "?fieldManager=figures&force=true";
    return call("PATCH", where, "application/apply-patch+yaml", JSON.writeValueAsBytes(object));
  }

  /// Makes the namespaces, the definition of Canaries and so many ConfigMaps and Canaries.
  ///
  /// @param canaries their definition
  void prepare(ObjectNode canaries, int objects) throws Exception {
    String definition = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/";
    apply(definition + canaries.at("/metadata/name").asText(), canaries);
    for (String name : List.of(MANY, FEW)) {
      apply(
          "/api/v1/namespaces/" + name,
          JSON.createObjectNode()
              .put("apiVersion", "v1")
              .put("kind", "Namespace")
              .set("metadata", JSON.createObjectNode().put("name", name)));
    }
    awaitCanaries();
    apply(CORE + FEW + "/configmaps/watched", map(FEW, "watched", "none"));
    try (ExecutorService hands = Executors.newFixedThreadPool(4)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < objects; i++) {
        String name = "object-%05d".formatted(i);
        all.add(
            hands.submit(() -> {
              byte[] map = JSON.writeValueAsBytes(map(MANY, name, name));
              create(CORE + MANY + "/configmaps", map);
              create(
                  CANARIES + MANY + "/canaries", JSON.writeValueAsBytes(Fleet.canary(MANY, name)));
              return name;
            }));
      }
      for (Future<?> each : all) {
        each.get(10, TimeUnit.MINUTES);
      }
    }
  }

  /// A definition is served a moment after it was written.
  private void awaitCanaries() throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        call("GET", CANARIES + FEW + "/canaries", "", new byte[0]);
        return;
      } catch (IOException e) {
        if (System.nanoTime() > end) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(200);
      }
    }
  }

  private void create(String path, byte[] body) throws IOException, InterruptedException {
    call("POST", path, "application/json", body);
  }

  private static ObjectNode map(String namespace, String name, String serial) {
    ObjectNode map = JSON.createObjectNode().put("apiVersion", "v1").put("kind", "ConfigMap");
    map.putObject("metadata").put("namespace", namespace).put("name", name);
    map.putObject("data").put("program.conf", VALUE).put("serial", serial);
    return map;
  }

  /// Milliseconds until the last byte of all ConfigMaps, as kubectl asks for them.
  double mapsAsTable() throws IOException, InterruptedException {
    return table(CORE + MANY + "/configmaps");
  }

  /// Milliseconds until the last byte of all Canaries, as kubectl asks for them.
  double canariesAsTable() throws IOException, InterruptedException {
    return table(CANARIES + MANY + "/canaries");
  }

  private double table(String path) throws IOException, InterruptedException {
    HttpRequest request = request("GET", path, TABLE, "", new byte[0], PATIENCE);
    long began = System.nanoTime();
    byte[] body = send(request);
    double took = (System.nanoTime() - began) / 1e6;
    if (JSON.readTree(body).path("rows").size() == 0) {
      throw new IOException("no rows of " + path);
    }
    return took;
  }

  /// Milliseconds to apply a Deployment of two kilobytes with another image than the time before.
  double apply() throws IOException, InterruptedException {
    ObjectNode deployment = Fleet.deployment(FEW, "applied", "1.0." + serial++);
    deployment.withObject("/spec").put("replicas", 0);
    String path = "/apis/apps/v1/namespaces/" + FEW + "/deployments/applied";
    long began = System.nanoTime();
    apply(path, deployment);
    return (System.nanoTime() - began) / 1e6;
  }

  /// Milliseconds until a Canary has been checked, which is not stored.
  double validate() throws IOException, InterruptedException {
    byte[] body = JSON.writeValueAsBytes(Fleet.canary(FEW, "checked"));
    String path = CANARIES + FEW + "/canaries?dryRun=All&fieldValidation=Strict";
    long began = System.nanoTime();
    create(path, body);
    return (System.nanoTime() - began) / 1e6;
  }

  /// Milliseconds from a write until the last of so many watchers has it, for each write.
  List<Double> fanOut(int watchers, int writes) throws Exception {
    String path =
        CORE
            + FEW
            + "/configmaps?watch=true&fieldSelector=metadata.name%3Dwatched&timeoutSeconds=600";
    var seen = new Phaser(watchers + 1);
    List<InputStream> open = new ArrayList<>();
    try {
      for (int i = 0; i < watchers; i++) {
        HttpRequest request =
            request("GET", path, "application/json", "", new byte[0], Duration.ofMinutes(10));
        InputStream frames = http.send(request, BodyHandlers.ofInputStream()).body();
        open.add(frames);
        Thread.ofVirtual().start(() -> count(frames, seen));
      }
      // The first frame shows what is there.
      await(seen);
      List<Double> took = new ArrayList<>();
      for (int i = 0; i < writes; i++) {
        byte[] patch =
            "{\"data\":{\"serial\":\"%d\"}}".formatted(serial++).getBytes(StandardCharsets.UTF_8);
        long began = System.nanoTime();
        call("PATCH", CORE + FEW + "/configmaps/watched", "application/merge-patch+json", patch);
        await(seen);
        took.add((System.nanoTime() - began) / 1e6);
      }
      return took;
    } finally {
      for (InputStream each : open) {
        each.close();
      }
    }
  }

  private static void count(InputStream frames, Phaser seen) {
    try {
      var lines = new BufferedReader(new InputStreamReader(frames, StandardCharsets.UTF_8));
      while (lines.readLine() != null) {
        seen.arrive();
      }
    } catch (IOException e) {
      // The measurement is over.
    }
  }

  private static void await(Phaser seen) throws InterruptedException, TimeoutException {
    int phase = seen.arrive();
    seen.awaitAdvanceInterruptibly(phase, PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /// Takes away what [#prepare] made, but for the definition.
  void clear() throws IOException, InterruptedException {
    for (String path : List.of(CANARIES + MANY + "/canaries", CORE + MANY + "/configmaps")) {
      call("DELETE", path, "", new byte[0]);
    }
    for (String name : List.of(MANY, FEW)) {
      call("DELETE", "/api/v1/namespaces/" + name, "", new byte[0]);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}

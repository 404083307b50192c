package dev.sluice.controller.gitsync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.cluster.PlaygroundCluster;
import dev.sluice.controller.deploy.ShippedRole;
import dev.sluice.controller.report.Events;
import dev.sluice.crds.GitSync;
import dev.sluice.crds.ObjectRef;
import dev.sluice.gitops.fetch.Mirrors;
import dev.sluice.mesh.Meshes;
import dev.sluice.playground.api.Answer;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Users;
import dev.sluice.playground.git.DeliveryRepository;
import dev.sluice.playground.git.GitServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// A cluster, a Git server and the one reconciler under test, on a clock that only the test moves.
///
/// The reconciler can be killed at any of its writes, and started again with nothing but what the
/// cluster remembers.
final class Town implements AutoCloseable {
  static final ObjectRef SYNC = new ObjectRef("team", "app");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<Kind> WATCHED = List.of(Kind.GIT_SYNC, Kind.CANARY, Kind.DEPLOYMENT);

  /// Stands for the end of the process; not an Exception, so that nothing of the product catches
  /// it.
  static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  /// A write of the reconciler.
  record Write(String user, String method, String path) {}

  private final Path folder;
  private final DeliveryRepository repository;
  private final GitServer git;
  private final KubernetesApi server;
  private Cluster cluster;
  private Mirrors mirrors;
  private Handovers handovers;
  private GitSyncReconciler reconciler;

  final List<Write> writes = new ArrayList<>();
  final List<ObjectRef> woken = new ArrayList<>();
  Instant now = Instant.parse("2026-03-01T10:00:00Z");
  int killAfter = Integer.MAX_VALUE;
  boolean apiDown;
  private String overtaken = "";
  private Runnable overtaking = () -> {};

  /// Called with every frame of the Deployments' watch.
  private final List<Consumer<JsonNode>> watchers = new ArrayList<>();

  /// A Canary `production/web` of the workload of that name.
  static String canaryOf(String kind) {
    return """
    apiVersion: flagger.app/v1beta1
    kind: Canary
    metadata: {name: web, namespace: production}
    spec:
      targetRef: {apiVersion: apps/v1, kind: %s, name: web}
      service: {port: 80}
      analysis: {interval: 1m, threshold: 5, maxWeight: 50, stepWeight: 10}
    """
        .formatted(kind);
  }

  Town(Path folder) throws IOException {
    this.folder = folder;
    repository = DeliveryRepository.open(folder.resolve("delivery.git"));
    git = GitServer.start(repository, "delivery.git", 0);
    server = new KubernetesApi(() -> now, new SplittableRandom(1), Users.EVERYBODY);
    Path root = Path.of(System.getProperty("sluice.root", ".."));
    try (Stream<Path> definitions = Files.list(root.resolve("deploy/crds"))) {
      for (Path definition : definitions.sorted().toList()) {
        send(
            "POST",
            "apis/apiextensions.k8s.io/v1/customresourcedefinitions",
            Files.readString(definition));
      }
    }
    apply("{apiVersion: v1, kind: Namespace, metadata: {name: team}}");
    apply("{apiVersion: v1, kind: Namespace, metadata: {name: production}}");
    server.watch(
        new Call(
            "GET",
            "/apis/apps/v1/deployments",
            Map.of("watch", List.of("true")),
            Map.of(),
            new byte[0]),
        frame -> watchers.forEach(watcher -> watcher.accept(frame)));
    start();
  }

  /// Starts the process anew: nothing of its memory is left.
  void start() {
    killAfter = Integer.MAX_VALUE;
    if (mirrors != null) {
      mirrors.close();
    }
    cluster =
        PlaygroundCluster.over(
            ShippedRole.clusterWide().before(new Observed()), WATCHED, (kind, object) -> {});
    mirrors = new Mirrors(folder.resolve("mirrors"));
    handovers = new Handovers(cluster);
    reconciler =
        new GitSyncReconciler(
            cluster,
            mirrors,
            false,
            Meshes.named("istio"),
            handovers,
            new Events(cluster),
            "default",
            woken::add,
            SyncGauges.NONE);
  }

  Handovers handovers() {
    return handovers;
  }

  void whenADeploymentChanges(Consumer<JsonNode> watcher) {
    watchers.add(watcher);
  }

  void whenADaemonSetChanges(Consumer<JsonNode> watcher) {
    AutoCloseable _ =
        server.watch(
            new Call(
                "GET",
                "/apis/apps/v1/daemonsets",
                Map.of("watch", List.of("true")),
                Map.of(),
                new byte[0]),
            watcher::accept);
  }

  /// Somebody is faster than the next apply of an object by the reconciler.
  ///
  /// @param path how its path ends
  void justBeforeTheApplyOf(String path, Runnable happens) {
    overtaken = path;
    overtaking = happens;
  }

  // ---- Git ----

  /// Commits these files beside those that are there.
  String commit(Map<String, String> changed) throws IOException {
    return repository.commit(
        changed, "Change " + String.join(", ", new TreeMap<>(changed).keySet()), now);
  }

  void stopGit() {
    git.close();
  }

  // ---- the cluster, as a person with kubectl ----

  /// Makes the GitSync, with more fields of the spec if wanted.
  void sync(String more) {
    apply(
        """
        apiVersion: sluice.dev/v1alpha1
        kind: GitSync
        metadata: {name: app, namespace: team}
        spec:
          url: http://127.0.0.1:%d/delivery.git
          ref: {branch: main}
          path: app
          interval: 1m
          timeout: 10s
          %s
        """
            .formatted(git.port(), more.strip().replace("\n", "\n  ")));
  }

  /// Creates or changes an object as `kubectl apply --server-side --force-conflicts` would.
  JsonNode apply(String yaml) {
    return applyAs("kubectl", yaml);
  }

  JsonNode applyAs(String manager, String yaml) {
    JsonNode object = Yaml.read(yaml);
    return send(
        "PATCH",
        path(object) + "?fieldManager=" + manager + "&force=true",
        "application/apply-patch+yaml",
        yaml);
  }

  /// Changes an object as `kubectl edit` would.
  JsonNode edit(String kind, String ref, String mergePatch) {
    return send(
        "PATCH",
        path(kind, ref) + "?fieldManager=kubectl-edit",
        "application/merge-patch+json",
        Yaml.read(mergePatch).toString());
  }

  /// Writes a Canary's status as its reconciler would.
  void canaryStatus(String ref, String status) {
    send(
        "PATCH",
        path("Canary", ref) + "/status",
        "application/merge-patch+json",
        Yaml.read("{status: " + status + "}").toString());
  }

  void delete(String kind, String ref) {
    send("DELETE", path(kind, ref), "application/json", "{}");
  }

  Optional<JsonNode> get(String kind, String ref) {
    Answer answer = server.handle(call("GET", path(kind, ref), "", ""));
    return answer.status() == 404 ? Optional.empty() : Optional.of(json(answer));
  }

  /// The value at a JSON pointer of an object, as text; `missing` when there is none.
  String value(String kind, String ref, String pointer) {
    return get(kind, ref)
        .map(object -> object.at(pointer))
        .map(node -> node.isValueNode() ? node.asText() : node.toString())
        .filter(text -> !text.isEmpty())
        .orElse("missing");
  }

  GitSync sync() {
    return GitSync.read(get("GitSync", "team/app").orElseThrow());
  }

  /// Ids of what the sync tracks.
  List<String> inventory() {
    GitSync.Inventory inventory = sync().status().inventory();
    return inventory == null
        ? List.of()
        : inventory.entries().stream().map(GitSync.Entry::id).toList();
  }

  /// `Reason: message` of every Event about the GitSync, in order.
  List<String> events() {
    var all = new ArrayList<String>();
    json(server.handle(call("GET", "api/v1/namespaces/team/events", "", "")))
        .path("items")
        .forEach(event ->
            all.add(event.path("reason").asText() + ": " + event.path("message").asText()));
    return all;
  }

  /// Every object that matters, by path, without what changes with time or number of writes.
  Map<String, String> state() {
    var all = new TreeMap<String, String>();
    for (String path :
        List.of(
            "api/v1/namespaces",
            "api/v1/configmaps",
            "api/v1/services",
            "apis/apps/v1/deployments",
            "apis/flagger.app/v1beta1/canaries",
            "apis/sluice.dev/v1alpha1/gitsyncs")) {
      for (JsonNode item : json(server.handle(call("GET", path, "", ""))).path("items")) {
        ObjectNode object = item.deepCopy();
        ObjectNode metadata = (ObjectNode) object.path("metadata");
        String name = metadata.path("namespace").asText() + "/" + metadata.path("name").asText();
        metadata.retain("name", "namespace", "labels", "annotations");
        if (object.path("status").path("conditions").isArray()) {
          object.path("status").path("conditions").forEach(Town::withoutTimes);
        }
        if (object.path("status") instanceof ObjectNode status) {
          status.remove("news");
        }
        if (object.path("spec") instanceof ObjectNode spec) {
          spec.remove(List.of("clusterIP", "clusterIPs"));
        }
        all.put(path + " " + name, object.toString());
      }
    }
    return all;
  }

  private static void withoutTimes(JsonNode condition) {
    ((ObjectNode) condition).remove(List.of("lastTransitionTime", "lastUpdateTime"));
  }

  // ---- time ----

  /// One look now; when the next is due.
  Optional<Instant> look() {
    return reconciler.reconcile(SYNC, now);
  }

  /// Looks whenever a look is due, until the next is a whole interval away.
  void settle() {
    for (int i = 0; i < 100; i++) {
      Optional<Instant> next = lookOrRetry();
      if (next.isEmpty() || !next.get().isBefore(now.plus(Duration.ofSeconds(30)))) {
        return;
      }
      now = next.get().isAfter(now) ? next.get() : now.plusSeconds(1);
    }
    throw new AssertionError("it never settles: " + sync().status());
  }

  private Optional<Instant> lookOrRetry() {
    try {
      return look();
    } catch (ClusterFailure e) {
      return Optional.of(now.plusSeconds(1));
    }
  }

  /// Lets intervals pass.
  void intervals(int count) {
    for (int i = 0; i < count; i++) {
      now = now.plusSeconds(61);
      settle();
    }
  }

  // ---- plumbing ----

  /// What the reconciler does to the cluster passes here.
  private final class Observed implements ApiServer {
    @Override
    public Answer handle(Call call) {
      if (apiDown) {
        return new Answer(503, "application/json", "{}".getBytes(StandardCharsets.UTF_8), Map.of());
      }
      if (!overtaken.isEmpty()
          && call.method().equals("PATCH")
          && call.path().endsWith(overtaken)
          && call.parameter("dryRun").isEmpty()) {
        overtaken = "";
        overtaking.run();
      }
      Answer answer = server.handle(call);
      if (!call.method().equals("GET") && call.parameter("dryRun").isEmpty()) {
        writes.add(
            new Write(call.header("impersonate-user").orElse(""), call.method(), call.path()));
        if (--killAfter == 0) {
          throw new Killed();
        }
      }
      return answer;
    }

    @Override
    public AutoCloseable watch(Call call, Consumer<ObjectNode> frames) {
      return server.watch(call, frames);
    }
  }

  private static String path(JsonNode object) {
    JsonNode metadata = object.path("metadata");
    String namespace = metadata.path("namespace").asText();
    return path(
        object.path("kind").asText(),
        (namespace.isEmpty() ? "" : namespace + "/") + metadata.path("name").asText());
  }

  private static String path(String kind, String ref) {
    String root =
        switch (kind) {
          case "Deployment", "DaemonSet" -> "apis/apps/v1";
          case "Canary" -> "apis/flagger.app/v1beta1";
          case "GitSync" -> "apis/sluice.dev/v1alpha1";
          case "Planet" -> "apis/x.dev/v1";
          case "CustomResourceDefinition" -> "apis/apiextensions.k8s.io/v1";
          default -> "api/v1";
        };
    String plural = kind.equals("Canary") ? "canaries" : kind.toLowerCase(Locale.ROOT) + "s";
    int slash = ref.indexOf('/');
    return slash < 0
        ? root + "/" + plural + "/" + ref
        : root + "/namespaces/" + ref.substring(0, slash) + "/" + plural + ref.substring(slash);
  }

  private void send(String method, String path, String yaml) {
    send(method, path, "application/yaml", yaml);
  }

  private JsonNode send(String method, String path, String contentType, String body) {
    Answer answer = server.handle(call(method, path, contentType, body));
    if (answer.status() / 100 != 2) {
      throw new AssertionError(
          method + " " + path + ": " + new String(answer.body(), StandardCharsets.UTF_8));
    }
    return json(answer);
  }

  private static Call call(String method, String pathAndQuery, String contentType, String body) {
    String[] parts = pathAndQuery.split("\\?", 2);
    var query = new LinkedHashMap<String, List<String>>();
    if (parts.length == 2) {
      for (String pair : parts[1].split("&", -1)) {
        String[] both = pair.split("=", 2);
        query.put(both[0], List.of(both[1]));
      }
    }
    return new Call(
        method,
        "/" + parts[0],
        query,
        contentType.isEmpty() ? Map.of() : Map.of("content-type", contentType),
        body.getBytes(StandardCharsets.UTF_8));
  }

  private static JsonNode json(Answer answer) {
    try {
      return JSON.readTree(answer.body());
    } catch (IOException e) {
      throw new AssertionError("the playground answered no JSON", e);
    }
  }

  @Override
  public void close() throws IOException {
    mirrors.close();
    git.close();
    repository.close();
  }
}

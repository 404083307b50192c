package dev.sluice.playground.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.playground.store.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// How much a request looks at when there are twice as many objects. Counted, not timed.
class WorkOfRequestsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FEW = 200;
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";

  /// A server with so many objects, and what it has looked at.
  static final class Cluster {
    final int size;
    private final Storage storage = new Storage(1000, 10_000);
    private final KubernetesApi api =
        new KubernetesApi(InstantSource.fixed(Calls.NOW), new Random(1), Users.EVERYBODY, storage);

    Cluster(int size) {
      this.size = size;
    }

    JsonNode call(String method, String path, String body) {
      var call =
          Calls.call(
              method,
              path,
              body,
              Map.of(
                  "content-type",
                  method.equals("PATCH") ? "application/merge-patch+json" : "application/json",
                  "user-agent",
                  "test/1"));
      var answer = api.handle(call);
      assertThat(answer.status())
          .as("%s %s: %s", method, path, new String(answer.body(), StandardCharsets.UTF_8))
          .isLessThan(300);
      try {
        return JSON.readTree(answer.body());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void each(Consumer<Integer> action) {
      for (int i = 0; i < size; i++) {
        action.accept(i);
      }
    }

    long looks(Consumer<Cluster> request) {
      long before = storage.looks();
      request.accept(this);
      return storage.looks() - before;
    }
  }

  /// @param bound how often the work may grow when the objects are twice as many
  record Request(String name, double bound, Consumer<Cluster> given, Consumer<Cluster> request) {
    @Override
    public String toString() {
      return name;
    }

    static Request same(String name, Consumer<Cluster> given, Consumer<Cluster> request) {
      return new Request(name, 1, given, request);
    }

    static Request inProportion(String name, Consumer<Cluster> given, Consumer<Cluster> request) {
      return new Request(name, 2, given, request);
    }
  }

  private static void maps(Cluster cluster) {
    cluster.each(i ->
        cluster.call(
            "POST",
            MAPS,
            "{\"metadata\": {\"name\": \"map-%05d\", \"labels\": {\"odd\": \"%d\"}}}"
                .formatted(i, i % 2)));
  }

  private static void fullNamespace(Cluster cluster) {
    cluster.call("POST", "/api/v1/namespaces", "{\"metadata\": {\"name\": \"crowd\"}}");
    cluster.each(i ->
        cluster.call(
            "POST",
            "/api/v1/namespaces/crowd/configmaps",
            "{\"metadata\": {\"name\": \"map-%d\"}}".formatted(i)));
  }

  private static void ownedMaps(Cluster cluster) {
    var owner = cluster.call("POST", MAPS, "{\"metadata\": {\"name\": \"owner\"}}");
    cluster.each(i ->
        cluster.call(
            "POST",
            MAPS,
            """
            {"metadata": {"name": "owned-%d", "ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap",
             "name": "owner", "uid": "%s", "blockOwnerDeletion": true}]}}
            """
                .formatted(i, owner.at("/metadata/uid").asText())));
  }

  private static void widgets(Cluster cluster) {
    cluster.call(
        "POST",
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        """
        {"metadata": {"name": "widgets.example.com"},
         "spec": {"group": "example.com", "scope": "Namespaced",
          "names": {"kind": "Widget", "plural": "widgets"},
          "versions": [{"name": "v1", "served": true, "storage": true,
           "schema": {"openAPIV3Schema": {"type": "object"}}}]}}
        """);
    cluster.each(i -> widget(cluster, "w" + i));
  }

  private static void widget(Cluster cluster, String name) {
    cluster.call(
        "POST",
        "/apis/example.com/v1/namespaces/default/widgets",
        "{\"apiVersion\": \"example.com/v1\", \"kind\": \"Widget\", \"metadata\": {\"name\": \"%s\"}}"
            .formatted(name));
  }

  private static void pods(Cluster cluster) {
    cluster.call(
        "POST",
        "/api/v1/namespaces/default/resourcequotas",
        "{\"metadata\": {\"name\": \"q\"}, \"spec\": {\"hard\": {\"pods\": \"10000\", \"requests.cpu\": \"900\"}}}");
    cluster.each(_ -> pod(cluster));
  }

  private static void pod(Cluster cluster) {
    cluster.call(
        "POST",
        "/api/v1/namespaces/default/pods",
        """
        {"metadata": {"generateName": "pod-"}, "spec": {"containers":
         [{"name": "c", "image": "i:1", "resources": {"requests": {"cpu": "10m"}}}]}}
        """);
  }

  private static void services(Cluster cluster) {
    cluster.each(_ -> service(cluster));
  }

  private static void service(Cluster cluster) {
    cluster.call(
        "POST",
        "/api/v1/namespaces/default/services",
        "{\"metadata\": {\"generateName\": \"s-\"}, \"spec\": {\"ports\": [{\"port\": 80}]}}");
  }

  private static void allPages(Cluster cluster) {
    var next = "";
    int rows = 0;
    do {
      var page = cluster.call("GET", MAPS + "?limit=20" + next, "");
      rows += page.path("items").size();
      if (next.isEmpty()) {
        // The other pages show the state before this.
        cluster.call("PATCH", MAPS + "/map-00001", "{\"data\": {\"changed\": \"yes\"}}");
      }
      next = "&continue=" + page.at("/metadata/continue").asText();
    } while (!next.equals("&continue="));
    assertThat(rows).isGreaterThanOrEqualTo(cluster.size);
  }

  static Stream<Request> requests() {
    return Stream.of(
        Request.same("get", WorkOfRequestsTest::maps, c -> c.call("GET", MAPS + "/map-00007", "")),
        Request.same(
            "patch",
            WorkOfRequestsTest::maps,
            c -> c.call("PATCH", MAPS + "/map-00007", "{\"data\": {\"a\": \"b\"}}")),
        Request.same(
            "create with a generated name",
            WorkOfRequestsTest::maps,
            c -> c.call("POST", MAPS, "{\"metadata\": {\"generateName\": \"map-\"}}")),
        Request.same(
            "delete", WorkOfRequestsTest::maps, c -> c.call("DELETE", MAPS + "/map-00007", "")),
        Request.same(
            "one page", WorkOfRequestsTest::maps, c -> c.call("GET", MAPS + "?limit=10", "")),
        Request.inProportion("all pages", WorkOfRequestsTest::maps, WorkOfRequestsTest::allPages),
        Request.inProportion("list", WorkOfRequestsTest::maps, c -> c.call("GET", MAPS, "")),
        Request.inProportion(
            "list by label",
            WorkOfRequestsTest::maps,
            c -> c.call("GET", MAPS + "?labelSelector=odd%3D1", "")),
        Request.inProportion(
            "delete all of a kind", WorkOfRequestsTest::maps, c -> c.call("DELETE", MAPS, "")),
        Request.same(
            "delete one of many with an owner",
            WorkOfRequestsTest::ownedMaps,
            c -> c.call("DELETE", MAPS + "/owned-7", "")),
        Request.inProportion(
            "delete an owner",
            WorkOfRequestsTest::ownedMaps,
            c -> c.call("DELETE", MAPS + "/owner", "")),
        Request.inProportion(
            "delete an owner after those it owns",
            WorkOfRequestsTest::ownedMaps,
            c -> c.call("DELETE", MAPS + "/owner?propagationPolicy=Foreground", "")),
        Request.same(
            "create a custom object", WorkOfRequestsTest::widgets, c -> widget(c, "another")),
        Request.same(
            "delete a custom object",
            WorkOfRequestsTest::widgets,
            c -> c.call("DELETE", "/apis/example.com/v1/namespaces/default/widgets/w7", "")),
        Request.inProportion(
            "delete a definition",
            WorkOfRequestsTest::widgets,
            c ->
                c.call(
                    "DELETE",
                    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com",
                    "")),
        Request.same(
            "create a pod under a quota", WorkOfRequestsTest::pods, WorkOfRequestsTest::pod),
        Request.same("create a Service", WorkOfRequestsTest::services, WorkOfRequestsTest::service),
        Request.inProportion(
            "delete a namespace",
            WorkOfRequestsTest::fullNamespace,
            c -> c.call("DELETE", "/api/v1/namespaces/crowd", "")));
  }

  @ParameterizedTest
  @MethodSource("requests")
  void noRequestIsMoreThanLinear(Request request) {
    var few = new Cluster(FEW);
    request.given().accept(few);
    var twice = new Cluster(2 * FEW);
    request.given().accept(twice);

    long once = few.looks(request.request());

    assertThat(once).isPositive();
    assertThat(twice.looks(request.request()))
        .as("looks at objects when there are twice as many, %d before", once)
        .isLessThanOrEqualTo(Math.round(once * request.bound() * 1.02) + 3);
  }
}

package dev.sluice.playground.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.playground.api.Call;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Users;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MeshWatchTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final String VIRTUAL_SERVICES =
      "/apis/networking.istio.io/v1/namespaces/default/virtualservices";
  private static final String DEFINITION =
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: virtualservices.networking.istio.io}
      spec:
        group: networking.istio.io
        names: {kind: VirtualService, plural: virtualservices, singular: virtualservice}
        scope: Namespaced
        versions:
        - name: v1
          served: true
          storage: true
          schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
      """;
  private static final String ROUTE =
      """
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: {name: app, namespace: default}
      spec: {hosts: [app], http: [{route: [{destination: {host: %s}}]}]}
      """;

  private final KubernetesApi api =
      new KubernetesApi(InstantSource.system(), new Random(1), Users.EVERYBODY);
  private final RouteTables tables = new RouteTables();
  private final MeshWatch watch = new MeshWatch(api, tables, MeshSnapshot.Settings.DEFAULT);

  @AfterEach
  void close() {
    watch.close();
  }

  @Test
  void routesFollowTheObjectsOfTheApiServer() throws IOException {
    watch.push();
    assertThat(destination()).isEqualTo("not in the mesh");

    service("app");
    service("app-canary");
    watch.push();
    assertThat(destination()).isEqualTo("503 [UH]");

    pod("10.244.0.7");
    watch.push();
    assertThat(destination()).isEqualTo("app.default.svc.cluster.local:80");

    post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", DEFINITION);
    post(VIRTUAL_SERVICES, ROUTE.formatted("app-canary"));
    watch.push();
    assertThat(destination()).isEqualTo("app-canary.default.svc.cluster.local:80");

    call("DELETE", VIRTUAL_SERVICES + "/app", new byte[0]);
    watch.push();
    assertThat(destination()).isEqualTo("app.default.svc.cluster.local:80");
  }

  @Test
  void aDefinitionThatGoesTakesItsRoutesAlong() throws IOException {
    service("app");
    service("app-canary");
    pod("10.244.0.7");
    post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", DEFINITION);
    post(VIRTUAL_SERVICES, ROUTE.formatted("app-canary"));
    watch.push();
    assertThat(destination()).isEqualTo("app-canary.default.svc.cluster.local:80");
    call(
        "DELETE",
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"
            + "virtualservices.networking.istio.io",
        new byte[0]);
    watch.push();
    watch.push();
    assertThat(destination()).isEqualTo("app.default.svc.cluster.local:80");

    post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", DEFINITION);
    post(VIRTUAL_SERVICES, ROUTE.formatted("app-canary"));
    watch.push();
    assertThat(destination()).isEqualTo("app-canary.default.svc.cluster.local:80");
  }

  @Test
  void whatCannotWorkIsSaid() throws IOException {
    service("app");
    post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", DEFINITION);
    post(
        VIRTUAL_SERVICES,
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: app, namespace: default}
        spec: {hosts: [app], gateways: [front, mesh], http: [{name: nothing}]}
        """);
    post(
        VIRTUAL_SERVICES,
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: slow, namespace: default}
        spec: {hosts: [slow], http: [{timeout: soon, route: [{destination: {host: app}}]}]}
        """);
    watch.push();
    destination();
    assertThat(watch.problems())
        .containsExactly(
            "port 80: VirtualService default/app: a rule without route, redirect or directResponse;"
                + " a proxy refuses it, no route is left",
            "VirtualService default/slow: timeout: 'soon' is no duration",
            "VirtualService default/app names the Gateway default/front, which does not exist: no"
                + " outside traffic");
  }

  @Test
  void onTheWallClockChangesArriveByThemselves() throws IOException {
    var vertx = Vertx.vertx();
    try {
      watch.start(vertx);
      service("app");
      pod("10.244.0.7");
      var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (!destination().equals("app.default.svc.cluster.local:80")) {
        assertThat(System.nanoTime()).isLessThan(end);
        Thread.onSpinWait();
      }
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  private String destination() {
    var caller = Caller.Sidecar.named("client", "default");
    return switch (tables.route(caller, 80, RequestHead.get("app", "/"), new Random(1))) {
      case RouteDecision.Forward forward -> forward.destination().toString();
      case RouteDecision.Local local -> local.status() + " " + local.flags();
      case RouteDecision.Unknown _, RouteDecision.Passthrough _ -> "not in the mesh";
    };
  }

  private void service(String name) throws IOException {
    post(
        "/api/v1/namespaces/default/services",
        """
        apiVersion: v1
        kind: Service
        metadata: {name: %s, namespace: default}
        spec: {selector: {app: app}, ports: [{name: http, port: 80, targetPort: http}]}
        """
            .formatted(name));
  }

  private void pod(String ip) throws IOException {
    var pods = "/api/v1/namespaces/default/pods";
    post(
        pods,
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: app-1, namespace: default, labels: {app: app}}
        spec:
          containers: [{name: app, image: app:1, ports: [{name: http, containerPort: 8080}]}]
        """);
    var pod = YAML.readTree(call("GET", pods + "/app-1", new byte[0]));
    var status = (com.fasterxml.jackson.databind.node.ObjectNode) pod;
    status.set(
        "status",
        YAML.readTree("{podIP: %s, conditions: [{type: Ready, status: 'True'}]}".formatted(ip)));
    call("PUT", pods + "/app-1/status", bytes(pod));
  }

  private void post(String path, String yaml) throws IOException {
    call("POST", path, bytes(YAML.readTree(yaml)));
  }

  private byte[] call(String method, String path, byte[] body) {
    var headers = Map.of("content-type", "application/json", "accept", "application/json");
    var answer = api.handle(new Call(method, path, Map.<String, List<String>>of(), headers, body));
    assertThat(answer.status())
        .as(new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8))
        .isLessThan(300);
    return answer.body();
  }

  private static byte[] bytes(JsonNode object) {
    return object.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }
}

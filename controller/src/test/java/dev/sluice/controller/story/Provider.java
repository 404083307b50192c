package dev.sluice.controller.story;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.controller.story.Way.Meeting;
import dev.sluice.mesh.Mesh;
import dev.sluice.mesh.Meshes;
import dev.sluice.playground.network.Caller;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// A way of splitting traffic, as those meet it who use an app or write its Canary. A new one is a
/// value here.
enum Provider {
  ISTIO(
      "istio",
      "myapp.production",
      "",
      "",
      "/apis/networking.istio.io/v1/namespaces/production/virtualservices/") {
    @Override
    Caller users() {
      return Caller.Sidecar.named("shop", "production");
    }

    @Override
    String metric() {
      return "{name: request-success-rate, thresholdRange: {min: 99}, interval: 30s}";
    }

    @Override
    void takeHost(World world) {
      world.apply(
          """
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: {name: rival, namespace: production}
          spec:
            hosts: [myapp.production.svc.cluster.local]
            exportTo: ['.']
            http: [{route: [{destination: {host: myapp.production.svc.cluster.local}}]}]
          """);
    }

    @Override
    void giveHostBack(World world) {
      world.delete(route("rival"));
    }

    @Override
    Set<String> leadsTo(JsonNode route) {
      Set<String> hosts = new TreeSet<>();
      for (JsonNode rule : route.at("/spec/http")) {
        for (JsonNode destination : rule.path("route")) {
          if (destination.path("weight").asInt(100) > 0) {
            hosts.add(destination.at("/destination/host").asText().replaceFirst("\\..*", ""));
          }
        }
      }
      return hosts;
    }
  },

  GATEWAY_API(
      "gatewayapi:v1",
      "myapp.example.com",
      """
      apiVersion: gateway.networking.k8s.io/v1
      kind: GatewayClass
      metadata: {name: istio}
      spec: {controllerName: istio.io/gateway-controller}
      ---
      apiVersion: gateway.networking.k8s.io/v1
      kind: Gateway
      metadata: {name: public, namespace: production}
      spec:
        gatewayClassName: istio
        listeners: [{name: http, port: 80, protocol: HTTP, hostname: '*.example.com'}]
      ---
      apiVersion: gateway.networking.k8s.io/v1
      kind: HTTPRoute
      metadata: {name: earlier, namespace: production}
      spec:
        hostnames: [earlier.example.com]
        parentRefs: [{name: public}]
        rules: [{backendRefs: [{name: myapp, port: 80}]}]
      ---
      apiVersion: gateway.networking.k8s.io/v1
      kind: HTTPRoute
      metadata: {name: myapp, namespace: production}
      spec:
        hostnames: [myapp.example.com]
        parentRefs: [{name: public}]
        rules: [{backendRefs: [{name: myapp, port: 80}]}]
      """,
      ", hosts: [myapp.example.com], gatewayRefs: [{name: public}]",
      "/apis/gateway.networking.k8s.io/v1/namespaces/production/httproutes/") {
    @Override
    Caller users() {
      return Caller.Gateway.INGRESS;
    }

    @Override
    Optional<String> cannot(Way way) {
      return way == Way.AB_TEST_BY_CALLER
          ? Optional.of("spec.analysis.match[0].sourceLabels")
          : Optional.empty();
    }

    // A younger route would not be obeyed.
    @Override
    void takeHost(World world) {
      hosts(world, "earlier.example.com\",\"myapp.example.com");
    }

    @Override
    void giveHostBack(World world) {
      hosts(world, "earlier.example.com");
    }

    private void hosts(World world, String names) {
      world.patch(route("earlier"), "{\"spec\":{\"hostnames\":[\"%s\"]}}".formatted(names));
    }

    @Override
    Set<String> leadsTo(JsonNode route) {
      Set<String> hosts = new TreeSet<>();
      for (JsonNode rule : route.at("/spec/rules")) {
        for (JsonNode backend : rule.path("backendRefs")) {
          if (backend.path("weight").asInt(1) > 0) {
            hosts.add(backend.path("name").asText());
          }
        }
      }
      return hosts;
    }
  },

  WITHOUT_MESH(
      "kubernetes", "myapp.production", "", "", "/api/v1/namespaces/production/services/") {
    @Override
    Caller users() {
      return ISTIO.users();
    }

    @Override
    Meeting meeting(Way way) {
      return Meeting.LOAD_TEST_ALONE;
    }

    @Override
    Optional<String> leavesOut(Way way) {
      return switch (way) {
        case BLUE_GREEN -> Optional.empty();
        case BLUE_GREEN_MIRRORED -> Optional.of("spec.analysis.mirror");
        case AB_TEST, AB_TEST_BY_CALLER -> Optional.of("spec.analysis.match");
        case STEPS, MIRROR_FIRST -> Optional.of("spec.analysis.stepWeight");
        case STEP_LIST, AFFINITY -> Optional.of("spec.analysis.stepWeights");
        case LISTED -> Optional.empty();
      };
    }

    @Override
    Optional<String> cannot(Way way) {
      return way == Way.LISTED ? Optional.of("spec.analysis.steps") : Optional.empty();
    }

    @Override
    Set<String> leadsTo(JsonNode service) {
      return Set.of(service.at("/spec/selector/app").asText());
    }
  };

  private final String title;
  private final String host;
  private final String objects;
  private final String service;
  private final String routes;

  Provider(String title, String host, String objects, String service, String routes) {
    this.title = title;
    this.host = host;
    this.objects = objects;
    this.service = service;
    this.routes = routes;
  }

  /// Why it cannot serve a strategy, as its author is told; empty where it can.
  Optional<String> cannot(Way way) {
    return Optional.empty();
  }

  /// The field that it warns of, because it does something else than a strategy asks for; empty
  /// where it does that.
  Optional<String> leavesOut(Way way) {
    return Optional.empty();
  }

  Meeting meeting(Way way) {
    return way.meeting();
  }

  /// Somebody else's route claims the host of myapp, and the mesh obeys it instead of ours.
  ///
  /// @throws UnsupportedOperationException where there are no routes
  void takeHost(World world) {
    throw new UnsupportedOperationException(title + " has no routes");
  }

  /// @throws UnsupportedOperationException where there are no routes
  void giveHostBack(World world) {
    throw new UnsupportedOperationException(title + " has no routes");
  }

  /// From where users' requests come.
  abstract Caller users();

  /// The Services that a route gives requests to, or the workloads; copies do not count.
  abstract Set<String> leadsTo(JsonNode route);

  Mesh mesh() {
    return Meshes.named(title);
  }

  /// As in `spec.provider`.
  String title() {
    return title;
  }

  /// What users call myapp.
  String host() {
    return host;
  }

  /// What the cluster has before any Canary, as YAML; may be empty.
  String objects() {
    return objects;
  }

  /// What `spec.service` of myapp's Canary says besides its ports, to be appended in braces.
  String service() {
    return service;
  }

  /// An entry of `spec.analysis.metrics` that sees failed requests.
  String metric() {
    return "{name: errors, templateRef: {name: errors}, thresholdRange: {max: 1}, interval: 30s}";
  }

  /// The path of what leads a canary's users.
  String route(String canary) {
    return routes + canary;
  }

  @Override
  public String toString() {
    return title;
  }
}

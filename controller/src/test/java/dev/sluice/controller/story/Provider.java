package dev.sluice.controller.story;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.mesh.Mesh;
import dev.sluice.mesh.Meshes;
import dev.sluice.playground.network.Caller;
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
      """,
      ", hosts: [myapp.example.com], gatewayRefs: [{name: public}]",
      "/apis/gateway.networking.k8s.io/v1/namespaces/production/httproutes/") {
    @Override
    Caller users() {
      return Caller.Gateway.INGRESS;
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

  /// From where users' requests come.
  abstract Caller users();

  /// The Services that a route gives requests to; copies do not count.
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

  /// What a cluster has before any Canary, as YAML; may be empty.
  String objects() {
    return objects;
  }

  /// What `spec.service` of myapp's Canary says besides its ports, to be appended in braces.
  String service() {
    return service;
  }

  /// The path of a canary's route.
  String route(String canary) {
    return routes + canary;
  }

  @Override
  public String toString() {
    return title;
  }
}

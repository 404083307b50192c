package dev.sluice.controller.story;

import java.util.Map;
import java.util.Optional;

/// A kind of object whose releases are looked after, as its owner makes and edits it, and as its
/// users meet it. A new one is a value here.
enum Target {
  DEPLOYMENT("apps/v1", "Deployment", "/apis/apps/v1/namespaces/production/deployments/") {
    @Override
    void make(World world, String version) {
      world.apply(Myapp.SERVICE).apply(Myapp.deployment(version));
    }

    @Override
    void edit(World world, String version, String behaviour) {
      Myapp.release(world, version, behaviour);
    }

    @Override
    boolean rests(World world) {
      return world.replicas("myapp") == 0 && world.replicas("myapp-primary") == 2;
    }
  },

  /// On three nodes.
  DAEMON_SET("apps/v1", "DaemonSet", "/apis/apps/v1/namespaces/production/daemonsets/") {
    @Override
    void make(World world, String version) {
      world
          .apply(Myapp.SERVICE)
          .apply(
              """
              apiVersion: apps/v1
              kind: DaemonSet
              metadata: {name: myapp, namespace: production, labels: {app: myapp}}
              spec:
                selector: {matchLabels: {app: myapp}}
                template:
                  metadata: {labels: {app: myapp}}
                  spec:
                    containers: [{name: myapp, image: "registry.example.com/myapp:%s", ports: [{containerPort: 8080}]}]
              """
                  .formatted(version));
    }

    @Override
    void edit(World world, String version, String behaviour) {
      world.patch(
          path("myapp"),
          """
          {"spec":{"template":{"metadata":{"annotations":{%s}},
            "spec":{"containers":[{"name":"myapp","image":"registry.example.com/myapp:%s",
              "ports":[{"containerPort":8080}]}]}}}}
          """
              .formatted(behaviour, version));
    }

    @Override
    int pods() {
      return 3;
    }

    @Override
    boolean rests(World world) {
      return world.get(path("myapp")).at("/status/desiredNumberScheduled").asInt() == 0;
    }
  },

  /// Led by its owner from the pods of one version to those of another, which may still be about to
  /// start.
  SERVICE("v1", "Service", "/api/v1/namespaces/production/services/") {
    @Override
    void make(World world, String version) {
      pods(world, version, "");
      world.apply(
          """
          apiVersion: v1
          kind: Service
          metadata: {name: myapp, namespace: production}
          spec: {selector: {app: myapp, version: "%s"}, ports: [{name: http, port: 80, targetPort: 8080}]}
          """
              .formatted(version));
    }

    @Override
    void edit(World world, String version, String behaviour) {
      if (world.deployment("myapp-" + version).path("code").asInt() == 404) {
        pods(world, version, behaviour.replaceAll("\"[^\"]*\":null,?", ""));
      }
      world.patch(
          path("myapp"), "{\"spec\":{\"selector\":{\"version\":\"%s\"}}}".formatted(version));
    }

    private static void pods(World world, String version, String annotations) {
      world.apply(
          """
          apiVersion: apps/v1
          kind: Deployment
          metadata: {name: myapp-%1$s, namespace: production}
          spec:
            replicas: 2
            selector: {matchLabels: {app: myapp, version: %1$s}}
            template:
              metadata: {labels: {app: myapp, version: %1$s}, annotations: {%2$s}}
              spec:
                containers: [{name: myapp, image: "registry.example.com/myapp:%1$s", ports: [{containerPort: 8080}]}]
          """
              .formatted(version, annotations));
    }

    @Override
    String version(World world, String side) {
      return world.get(path(side)).at("/spec/selector/version").asText();
    }

    @Override
    Map<String, String> labels(World world, String side) {
      return Map.of("app", "myapp", "version", version(world, side));
    }

    @Override
    String released(String version) {
      return "myapp-" + version;
    }

    @Override
    String serving(String version) {
      return "myapp-" + version;
    }

    // Its sides have no pods to ask for.
    @Override
    boolean rests(World world) {
      return true;
    }

    // No workload of it has a name to ask for.
    @Override
    String metric(String query) {
      return query
          .replace("reporter=\"destination\"", "reporter=\"source\"")
          .replace(
              "destination_workload_namespace=\"{{ namespace }}\", destination_workload=\"{{ target }}\"",
              "destination_service_namespace=\"{{ namespace }}\", destination_service_name=\"{{ target }}-canary\"");
    }

    @Override
    String ports() {
      return "port: 80";
    }

    @Override
    Optional<String> cannot(Provider provider) {
      return provider == Provider.WITHOUT_MESH
          ? Optional.of(
              "without a mesh nothing is between callers and a Service, so an edit of it reaches all of them at once")
          : Optional.empty();
    }
  };

  private final String apiVersion;
  private final String kind;
  private final String paths;

  Target(String apiVersion, String kind, String paths) {
    this.apiVersion = apiVersion;
    this.kind = kind;
    this.paths = paths;
  }

  /// Brings it and what serves its users.
  abstract void make(World world, String version);

  /// @param behaviour annotations of the pods, as JSON
  abstract void edit(World world, String version, String behaviour);

  /// Whether its sides ask for pods as they do between releases.
  abstract boolean rests(World world);

  /// Why a provider cannot serve it, as its author is told; empty where it can.
  Optional<String> cannot(Provider provider) {
    return Optional.empty();
  }

  /// The version that a side runs.
  ///
  /// @param side such as `myapp-primary`
  /// @return empty where there is no such side
  String version(World world, String side) {
    return world
        .get(path(side))
        .at("/spec/template/spec/containers/0/image")
        .asText()
        .replaceFirst(".*:", "");
  }

  /// What the pods have that answer for a side.
  ///
  /// @param side `myapp`, `myapp-canary` or `myapp-primary`
  Map<String, String> labels(World world, String side) {
    return Map.of("app", side.replace("-canary", ""));
  }

  /// The workload that answers for a version which is not promoted.
  String released(String version) {
    return "myapp";
  }

  /// The workload that answers for a version which is promoted.
  String serving(String version) {
    return "myapp-primary";
  }

  /// A query about the requests that its canary answered.
  ///
  /// @param query the same for a workload
  String metric(String query) {
    return query;
  }

  /// How many pods serve its users.
  int pods() {
    return 2;
  }

  /// The object, or a side of it.
  String path(String name) {
    return paths + name;
  }

  /// What `spec.service` says of its ports, without the braces.
  String ports() {
    return "port: 80, targetPort: 8080";
  }

  /// As in `spec`.
  String reference() {
    return "{apiVersion: %s, kind: %s, name: myapp}".formatted(apiVersion, kind);
  }

  boolean isGone(World world, String side) {
    return world.get(path(side)).path("code").asInt() == 404;
  }

  @Override
  public String toString() {
    return kind;
  }
}

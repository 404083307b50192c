package dev.sluice.playground.workloads;

import java.util.Optional;
import java.util.stream.Stream;

/// The kinds that the controllers read or write, with their place in the API.
enum Resource {
  DEPLOYMENT("apps/v1", "Deployment", "deployments"),
  REPLICA_SET("apps/v1", "ReplicaSet", "replicasets"),
  DAEMON_SET("apps/v1", "DaemonSet", "daemonsets"),
  STATEFUL_SET("apps/v1", "StatefulSet", "statefulsets"),
  CONTROLLER_REVISION("apps/v1", "ControllerRevision", "controllerrevisions"),
  JOB("batch/v1", "Job", "jobs"),
  AUTOSCALER("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
  POD("v1", "Pod", "pods"),
  SERVICE("v1", "Service", "services"),
  ENDPOINTS("v1", "Endpoints", "endpoints"),
  ENDPOINT_SLICE("discovery.k8s.io/v1", "EndpointSlice", "endpointslices"),
  NODE("v1", "Node", "nodes"),
  EVENT("v1", "Event", "events");

  private final String apiVersion;
  private final String kind;
  private final String plural;

  Resource(String apiVersion, String kind, String plural) {
    this.apiVersion = apiVersion;
    this.kind = kind;
    this.plural = plural;
  }

  /// The kind of this name, if its objects can be scaled.
  static Optional<Resource> scalable(String kind) {
    return Stream.of(DEPLOYMENT, REPLICA_SET, STATEFUL_SET)
        .filter(resource -> resource.kind.equals(kind))
        .findFirst();
  }

  String plural() {
    return plural;
  }

  String apiVersion() {
    return apiVersion;
  }

  String kind() {
    return kind;
  }

  /// The path of all objects, in every namespace.
  String path() {
    return (apiVersion.contains("/") ? "/apis/" : "/api/") + apiVersion + "/" + plural;
  }

  /// The path of a namespace's objects.
  ///
  /// @param namespace empty for kinds without one
  String path(String namespace) {
    return namespace.isEmpty()
        ? path()
        : (apiVersion.contains("/") ? "/apis/" : "/api/")
            + apiVersion
            + "/namespaces/"
            + namespace
            + "/"
            + plural;
  }

  String path(String namespace, String name) {
    return path(namespace) + "/" + name;
  }
}

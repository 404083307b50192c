package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// The endpoints of a Service: the pods that it selects, as Endpoints and as EndpointSlices, and of
/// each whether it may get requests. Pods whose ports have the same numbers share a slice.
final class ServicePlan {
  static final String SERVICE_NAME = "kubernetes.io/service-name";
  private static final String SLICE_MANAGER = "endpointslice.kubernetes.io/managed-by";
  private static final String HEADLESS = "service.kubernetes.io/headless";
  private static final int MOST_IN_A_SLICE = 100;

  private ServicePlan() {}

  /// @param selected the pods of the namespace that the Service's selector matches
  /// @param endpoints the Endpoints of the Service's name, if there are any
  /// @param slices the EndpointSlices that the Service owns
  static Plan of(
      ObjectNode service,
      List<ObjectNode> selected,
      Optional<ObjectNode> endpoints,
      List<ObjectNode> slices,
      RandomGenerator random) {
    var draft = new Plan.Draft();
    var selector = service.at("/spec/selector");
    if (selector.isEmpty()
        || service.at("/spec/type").asText().equals("ExternalName")
        || service.path("metadata").has("deletionTimestamp")) {
      return Plan.NOTHING;
    }
    var groups = groups(service, selected);
    writeEndpoints(service, groups, endpoints, draft);
    writeSlices(service, groups, slices, draft, random);
    return draft.done();
  }

  /// Endpoints that follow a Service, and not ones that a user wrote.
  static boolean ours(ObjectNode endpoints) {
    return Meta.labels(endpoints)
        .getOrDefault("endpoints.kubernetes.io/managed-by", "")
        .equals("endpoint-controller");
  }

  /// Pods by the ports they serve the Service on: a named target port may be another number in each
  /// pod.
  private static Map<String, Group> groups(ObjectNode service, List<ObjectNode> selected) {
    var groups = new LinkedHashMap<String, Group>();
    selected.stream()
        .map(Pod::new)
        .filter(pod -> !pod.ended() && !pod.ip().isEmpty())
        .sorted(Comparator.comparing(Pod::name))
        .forEach(pod -> {
          var ports = ports(service, pod);
          groups
              .computeIfAbsent(ports.toString(), _ -> new Group(ports, new ArrayList<>()))
              .pods()
              .add(pod);
        });
    return groups;
  }

  private record Group(List<ObjectNode> ports, List<Pod> pods) {}

  /// Whether the Service wants pods that are not ready as if they were.
  private static boolean publishesAll(ObjectNode service) {
    return service.at("/spec/publishNotReadyAddresses").asBoolean();
  }

  private static boolean headless(ObjectNode service) {
    return service.at("/spec/clusterIP").asText().equals("None");
  }

  /// The name by which the pod of a headless Service can be told apart; empty when it has none.
  private static Optional<String> hostname(ObjectNode service, Pod pod) {
    var spec = pod.object().path("spec");
    return spec.path("subdomain").asText().equals(Meta.name(service))
            && Meta.namespace(service).equals(Meta.namespace(pod.object()))
        ? Optional.of(spec.path("hostname").asText()).filter(name -> !name.isEmpty())
        : Optional.empty();
  }

  private static List<ObjectNode> ports(ObjectNode service, Pod pod) {
    var ports = new ArrayList<ObjectNode>();
    for (var port : service.at("/spec/ports")) {
      targetPort(port, pod)
          .ifPresent(number -> {
            var one = JsonNodeFactory.instance.objectNode();
            if (port.hasNonNull("name")) {
              one.put("name", port.path("name").asText());
            }
            one.put("port", number).put("protocol", port.path("protocol").asText("TCP"));
            if (port.hasNonNull("appProtocol")) {
              one.put("appProtocol", port.path("appProtocol").asText());
            }
            ports.add(one);
          });
    }
    return ports;
  }

  private static Optional<Integer> targetPort(JsonNode port, Pod pod) {
    var target = port.path("targetPort");
    if (target.isMissingNode() || target.isNull()) {
      return Optional.of(port.path("port").asInt());
    }
    if (target.isNumber()) {
      return Optional.of(target.asInt());
    }
    for (var container : pod.object().at("/spec/containers")) {
      for (var candidate : container.path("ports")) {
        if (candidate.path("name").asText().equals(target.asText())) {
          return Optional.of(candidate.path("containerPort").asInt());
        }
      }
    }
    return Optional.empty();
  }

  private static void writeEndpoints(
      ObjectNode service,
      Map<String, Group> groups,
      Optional<ObjectNode> present,
      Plan.Draft draft) {
    var wanted = present.map(ObjectNode::deepCopy).orElseGet(() -> fresh(Resource.ENDPOINTS));
    var metadata = wanted.withObject("/metadata");
    metadata.put("name", Meta.name(service)).put("namespace", Meta.namespace(service));
    var labels = labels(service, metadata);
    labels.put("endpoints.kubernetes.io/managed-by", "endpoint-controller");
    wanted.remove("subsets");
    for (var group : groups.values()) {
      boolean reachable = !group.ports().isEmpty() || headless(service);
      var subset = JsonNodeFactory.instance.objectNode();
      for (var pod : group.pods()) {
        if (reachable && (!pod.deleted() || publishesAll(service))) {
          boolean ready = pod.ready() || publishesAll(service);
          var address = subset.withArray(ready ? "addresses" : "notReadyAddresses").addObject();
          hostname(service, pod).ifPresent(name -> address.put("hostname", name));
          address.put("ip", pod.ip()).put("nodeName", pod.node()).set("targetRef", target(pod));
        }
      }
      if (!subset.isEmpty()) {
        if (!group.ports().isEmpty()) {
          subset.putArray("ports").addAll(group.ports());
        }
        wanted.withArray("subsets").add(subset);
      }
    }
    write(Resource.ENDPOINTS, wanted, present, draft);
  }

  private static ObjectNode labels(ObjectNode service, ObjectNode metadata) {
    var labels = metadata.putObject("labels");
    Meta.labels(service).forEach(labels::put);
    if (headless(service)) {
      labels.put(HEADLESS, "");
    }
    return labels;
  }

  private static void writeSlices(
      ObjectNode service,
      Map<String, Group> groups,
      List<ObjectNode> slices,
      Plan.Draft draft,
      RandomGenerator random) {
    var wanted = new ArrayList<Group>();
    for (var group : groups.values()) {
      for (int from = 0; from < group.pods().size(); from += MOST_IN_A_SLICE) {
        int to = Math.min(from + MOST_IN_A_SLICE, group.pods().size());
        wanted.add(new Group(group.ports(), group.pods().subList(from, to)));
      }
    }
    if (wanted.isEmpty()) {
      wanted.add(new Group(List.of(), List.of()));
    }
    var present = slices.stream().sorted(Comparator.comparing(Meta::name)).toList();
    for (int i = 0; i < wanted.size(); i++) {
      Optional<ObjectNode> old =
          i < present.size() ? Optional.of(present.get(i)) : Optional.empty();
      var slice = old.map(ObjectNode::deepCopy).orElseGet(() -> slice(service, random));
      var labels = labels(service, slice.withObject("/metadata"));
      labels.put(SLICE_MANAGER, "endpointslice-controller.k8s.io");
      labels.put(SERVICE_NAME, Meta.name(service));
      slice.remove(List.of("endpoints", "ports"));
      for (var pod : wanted.get(i).pods()) {
        endpoint(service, pod, slice.withArray("endpoints").addObject());
      }
      for (var port : wanted.get(i).ports()) {
        var named = JsonNodeFactory.instance.objectNode().put("name", "");
        slice.withArray("ports").add(named.setAll(port));
      }
      write(Resource.ENDPOINT_SLICE, slice, old, draft);
    }
    present.stream()
        .skip(wanted.size())
        .forEach(slice ->
            draft.add(new Action.Delete(Resource.ENDPOINT_SLICE, slice, Optional.empty())));
  }

  private static void endpoint(ObjectNode service, Pod pod, ObjectNode endpoint) {
    endpoint.putArray("addresses").add(pod.ip());
    endpoint
        .putObject("conditions")
        .put("ready", publishesAll(service) || (pod.ready() && !pod.deleted()))
        .put("serving", pod.ready())
        .put("terminating", pod.deleted());
    hostname(service, pod).ifPresent(name -> endpoint.put("hostname", name));
    endpoint.put("nodeName", pod.node()).set("targetRef", target(pod));
  }

  private static ObjectNode slice(ObjectNode service, RandomGenerator random) {
    var slice = fresh(Resource.ENDPOINT_SLICE);
    var metadata = slice.withObject("/metadata");
    metadata
        .put("name", Meta.name(service) + "-" + Names.suffix(random))
        .put("generateName", Meta.name(service) + "-")
        .put("namespace", Meta.namespace(service));
    metadata.putArray("ownerReferences").add(Meta.ownedBy(service, Resource.SERVICE));
    return slice.put("addressType", "IPv4");
  }

  private static ObjectNode fresh(Resource resource) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("apiVersion", resource.apiVersion())
        .put("kind", resource.kind());
  }

  private static ObjectNode target(Pod pod) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("kind", "Pod")
        .put("namespace", Meta.namespace(pod.object()))
        .put("name", pod.name())
        .put("uid", pod.uid());
  }

  private static void write(
      Resource resource, ObjectNode wanted, Optional<ObjectNode> present, Plan.Draft draft) {
    if (present.isEmpty()) {
      draft.add(new Action.Create(resource, wanted));
    } else if (!Meta.same(withoutEmpty(wanted), withoutEmpty(present.get()))) {
      draft.add(new Action.Replace(resource, wanted));
    }
  }

  /// An API server may show an empty list for one that was left out.
  private static ObjectNode withoutEmpty(ObjectNode object) {
    var copy = object.deepCopy();
    copy.properties().removeIf(entry -> entry.getValue().isArray() && entry.getValue().isEmpty());
    return copy;
  }
}

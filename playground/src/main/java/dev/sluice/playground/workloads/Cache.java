package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// The objects as watches and our own writes last showed them, found by owner, by label and by
/// namespace without going through all. For one thread.
final class Cache {
  private final NavigableMap<Key, ObjectNode> objects = new TreeMap<>();
  private final Map<String, TreeSet<Key>> byOwner = new HashMap<>();
  private final Map<String, TreeSet<Key>> orphans = new HashMap<>();
  private final Map<String, TreeSet<Key>> podsByLabel = new HashMap<>();
  private final Map<String, TreeSet<Key>> servicesByLabel = new HashMap<>();
  private final Map<String, TreeSet<Key>> podsByNode = new HashMap<>();
  private final Map<String, NodeLoad> loads = new HashMap<>();
  private final TreeSet<Key> unscheduled = new TreeSet<>();
  private final Set<String> podIps = new HashSet<>();
  private final Set<String> deleted = new HashSet<>();

  Optional<ObjectNode> get(Key key) {
    return Optional.ofNullable(objects.get(key));
  }

  /// Takes an object unless it is older than what is known.
  ///
  /// @return whether it was news
  boolean put(Resource resource, ObjectNode object) {
    var key = Key.of(resource, object);
    var known = objects.get(key);
    if (deleted.contains(Meta.uid(object))
        || (known != null && version(known) >= version(object))) {
      return false;
    }
    if (known != null) {
      unindex(key, known);
    }
    objects.put(key, object);
    index(key, object);
    return true;
  }

  /// Our own deletion succeeded; what the watch still has to tell about the object is old.
  void forget(Resource resource, ObjectNode object) {
    deleted.add(Meta.uid(object));
    removeIfSame(Key.of(resource, object), object);
  }

  /// The watch says that the object is gone.
  void remove(Resource resource, ObjectNode object) {
    deleted.remove(Meta.uid(object));
    removeIfSame(Key.of(resource, object), object);
  }

  /// Forgets all objects of a kind.
  ///
  /// @return what was forgotten
  List<Key> clear(Resource resource) {
    var keys = new ArrayList<>(all(resource).keySet());
    for (var key : keys) {
      get(key).ifPresent(object -> removeIfSame(key, object));
    }
    return keys;
  }

  private void removeIfSame(Key key, ObjectNode object) {
    var known = objects.get(key);
    if (known != null && Meta.uid(known).equals(Meta.uid(object))) {
      unindex(key, known);
      objects.remove(key);
    }
  }

  private static long version(JsonNode object) {
    return object.at("/metadata/resourceVersion").asLong();
  }

  private void index(Key key, ObjectNode object) {
    for (var index : indexes(key, object)) {
      index.map().computeIfAbsent(index.entry(), _ -> new TreeSet<>()).add(key);
    }
    if (key.resource() == Resource.POD) {
      var pod = new Pod(object);
      podIps.add(pod.ip());
      if (pod.node().isEmpty()) {
        unscheduled.add(key);
      } else if (!pod.ended()) {
        loads.put(pod.node(), load(pod.node()).with(pod));
      }
    }
  }

  private void unindex(Key key, ObjectNode object) {
    for (var index : indexes(key, object)) {
      var keys = index.map().get(index.entry());
      if (keys != null && keys.remove(key) && keys.isEmpty()) {
        index.map().remove(index.entry());
      }
    }
    if (key.resource() == Resource.POD) {
      var pod = new Pod(object);
      podIps.remove(pod.ip());
      unscheduled.remove(key);
      if (!pod.node().isEmpty() && !pod.ended()) {
        loads.put(pod.node(), load(pod.node()).without(pod));
      }
    }
  }

  private record Place(Map<String, TreeSet<Key>> map, String entry) {}

  private List<Place> indexes(Key key, ObjectNode object) {
    var places = new ArrayList<Place>();
    switch (key.resource()) {
      case REPLICA_SET, CONTROLLER_REVISION, POD, ENDPOINT_SLICE ->
          places.add(
              Meta.controllerUid(object)
                  .map(uid -> new Place(byOwner, key.resource() + uid))
                  .orElseGet(() -> new Place(orphans, key.resource() + key.namespace())));
      default -> {}
    }
    if (key.resource() == Resource.POD) {
      places.add(new Place(podsByNode, new Pod(object).node()));
      Meta.labels(object)
          .forEach((name, value) ->
              places.add(new Place(podsByLabel, label(key.namespace(), name, value))));
    }
    if (key.resource() == Resource.SERVICE) {
      Meta.strings(object.at("/spec/selector")).entrySet().stream()
          .findFirst()
          .ifPresent(first ->
              places.add(
                  new Place(
                      servicesByLabel, label(key.namespace(), first.getKey(), first.getValue()))));
    }
    return places;
  }

  private static String label(String namespace, String name, String value) {
    return namespace + '\n' + name + '\n' + value;
  }

  List<ObjectNode> owned(Resource resource, String ownerUid) {
    return objects(byOwner.get(resource + ownerUid));
  }

  /// Objects of a namespace that have no managing owner.
  List<ObjectNode> orphans(Resource resource, String namespace) {
    return objects(orphans.get(resource + namespace));
  }

  List<ObjectNode> inNamespace(Resource resource, String namespace) {
    return List.copyOf(
        objects
            .subMap(new Key(resource, namespace, ""), new Key(resource, namespace + '\0', ""))
            .values());
  }

  List<ObjectNode> every(Resource resource) {
    return List.copyOf(all(resource).values());
  }

  private NavigableMap<Key, ObjectNode> all(Resource resource) {
    return objects.subMap(new Key(resource, "", ""), true, new Key(resource, "\uffff", ""), true);
  }

  List<ObjectNode> podsSelectedBy(ObjectNode service) {
    var selector = Meta.strings(service.at("/spec/selector"));
    return podsWithFirst(Meta.namespace(service), selector).stream()
        .filter(pod -> Selector.matches(selector, Meta.labels(pod)))
        .toList();
  }

  /// The pods that a workload's selector matches, whoever manages them.
  List<ObjectNode> podsMatching(ObjectNode workload) {
    var selector = workload.at("/spec/selector");
    var equal = Meta.strings(selector.path("matchLabels"));
    var namespace = Meta.namespace(workload);
    var candidates =
        equal.isEmpty() ? inNamespace(Resource.POD, namespace) : podsWithFirst(namespace, equal);
    return candidates.stream().filter(pod -> Selector.matches(selector, Meta.labels(pod))).toList();
  }

  private List<ObjectNode> podsWithFirst(String namespace, Map<String, String> labels) {
    return labels.entrySet().stream()
        .findFirst()
        .map(first -> label(namespace, first.getKey(), first.getValue()))
        .map(place -> objects(podsByLabel.get(place)))
        .orElse(List.of());
  }

  Set<Key> servicesThatSelect(ObjectNode pod) {
    var services = new TreeSet<Key>();
    var labels = Meta.labels(pod);
    labels.forEach((name, value) -> {
      for (var service : objects(servicesByLabel.get(label(Meta.namespace(pod), name, value)))) {
        if (Selector.matches(Meta.strings(service.at("/spec/selector")), labels)) {
          services.add(Key.of(Resource.SERVICE, service));
        }
      }
    });
    return services;
  }

  /// What the pods of a node ask for together.
  NodeLoad load(String node) {
    return loads.getOrDefault(node, NodeLoad.NONE);
  }

  /// The pods of a node.
  List<Key> onNode(String node) {
    return List.copyOf(podsByNode.getOrDefault(node, new TreeSet<>()));
  }

  /// The pods that have no node.
  Set<Key> unscheduled() {
    return Set.copyOf(unscheduled);
  }

  boolean isUsed(String podIp) {
    return podIps.contains(podIp);
  }

  private List<ObjectNode> objects(@org.jspecify.annotations.Nullable Collection<Key> keys) {
    var found = new ArrayList<ObjectNode>();
    for (var key : keys == null ? Collections.<Key>emptyList() : keys) {
      get(key).ifPresent(found::add);
    }
    return found;
  }
}

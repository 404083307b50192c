package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Whom a change of an object concerns: who must be looked at again.
final class Concerns {
  /// Who may manage objects of a kind.
  private static final Map<Resource, List<Resource>> OWNERS =
      Map.of(
          Resource.REPLICA_SET,
          List.of(Resource.DEPLOYMENT),
          Resource.POD,
          List.of(Resource.REPLICA_SET, Resource.DAEMON_SET, Resource.STATEFUL_SET, Resource.JOB),
          Resource.CONTROLLER_REVISION,
          List.of(Resource.DAEMON_SET, Resource.STATEFUL_SET));

  private final Cache cache;
  private final DueKeys due;

  Concerns(Cache cache, DueKeys due) {
    this.cache = cache;
    this.due = due;
  }

  void of(Resource resource, ObjectNode object, Instant now) {
    var key = Key.of(resource, object);
    switch (resource) {
      case DEPLOYMENT, SERVICE, DAEMON_SET, STATEFUL_SET, JOB, AUTOSCALER -> due.add(key, now);
      case REPLICA_SET -> {
        due.add(key, now);
        owners(resource, object, now);
      }
      case CONTROLLER_REVISION -> owners(resource, object, now);
      case POD -> {
        due.add(key, now);
        owners(resource, object, now);
        cache.servicesThatSelect(object).forEach(service -> due.add(service, now));
        if (new Pod(object).ended() || cache.get(key).isEmpty()) {
          cache.unscheduled().forEach(pod -> due.add(pod, now));
          deployment(object, now);
        }
      }
      case ENDPOINTS -> due.add(new Key(Resource.SERVICE, key.namespace(), key.name()), now);
      case ENDPOINT_SLICE ->
          Meta.controller(object)
              .map(owner -> owner.path("name").asText())
              .ifPresent(name -> due.add(new Key(Resource.SERVICE, key.namespace(), name), now));
      case NODE -> {
        due.add(key, now);
        node(object, now);
      }
      case EVENT -> {}
    }
  }

  /// A node takes who waits for one, and may drive others away.
  private void node(ObjectNode node, Instant now) {
    cache.unscheduled().forEach(pod -> due.add(pod, now));
    cache
        .every(Resource.DAEMON_SET)
        .forEach(daemon -> due.add(Key.of(Resource.DAEMON_SET, daemon), now));
    if (Meta.deleted(node)
        || !node.at("/spec/taints").isEmpty()
        || cache.get(Key.of(Resource.NODE, node)).isEmpty()) {
      cache.onNode(Meta.name(node)).forEach(pod -> due.add(pod, now));
    }
  }

  /// A Deployment that recreates its pods waits until the old ones are gone.
  private void deployment(ObjectNode pod, Instant now) {
    Meta.controller(pod)
        .map(owner -> owner.path("name").asText())
        .flatMap(name -> cache.get(new Key(Resource.REPLICA_SET, Meta.namespace(pod), name)))
        .ifPresent(set -> owners(Resource.REPLICA_SET, set, now));
  }

  /// The owner, or whoever might become it.
  private void owners(Resource resource, ObjectNode object, Instant now) {
    var owner = Meta.controller(object);
    for (var kind : OWNERS.getOrDefault(resource, List.of())) {
      if (owner.isPresent()) {
        var name =
            Optional.of(owner.get().path("name").asText())
                .filter(_ -> owner.get().path("kind").asText().equals(kind.kind()));
        name.ifPresent(one -> due.add(new Key(kind, Meta.namespace(object), one), now));
        continue;
      }
      for (var candidate : cache.inNamespace(kind, Meta.namespace(object))) {
        if (Selector.matches(candidate.at("/spec/selector"), Meta.labels(object))) {
          due.add(Key.of(kind, candidate), now);
        }
      }
    }
  }
}

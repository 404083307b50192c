package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.sample.PodRuntime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Which plan looks after an object, and what that plan has to know.
final class Plans {
  private final Cache cache;
  private final PodRuntime runtime;
  private final Remembered remembered;
  private final RandomGenerator random;
  private final PodAddresses addresses;

  Plans(Cache cache, PodRuntime runtime, Remembered remembered, RandomGenerator random) {
    this.cache = cache;
    this.runtime = runtime;
    this.remembered = remembered;
    this.random = random;
    this.addresses = new PodAddresses(cache::isUsed);
  }

  Plan of(Key key, ObjectNode object, Instant now) {
    return switch (key.resource()) {
      case DEPLOYMENT ->
          DeploymentPlan.of(
              object,
              cache.owned(Resource.REPLICA_SET, Meta.uid(object)),
              cache.orphans(Resource.REPLICA_SET, key.namespace()),
              set -> cache.owned(Resource.POD, Meta.uid(set.object())),
              now);
      case REPLICA_SET ->
          ReplicaSetPlan.of(
              object,
              cache.owned(Resource.POD, Meta.uid(object)),
              cache.orphans(Resource.POD, key.namespace()),
              () -> siblings(object),
              Optional.ofNullable(remembered.refusals.get(key)),
              now,
              random);
      case DAEMON_SET ->
          DaemonSetPlan.of(
              object,
              cache.every(Resource.NODE),
              cache.owned(Resource.POD, Meta.uid(object)),
              cache.orphans(Resource.POD, key.namespace()),
              cache.owned(Resource.CONTROLLER_REVISION, Meta.uid(object)),
              now,
              random);
      case POD -> PodPlan.of(object, around(object), now);
      case SERVICE ->
          ServicePlan.of(
              object,
              cache.podsSelectedBy(object),
              cache.get(new Key(Resource.ENDPOINTS, key.namespace(), key.name())),
              cache.owned(Resource.ENDPOINT_SLICE, Meta.uid(object)),
              random);
      case NODE -> NodePlan.of(object, now);
      case AUTOSCALER -> autoscaler(key, object, now);
      case STATEFUL_SET ->
          StatefulSetPlan.of(
              object,
              cache.owned(Resource.POD, Meta.uid(object)),
              cache.orphans(Resource.POD, key.namespace()),
              cache.owned(Resource.CONTROLLER_REVISION, Meta.uid(object)),
              now);
      case JOB -> JobPlan.of(object, cache.owned(Resource.POD, Meta.uid(object)), now, random);
      case CONTROLLER_REVISION, ENDPOINTS, ENDPOINT_SLICE, EVENT -> Plan.NOTHING;
    };
  }

  private Plan autoscaler(Key key, ObjectNode object, Instant now) {
    var reference = object.at("/spec/scaleTargetRef");
    var target =
        Resource.scalable(reference.path("kind").asText())
            .map(kind -> new Key(kind, key.namespace(), reference.path("name").asText()))
            .flatMap(scaled ->
                cache
                    .get(scaled)
                    .map(found ->
                        new AutoscalerPlan.Target(
                            scaled.resource(), found, cache.podsMatching(found))));
    var outcome =
        AutoscalerPlan.of(
            object,
            target,
            uid -> runtime.work(uid, now),
            remembered.autoscalers.getOrDefault(key, ScalingLimits.Memory.NONE),
            now);
    remembered.autoscalers.put(key, outcome.memory());
    return outcome.plan();
  }

  private PodPlan.Surroundings around(ObjectNode pod) {
    return new PodPlan.Surroundings(
        cache.every(Resource.NODE),
        cache::load,
        addresses::next,
        remembered.stopping.contains(Meta.uid(pod)));
  }

  /// The pods of all ReplicaSets that have the same owner as this one.
  private List<ObjectNode> siblings(ObjectNode set) {
    return Meta.controllerUid(set)
        .map(uid -> cache.owned(Resource.REPLICA_SET, uid))
        .orElse(List.of(set))
        .stream()
        .flatMap(each -> cache.owned(Resource.POD, Meta.uid(each)).stream())
        .toList();
  }
}

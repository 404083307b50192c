package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.sample.Behaviour;
import dev.sluice.playground.sample.PodFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;

/// Reads a Pod; absent fields have their defaults.
record Pod(ObjectNode object) {

  String name() {
    return Meta.name(object);
  }

  String uid() {
    return Meta.uid(object);
  }

  String node() {
    return object.at("/spec/nodeName").asText();
  }

  /// The node it is on, or the one that its DaemonSet means it for.
  String target() {
    return node().isEmpty()
        ? object.at(NodeTerms.PATH + "/0/matchFields/0/values/0").asText()
        : node();
  }

  String label(String name) {
    return object.at("/metadata/labels").path(name).asText();
  }

  String ip() {
    return object.at("/status/podIP").asText();
  }

  boolean deleted() {
    return Meta.deleted(object);
  }

  String phase() {
    return object.at("/status/phase").asText();
  }

  /// Ended for good, well or badly.
  boolean ended() {
    return phase().equals("Succeeded") || phase().equals("Failed");
  }

  /// Not deleted and not ended for good.
  boolean active() {
    return !deleted() && !ended();
  }

  Optional<JsonNode> condition(String type) {
    for (var condition : object.at("/status/conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return Optional.of(condition);
      }
    }
    return Optional.empty();
  }

  boolean ready() {
    return condition("Ready").filter(c -> c.path("status").asText().equals("True")).isPresent();
  }

  /// When it became ready; empty while it is not.
  Optional<Instant> readySince() {
    return condition("Ready")
        .filter(c -> c.path("status").asText().equals("True"))
        .flatMap(c -> Meta.time(c.path("lastTransitionTime")));
  }

  /// When it has been, or will have been, ready for so long; empty while it is not.
  Optional<Instant> availableSince(int minReadySeconds) {
    return readySince().map(since -> since.plusSeconds(minReadySeconds));
  }

  /// When its containers were last started; empty while they do not run.
  Optional<Instant> runningSince() {
    return Meta.time(object.at("/status/containerStatuses/0/state/running/startedAt"));
  }

  /// When its containers last ended; empty when they never did.
  Optional<Instant> crashedAt() {
    return Meta.time(object.at("/status/containerStatuses/0/state/terminated/finishedAt"))
        .or(() ->
            Meta.time(object.at("/status/containerStatuses/0/lastState/terminated/finishedAt")));
  }

  /// When the kubelet first saw it; empty before.
  Optional<Instant> startTime() {
    return Meta.time(object.at("/status/startTime"));
  }

  /// How many containers have a status.
  int containers() {
    return object.at("/status/containerStatuses").size();
  }

  /// Why its containers wait; empty text when they do not.
  String waitingFor() {
    return object.at("/status/containerStatuses/0/state/waiting/reason").asText();
  }

  boolean hasFinalizers() {
    return !object.at("/metadata/finalizers").isEmpty();
  }

  boolean ownedBy(String kind) {
    return Meta.controller(object)
        .filter(owner -> owner.path("kind").asText().equals(kind))
        .isPresent();
  }

  int restarts() {
    return object.at("/status/containerStatuses/0/restartCount").asInt();
  }

  /// Counts from the request of the deletion; the user's own wish caps what the app gets.
  Duration grace() {
    return Duration.ofSeconds(object.at("/metadata/deletionGracePeriodSeconds").asLong(30));
  }

  Behaviour.Reading behaviour() {
    return Behaviour.read(Meta.annotations(object));
  }

  PodFacts facts(String ip) {
    var ports = new HashSet<Integer>();
    for (var container : object.at("/spec/containers")) {
      container.path("ports").forEach(port -> ports.add(port.path("containerPort").asInt()));
    }
    return new PodFacts(
        uid(),
        Meta.namespace(object),
        name(),
        node(),
        ip,
        object.at("/spec/containers/0/image").asText(),
        ports,
        Meta.labels(object),
        behaviour().behaviour());
  }
}

package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.playground.sample.PodFacts;
import dev.sluice.playground.sample.SampleApp;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// What the kubelet learns when it probes the sample app. Whether a probe passes depends on nothing
/// that changes while the app runs, so it is worked out once and not every few seconds: a path that
/// fails sometimes passes, one that always fails does not.
final class Probes {
  /// Errors that are left to chance do not happen.
  private static final RandomGenerator LUCKY = () -> -1L;

  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  private Probes() {}

  /// Why one of the pod's probes of a kind fails, in the kubelet's words; empty when all pass.
  ///
  /// @param kind `readinessProbe`, `livenessProbe` or `startupProbe`
  static Optional<Failure> failing(Pod pod, String kind, PodFacts facts) {
    for (var container : pod.object().at("/spec/containers")) {
      var probe = container.path(kind);
      var why = probe.isObject() ? failure(probe, container, facts) : Optional.<String>empty();
      if (why.isPresent()) {
        return Optional.of(new Failure(container.path("name").asText(), why.get(), until(probe)));
      }
    }
    return Optional.empty();
  }

  /// @param after from the start of the container until the kubelet gives up on it
  record Failure(String container, String why, Duration after) {}

  /// From the start of the containers until the first success can have been seen.
  static Duration earliest(Pod pod, String kind) {
    var longest = Duration.ZERO;
    for (var container : pod.object().at("/spec/containers")) {
      var probe = container.path(kind);
      if (probe.isObject()) {
        int successes = probe.path("successThreshold").asInt(1) - 1;
        long seconds =
            probe.path("initialDelaySeconds").asInt()
                + (long) successes * probe.path("periodSeconds").asInt(10);
        longest = max(longest, Duration.ofSeconds(seconds));
      }
    }
    return longest;
  }

  private static Duration until(JsonNode probe) {
    int more = probe.path("failureThreshold").asInt(3) - 1;
    return Duration.ofSeconds(
        Math.max(1, probe.path("initialDelaySeconds").asInt())
            + (long) more * probe.path("periodSeconds").asInt(10));
  }

  private static Duration max(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static Optional<String> failure(JsonNode probe, JsonNode container, PodFacts facts) {
    var http = probe.path("httpGet");
    var tcp = probe.path("tcpSocket");
    if (!http.isObject() && !tcp.isObject()) {
      return Optional.empty();
    }
    int port = port((http.isObject() ? http : tcp).path("port"), container);
    var address = facts.ip() + ":" + port;
    var refused = "dial tcp " + address + ": connect: connection refused";
    if (tcp.isObject()) {
      return facts.listensOn(port) ? Optional.empty() : Optional.of(refused);
    }
    var path = http.path("path").asText("/");
    var get = "Get \"http://" + address + path + "\": ";
    if (!facts.listensOn(port)) {
      return Optional.of(get + refused);
    }
    int query = path.indexOf('?');
    var asked = new SampleApp.Request("GET", query < 0 ? path : path.substring(0, query));
    var reply = SampleApp.answer(asked, facts, LUCKY);
    var timeout = Duration.ofSeconds(probe.path("timeoutSeconds").asLong(TIMEOUT.toSeconds()));
    if (reply.delay().compareTo(timeout) >= 0) {
      return Optional.of(
          get + "context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
    }
    return reply.status() < 400
        ? Optional.empty()
        : Optional.of("HTTP probe failed with statuscode: " + reply.status());
  }

  /// A name that no port of the container has is a port that nobody listens on.
  private static int port(JsonNode port, JsonNode container) {
    if (port.isNumber()) {
      return port.asInt();
    }
    for (var candidate : container.path("ports")) {
      if (candidate.path("name").asText().equals(port.asText())) {
        return candidate.path("containerPort").asInt();
      }
    }
    return 0;
  }
}

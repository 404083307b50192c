package dev.sluice.playground.virtual;

import dev.sluice.playground.network.Caller;
import dev.sluice.playground.network.Endpoint;
import dev.sluice.playground.network.RequestHead;
import dev.sluice.playground.network.VirtualNetwork;
import dev.sluice.playground.sample.PodFacts;
import dev.sluice.playground.sample.PodTable;
import dev.sluice.playground.sample.SampleApp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// Those who keep sending requests, and how their latest ones ended.
final class Population {
  private static final Duration REMEMBERED = Duration.ofSeconds(10);

  private final VirtualNetwork network;
  private final PodTable pods;
  private final RandomGenerator random;
  private final List<Stream> streams = new ArrayList<>();
  private final Deque<Seen> seen = new ArrayDeque<>();

  /// Requests that keep coming.
  record Stream(Caller caller, int port, RequestHead request, int perSecond) {}

  /// @param version that answered; empty when no pod did
  private record Seen(Instant at, String host, String version, boolean failed) {}

  Population(VirtualNetwork network, PodTable pods, RandomGenerator random) {
    this.network = network;
    this.pods = pods;
    this.random = random;
  }

  void add(Stream stream) {
    streams.add(stream);
  }

  /// Sends one second's requests.
  void send(Instant now) {
    for (var stream : streams) {
      var exchanges =
          network.simulate(
              stream.caller(),
              stream.port(),
              stream.request(),
              stream.perSecond(),
              now,
              Duration.ofSeconds(1),
              (endpoint, request) -> answer(endpoint, request, now),
              random);
      for (var exchange : exchanges) {
        var pod = Optional.ofNullable(exchange.answeredBy()).flatMap(by -> pods.pod(by.ip()));
        seen.addLast(
            new Seen(
                now,
                stream.request().host(),
                pod.map(PodFacts::version).orElse(""),
                exchange.status() >= 500));
      }
    }
    while (!seen.isEmpty() && seen.peekFirst().at().isBefore(now.minus(REMEMBERED))) {
      seen.removeFirst();
    }
  }

  private VirtualNetwork.Reply answer(Endpoint endpoint, RequestHead request, Instant now) {
    var pod = pods.pod(endpoint.ip());
    if (pod.isEmpty()) {
      return new VirtualNetwork.Reply.Gone();
    }
    if (!pod.get().listensOn(endpoint.port())) {
      return new VirtualNetwork.Reply.Down();
    }
    pods.served(pod.get(), now);
    var asked = new SampleApp.Request(request.method(), request.path());
    var reply = SampleApp.answer(asked, pod.get(), random);
    return VirtualNetwork.Reply.Answered.with(reply.status(), reply.delay());
  }

  Map<String, Double> shares(String host) {
    var to = seen.stream().filter(one -> one.host().equals(host)).toList();
    return to.stream()
        .collect(
            Collectors.groupingBy(Seen::version, Collectors.summingDouble(_ -> 1.0 / to.size())));
  }

  double failing(String host) {
    return seen.stream()
        .filter(one -> one.host().equals(host))
        .mapToInt(one -> one.failed() ? 1 : 0)
        .average()
        .orElse(0);
  }
}

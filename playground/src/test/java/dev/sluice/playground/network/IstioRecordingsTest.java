package dev.sluice.playground.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.admission.IstioAdmission;
import dev.sluice.playground.metrics.Registry;
import dev.sluice.playground.network.VirtualNetwork.Arrived;
import dev.sluice.playground.network.VirtualNetwork.Exchange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What the network does with a request is what Istio was recorded to do.
class IstioRecordingsTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  static Stream<IstioCase> recordings() {
    return Stream.concat(IstioCase.all(), DerivedCases.all());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("recordings")
  void routesAsIstioDid(IstioCase recording) {
    var beyond = Recordings.beyond(recording);
    assumeTrue(beyond.isEmpty(), () -> "not expressed: " + beyond.orElseThrow());
    assertThat(differences(recording)).isEmpty();
  }

  /// What is wrong with the objects of a case is said as Istio's webhook said it.
  @ParameterizedTest(name = "{0}")
  @MethodSource("recordings")
  void admitsAsIstioDid(IstioCase recording) {
    var seen = new ArrayList<String>();
    for (var object : recording.yaml().at("/given/istio")) {
      var review = new IstioAdmission().review((ObjectNode) object);
      var name =
          "%s %s/%s: "
              .formatted(
                  object.path("kind").asText(),
                  MeshReader.namespace(object),
                  MeshReader.name(object));
      review.denial().ifPresent(d -> seen.add(name + d.replace("configuration is invalid: ", "")));
      review.warnings().forEach(w -> seen.add(name + w));
    }
    var recorded =
        MeshReader.list(
            recording.yaml().path("admission"),
            a ->
                a.path("object").asText()
                    + ": "
                    + a.path("error").asText(a.path("warning").asText()));
    assertThat(seen).isEqualTo(recorded);
  }

  @Test
  void whatCannotBeExpressedIsWrittenDown() throws IOException {
    var page = Files.readString(Path.of("../docs/reference/playground-network.md"));
    assertThat(Recordings.reasons()).allSatisfy(reason -> assertThat(page).contains(reason));
  }

  private static List<String> differences(IstioCase recording) {
    var tables = new RouteTables();
    var snapshot = recording.snapshot();
    tables.follow(snapshot);
    var differences = new ArrayList<String>();
    if (recording.yaml().has("translated")) {
      differences.addAll(translated(recording, snapshot, tables));
    }
    var network = new VirtualNetwork(tables, new Telemetry(new Registry()), false);
    var random = new Random(7);
    for (var exchange : recording.exchanges()) {
      var request = IstioCase.request(exchange);
      var expect = exchange.path("expect");
      var count = exchange.path("request").path("count").asInt(0);
      var seen = new ArrayList<Exchange>();
      for (var i = 0; i < Math.max(1, count); i++) {
        seen.add(send(recording, tables, network, request.head(), random));
      }
      if (expect.has("proxyRejectsConfiguration")) {
        if (tables.refused().isEmpty()) {
          differences.add("the table is in force, a proxy refuses it");
        }
      } else {
        differences.addAll(
            count == 0
                ? Expectation.differences(expect, request, seen.getFirst())
                : Expectation.differences(expect, request, seen));
      }
    }
    return differences;
  }

  private static Exchange send(
      IstioCase recording,
      RouteTables tables,
      VirtualNetwork network,
      RequestHead request,
      Random random) {
    var port = recording.port();
    var decision = tables.route(recording.caller(), port, request, random);
    if (decision instanceof RouteDecision.Passthrough(var outgoing)) {
      // The header stands for the address that the caller connected to.
      var address = request.headers().first("x-envoy-original-dst-host").orElse("");
      var workload = recording.listening(address);
      if (workload.isPresent()) {
        var pod = new Endpoint("", 0, "", "", workload.get(), Map.of());
        return new Exchange(
            200,
            Headers.NONE,
            "",
            List.of(),
            "via_upstream",
            decision.rule(),
            null,
            1,
            List.of(new Arrived(pod, outgoing, false)),
            pod,
            Duration.ZERO);
      }
    }
    return network.send(recording.caller(), port, request, NOW, recording::answer, random);
  }

  /// Listeners of ports that are not HTTP.
  private static List<String> translated(
      IstioCase recording, MeshSnapshot snapshot, RouteTables tables) {
    var differences = new ArrayList<String>();
    var clusters = recording.clustersByAddress();
    clusters.forEach((address, recorded) -> {
      var table = RouteTableMaker.make(snapshot.config(), recording.caller(), recording.port());
      var seen = new TreeMap<String, Integer>();
      var opaque = table.opaque().get(address);
      if (opaque != null) {
        for (var share : opaque.targets()) {
          var to = share.destination();
          seen.put(
              "outbound|%d|%s|%s".formatted(to.port(), to.subset(), to.host()), share.weight());
        }
      }
      if (!seen.equals(recorded)) {
        differences.add(address + ": recorded " + recorded + ", seen " + seen);
      }
    });
    if (clusters.isEmpty()
        && !(tables.route(
                recording.caller(), recording.port(), RequestHead.get("app", "/"), new Random(7))
            instanceof RouteDecision.Passthrough)) {
      differences.add("nothing listens on the port, and yet it is routed");
    }
    return differences;
  }
}

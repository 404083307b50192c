package dev.sluice.playground.workloads;

import static dev.sluice.playground.workloads.Objects.yaml;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Endpoints as the controllers of a real cluster, version 1.33, write them for such pods.
class ServicePlanTest {
  private final List<ObjectNode> pods = new ArrayList<>();

  private ObjectNode pod(String name, int port, int address, boolean ready) {
    var pod =
        yaml(
            """
            metadata: {name: %s, namespace: shop, uid: "u-%1$s"}
            spec: {nodeName: node-1, containers: [{ports: [{name: http, containerPort: %d}, {name: m, containerPort: 9000}]}]}
            status: {phase: Running, podIP: 10.244.1.%d, conditions: [{type: Ready, status: "%s"}]}
            """,
            name, port, address, ready ? "True" : "False");
    pods.add(pod);
    return pod;
  }

  private static ObjectNode service(String spec) {
    return yaml(
        "{metadata: {name: web, namespace: shop, uid: s-1, labels: {team: a}}, spec: {selector: {app: web}, %s}}",
        spec);
  }

  private List<ObjectNode> made(ObjectNode service, Resource resource) {
    return ServicePlan.of(service, pods, Optional.empty(), List.of(), new Random(1))
        .actions()
        .stream()
        .map(Action.Create.class::cast)
        .filter(made -> made.resource() == resource)
        .map(Action.Create::object)
        .toList();
  }

  private static String told(JsonNode slice) {
    var text = new ArrayList<String>();
    for (var endpoint : slice.path("endpoints")) {
      var is = endpoint.path("conditions");
      text.add(
          endpoint.at("/targetRef/name").asText()
              + (is.path("ready").asBoolean() ? " ready" : "")
              + (is.path("serving").asBoolean() ? " serving" : "")
              + (is.path("terminating").asBoolean() ? " terminating" : ""));
    }
    return slice.path("ports").valueStream().map(port -> port.path("port").asInt()).toList()
        + " "
        + text;
  }

  @Test
  void everyPodIsListedAndOnlyReadyOnesAreReady() {
    pod("a", 8080, 1, true);
    pod("b", 8080, 2, false);
    pod("c", 8080, 3, true)
        .withObject("/metadata")
        .put("deletionTimestamp", "2026-01-01T00:00:00Z");
    pod("d", 8081, 4, true);
    pod("ended", 8080, 5, true).withObject("/status").put("phase", "Failed");
    var service = service("ports: [{name: http, port: 80, targetPort: http}]");

    assertThat(made(service, Resource.ENDPOINT_SLICE).stream().map(ServicePlanTest::told))
        .containsExactly(
            "[8080] [a ready serving, b, c serving terminating]", "[8081] [d ready serving]");
    var subsets = made(service, Resource.ENDPOINTS).getFirst().path("subsets");
    assertThat(subsets.path(0).path("addresses")).hasSize(1);
    assertThat(subsets.at("/0/notReadyAddresses/0/ip").asText()).isEqualTo("10.244.1.2");
    assertThat(subsets.at("/1/addresses/0/ip").asText()).isEqualTo("10.244.1.4");
  }

  @Test
  void aServiceMayWantThoseThatAreNotReady() {
    pod("b", 8080, 2, false);
    pod("c", 8080, 3, true)
        .withObject("/metadata")
        .put("deletionTimestamp", "2026-01-01T00:00:00Z");
    var service = service("publishNotReadyAddresses: true, ports: [{port: 80}]");

    assertThat(made(service, Resource.ENDPOINT_SLICE).stream().map(ServicePlanTest::told))
        .containsExactly("[80] [b ready, c ready serving terminating]");
    assertThat(made(service, Resource.ENDPOINTS).getFirst().at("/subsets/0/addresses")).hasSize(2);
  }

  @Test
  void aHeadlessServiceSaysSoAndNamesItsHosts() {
    pod("d", 8080, 4, true).withObject("/spec").put("hostname", "d-0").put("subdomain", "web");
    var service = service("clusterIP: None");

    var slice = made(service, Resource.ENDPOINT_SLICE).getFirst();
    assertThat(slice.path("ports")).isEmpty();
    assertThat(slice.at("/endpoints/0/hostname").asText()).isEqualTo("d-0");
    assertThat(Meta.labels(slice))
        .containsEntry("service.kubernetes.io/headless", "")
        .containsEntry("team", "a");
    assertThat(
            made(service, Resource.ENDPOINTS)
                .getFirst()
                .at("/subsets/0/addresses/0/hostname")
                .asText())
        .isEqualTo("d-0");
  }

  @Test
  void aPortThatNoPodHasIsServedByNobody() {
    pod("a", 8080, 1, true);
    var service = service("ports: [{port: 80, targetPort: nope}]");

    assertThat(made(service, Resource.ENDPOINT_SLICE).stream().map(ServicePlanTest::told))
        .containsExactly("[] [a ready serving]");
    assertThat(made(service, Resource.ENDPOINTS).getFirst().has("subsets")).isFalse();
  }

  @Test
  void portsKeepTheirNamesAndProtocols() {
    pod("a", 8080, 1, true);
    var service =
        service(
            "ports: [{name: http, port: 80, targetPort: http}, {name: m, port: 90, targetPort: m, protocol: TCP, appProtocol: http}]");

    assertThat(made(service, Resource.ENDPOINT_SLICE).getFirst().path("ports"))
        .containsExactly(
            yaml("{name: http, port: 8080, protocol: TCP}"),
            yaml("{name: m, port: 9000, protocol: TCP, appProtocol: http}"));
  }

  @Test
  void aSliceHasAtMostAHundredEndpoints() {
    IntStream.range(0, 250).forEach(i -> pod("p-%03d".formatted(i), 8080, i, true));

    assertThat(made(service("ports: [{port: 80}]"), Resource.ENDPOINT_SLICE))
        .extracting(slice -> slice.path("endpoints").size())
        .containsExactly(100, 100, 50);
  }
}

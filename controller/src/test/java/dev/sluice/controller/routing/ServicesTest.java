package dev.sluice.controller.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.controller.object.Json;
import dev.sluice.controller.object.Owners;
import dev.sluice.controller.routing.Services.Role;
import dev.sluice.controller.target.PrimaryCopy;
import dev.sluice.crds.Canary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The three Services: their ports, their marks, and a Service that was there before.
class ServicesTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private static final ObjectNode TARGET =
      yaml(
          """
          spec:
            selector: {matchLabels: {app: web}}
            template:
              spec:
                containers:
                - name: web
                  ports:
                  - {name: http, containerPort: 8080}
                  - {name: metrics, containerPort: 9797, protocol: TCP}
                  - {containerPort: 8888}
                  - {name: dns, containerPort: 53, protocol: UDP}
                - name: istio-proxy
                  ports: [{containerPort: 15090}]
                - name: helper
                  ports: [{name: metrics, containerPort: 9090}, {name: again, containerPort: 8888}]
          """);

  private static final ObjectNode FOUND =
      yaml(
          """
          apiVersion: v1
          kind: Service
          metadata: {name: web, namespace: shop, uid: u1, labels: {team: shop}, annotations: {note: kept}}
          spec:
            type: LoadBalancer
            selector: {app: web, tier: front}
            ports:
            - {name: http, port: 80, targetPort: 8080, protocol: TCP, nodePort: 30080}
            - {name: tcp-admin, port: 9000, targetPort: 9000, protocol: TCP}
          """);

  @Test
  void otherPortsOfTheContainersAreFoundButForThoseOfTheMeshAndNoneTwice() {
    Canary canary = canary("{port: 80, targetPort: 8080, portDiscovery: true}");

    assertThat(ports(wanted(canary, Role.PRIMARY)))
        .containsExactly(
            "http 80 TCP",
            "metrics 9797 TCP",
            "tcp-web-2 8888 TCP",
            "dns 53 UDP",
            "tcp-helper-0 9090 TCP");
  }

  @Test
  void thePortOfTheSpecIsNotFoundAgain() {
    assertThat(ports(wanted(canary("{port: 9797, portDiscovery: true, portName: m}"), Role.CANARY)))
        .startsWith("m 9797 TCP", "http 8080 TCP")
        .doesNotContain("metrics 9797 TCP");
    assertThat(
            ports(
                wanted(canary("{port: 80, targetPort: metrics, portDiscovery: true}"), Role.APEX)))
        .doesNotContain("metrics 9797 TCP");
  }

  @Test
  void withoutDiscoveryThereIsOnePort() {
    assertThat(ports(wanted(canary("{port: 80, appProtocol: http2, portName: web}"), Role.APEX)))
        .containsExactly("web 80 TCP");
  }

  @Test
  void aServiceThatWasThereKeepsItsTypeItsMarksItsPortsAndItsNodePort() {
    Canary canary = canary("{port: 80, targetPort: 8080, apex: {labels: {part: apex}}}");

    JsonNode taken = takenOver(canary);

    assertThat(taken.at("/spec/type").asText()).isEqualTo("LoadBalancer");
    assertThat(taken.at("/spec/selector")).isEqualTo(yaml("{app: web-primary}"));
    assertThat(ports(taken)).containsExactly("http 80 TCP", "tcp-admin 9000 TCP");
    assertThat(taken.at("/spec/ports/0/nodePort").asInt()).isEqualTo(30080);
    assertThat(taken.at("/metadata/labels/team").asText()).isEqualTo("shop");
    assertThat(taken.at("/metadata/labels/part").asText()).isEqualTo("apex");
    assertThat(taken.at("/metadata/annotations/note").asText()).isEqualTo("kept");
    assertThat(taken.at("/metadata").has("ownerReferences")).isFalse();
  }

  @Test
  void takenOverItIsAsWantedAndStaysSo() {
    Canary canary = canary("{port: 80, targetPort: 8080}");
    ObjectNode taken = takenOver(canary);

    assertThat(Services.satisfied(canary, wanted(canary, Role.APEX, taken), taken)).isTrue();
  }

  @Test
  void callersInTheMeshReachTheSidesByThePortsThatTheServiceHad() {
    assertThat(ports(wanted(canary("{port: 80}"), Role.CANARY, FOUND)))
        .containsExactly("http 80 TCP", "tcp-admin 9000 TCP");
    assertThat(ports(wanted(canary("{port: 80, gateways: [public]}"), Role.CANARY, FOUND)))
        .as("a gateway needs sides with a single port")
        .containsExactly("http 80 TCP");
  }

  @Test
  void itIsGivenBackAsItWasFound() {
    Canary canary = canary("{port: 80, targetPort: 8080}");

    ObjectNode back = Services.givenBack(canary, takenOver(canary), Map.entry("app", "web"));

    assertThat(back.path("spec")).isEqualTo(FOUND.path("spec"));
    assertThat(back.at("/metadata/annotations")).isEqualTo(FOUND.at("/metadata/annotations"));
  }

  @Test
  void whatFlaggerTookOverIsGivenBackFromWhatWasApplied() {
    Canary canary = canary("{port: 80}");
    ObjectNode live = FOUND.deepCopy();
    ((ObjectNode) live.path("spec")).set("selector", yaml("{app: web-primary}"));
    ((ObjectNode) live.at("/metadata/annotations"))
        .put("kubectl.kubernetes.io/last-applied-configuration", FOUND.toString());

    ObjectNode back = Services.givenBack(canary, live, Map.entry("app", "web"));

    assertThat(back.at("/spec/selector")).isEqualTo(FOUND.at("/spec/selector"));
  }

  @Test
  void oneThatWeMadeFindsTheTargetsPodsAndIsNobodysAnyMore() {
    Canary canary = canary("{port: 80}");
    ObjectNode made = wanted(canary, Role.APEX);
    Owners.own(made, canary);

    ObjectNode back = Services.givenBack(canary, made, Map.entry("app", "web"));

    assertThat(back.at("/spec/selector")).isEqualTo(yaml("{app: web}"));
    assertThat(back.at("/metadata/ownerReferences")).isEmpty();
  }

  @Test
  void aMarkThatSomebodyElseManagesIsLeftAlone() {
    Canary canary =
        canary("{port: 80, apex: {labels: {a: ours, b: ours}}, unmanagedMetadata: {labels: [a]}}");
    ObjectNode live = wanted(canary, Role.APEX);
    ((ObjectNode) live.at("/metadata/labels")).put("a", "theirs");

    assertThat(Services.satisfied(canary, wanted(canary, Role.APEX), live)).isTrue();
    ((ObjectNode) live.at("/metadata/labels")).put("b", "theirs");
    assertThat(Services.satisfied(canary, wanted(canary, Role.APEX), live)).isFalse();
    JsonNode labels =
        Services.adjusted(canary, Role.APEX, wanted(canary, Role.APEX), live)
            .at("/metadata/labels");
    assertThat(labels.path("a").asText()).isEqualTo("theirs");
    assertThat(labels.path("b").asText()).isEqualTo("ours");
  }

  private static ObjectNode takenOver(Canary canary) {
    return Services.adjusted(canary, Role.APEX, wanted(canary, Role.APEX, FOUND), FOUND);
  }

  private static ObjectNode wanted(Canary canary, Role role) {
    return wanted(canary, role, Json.MAPPER.createObjectNode());
  }

  private static ObjectNode wanted(Canary canary, Role role, JsonNode liveApex) {
    ServicePorts ports =
        ServicePorts.of(canary.spec().service(), TARGET, Services.foundPorts(canary, liveApex));
    return Services.wanted(
        canary, role, new Making(new PrimaryCopy("web", "app", "web", Map.of()), ports));
  }

  private static List<String> ports(JsonNode service) {
    List<String> all = new ArrayList<>();
    for (JsonNode port : service.at("/spec/ports")) {
      all.add(
          "%s %d %s"
              .formatted(
                  port.path("name").asText(),
                  port.path("port").asInt(),
                  port.path("protocol").asText()));
    }
    return all;
  }

  private static Canary canary(String service) {
    return Canary.read(
        yaml(
            """
            metadata: {name: web, namespace: shop, uid: uid-of-web}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
              service: %s
              analysis: {interval: 1m, threshold: 5, stepWeight: 10}
            """
                .formatted(service)));
  }

  private static ObjectNode yaml(String text) {
    try {
      return YAML.readValue(text, ObjectNode.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

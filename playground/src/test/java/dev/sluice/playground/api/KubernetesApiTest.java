package dev.sluice.playground.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KubernetesApiTest {

  private static final String CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
  private final Calls calls = new Calls();

  @Test
  void whatIsCreatedCanBeRead() {
    var created = calls.post(CONFIG_MAPS, "{metadata: {name: a}, data: {k: v}}");
    assertThat(created.status()).isEqualTo(201);
    assertThat(created.say("/metadata/uid")).isNotEmpty();
    assertThat(created.say("/metadata/creationTimestamp")).isEqualTo("2026-11-21T12:00:00Z");
    assertThat(calls.get(CONFIG_MAPS + "/a").json()).isEqualTo(created.json());
    assertThat(calls.get(CONFIG_MAPS).at("/items")).hasSize(1);
  }

  @Test
  void refusalsNameWhatIsMeant() {
    assertThat(calls.get(CONFIG_MAPS + "/nope").text())
        .isEqualTo(
            "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\","
                + "\"message\":\"configmaps \\\"nope\\\" not found\",\"reason\":\"NotFound\","
                + "\"details\":{\"name\":\"nope\",\"kind\":\"configmaps\"},\"code\":404}\n");
    calls.post(CONFIG_MAPS, "{metadata: {name: a}}");
    var again = calls.post(CONFIG_MAPS, "{metadata: {name: a}}");
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.say("/reason")).isEqualTo("AlreadyExists");
  }

  @Test
  void aStaleWriteIsRefused() {
    var first = calls.post(CONFIG_MAPS, "{metadata: {name: a}}");
    calls.merge(CONFIG_MAPS + "/a", "{data: {k: v}}");
    var stale = calls.put(CONFIG_MAPS + "/a", first.text());
    assertThat(stale.status()).isEqualTo(409);
    assertThat(stale.say("/message")).contains("the object has been modified");
  }

  @Test
  void aWatchShowsWhatCameAfterAVersion() throws Exception {
    var first = calls.post(CONFIG_MAPS, "{metadata: {name: a}}");
    var frames = new ArrayList<ObjectNode>();
    calls.merge(CONFIG_MAPS + "/a", "{data: {k: v}}");
    var watch =
        calls.api.watch(
            Calls.call(
                "GET",
                CONFIG_MAPS + "?watch=1&resourceVersion=" + first.say("/metadata/resourceVersion"),
                "",
                Map.of()),
            frames::add);
    calls.delete(CONFIG_MAPS + "/a");
    watch.close();
    calls.post(CONFIG_MAPS, "{metadata: {name: unseen}}");
    assertThat(frames)
        .extracting(frame -> frame.path("type").asText())
        .containsExactly("MODIFIED", "DELETED");
  }

  @Test
  void anObjectWithFinalizersWaitsForThem() {
    calls.post(CONFIG_MAPS, "{metadata: {name: a, finalizers: [example.dev/hold]}}");
    var marked = calls.delete(CONFIG_MAPS + "/a");
    assertThat(marked.say("/kind")).isEqualTo("ConfigMap");
    assertThat(marked.say("/metadata/deletionTimestamp")).isNotEmpty();
    var last = calls.merge(CONFIG_MAPS + "/a", "{metadata: {finalizers: null}}");
    assertThat(last.status()).isEqualTo(200);
    assertThat(calls.get(CONFIG_MAPS + "/a").status()).isEqualTo(404);
  }

  @Test
  void dependantsGoWithTheirOwner() {
    var owner = calls.post(CONFIG_MAPS, "{metadata: {name: owner}}").say("/metadata/uid");
    calls.post(
        CONFIG_MAPS,
        "{metadata: {name: child, ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: owner,"
            + " uid: "
            + owner
            + "}]}}");
    calls.delete(CONFIG_MAPS + "/owner");
    assertThat(calls.get(CONFIG_MAPS + "/child").status()).isEqualTo(404);
  }

  @Test
  void aNamespaceTakesItsContentAlong() {
    calls.post("/api/v1/namespaces", "{metadata: {name: n}}");
    calls.post("/api/v1/namespaces/n/configmaps", "{metadata: {name: a}}");
    calls.delete("/api/v1/namespaces/n");
    assertThat(calls.get("/api/v1/namespaces/n").status()).isEqualTo(404);
    assertThat(calls.get("/api/v1/configmaps").at("/items")).isEmpty();
  }

  @Test
  void discoveryNamesTheKinds() {
    var groups = calls.get("/apis").at("/groups");
    assertThat(groups)
        .extracting(group -> group.path("name").asText())
        .contains("apps", "apiextensions.k8s.io");
    assertThat(calls.get("/api/v1").at("/resources"))
        .extracting(resource -> resource.path("name").asText())
        .contains("configmaps", "namespaces/status", "pods/log");
    assertThat(calls.get("/version").say("/minor")).isEqualTo("33");
    assertThat(List.of(calls.get("/apis/nope.dev").text())).containsExactly("404 page not found\n");
  }

  @Test
  void theOpenApiDocumentTellsKubectlToValidateOnTheServer() {
    var url = calls.get("/openapi/v3").say("/paths/apis~1apps~1v1/serverRelativeURL");
    var patch =
        calls
            .get(url)
            .at("/paths/~1apis~1apps~1v1~1namespaces~1{namespace}~1deployments~1{name}/patch");
    assertThat(patch.path("parameters"))
        .extracting(parameter -> parameter.path("name").asText())
        .contains("fieldValidation");
    assertThat(
            calls
                .get(url)
                .at("/components/schemas/io.k8s.api.core.v1.PodSpec/properties/containers")
                .path("x-kubernetes-patch-merge-key")
                .asText())
        .isEqualTo("name");
  }

  @Test
  void aServiceThatIsOpenOnNodesHasAPortOfItsOwnThere() {
    var services = "/api/v1/namespaces/default/services";
    calls.post(
        services,
        "{metadata: {name: a}, spec: {type: NodePort, ports: [{port: 80, nodePort: 30123}]}}");
    var second =
        calls.post(
            services, "{metadata: {name: b}, spec: {type: LoadBalancer, ports: [{port: 80}]}}");
    assertThat(second.at("/spec/ports/0/nodePort").asInt())
        .isBetween(30_000, 32_767)
        .isNotEqualTo(30_123);
    assertThat(
            calls
                .post(
                    services,
                    "{metadata: {name: c}, spec: {type: NodePort, ports: [{port: 80, nodePort: 30123}]}}")
                .at("/message")
                .asText())
        .isEqualTo(
            "Service \"c\" is invalid: spec.ports[0].nodePort: Invalid value: 30123: provided port is"
                + " already allocated");
    calls.delete(services + "/a");
    assertThat(
            calls
                .post(
                    services,
                    "{metadata: {name: c}, spec: {type: NodePort, ports: [{port: 80, nodePort: 30123}]}}")
                .status())
        .isEqualTo(201);
  }
}

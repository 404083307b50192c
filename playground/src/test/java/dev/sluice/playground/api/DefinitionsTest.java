package dev.sluice.playground.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/// The life of a custom kind, from its definition to the end of its objects.
class DefinitionsTest {

  private static final String DEFINITIONS =
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  private static final String GADGETS = "/apis/d.example.dev/v1/namespaces/default/gadgets";
  private final Calls calls = new Calls();

  private static String definition(String plural, String kind) {
    return """
    metadata: {name: %s.d.example.dev}
    spec:
      group: d.example.dev
      scope: Namespaced
      names: {plural: %s, kind: %s, listKind: GadgetList}
      versions:
      - name: v1
        served: true
        storage: true
        subresources: {status: {}, scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}}
        schema:
          openAPIV3Schema:
            type: object
            properties:
              spec: {type: object, properties: {color: {type: string, default: red}, replicas: {type: integer}}}
              status: {type: object, properties: {replicas: {type: integer}}}
    """
        .formatted(plural, plural, kind);
  }

  private Calls.Reply gadget(String name, String rest) {
    return calls.post(
        GADGETS,
        "{apiVersion: d.example.dev/v1, kind: Gadget, metadata: {name: " + name + "}" + rest + "}");
  }

  @Test
  void aDefinitionIsServedAtOnceAndSaysSo() {
    var created = calls.post(DEFINITIONS, definition("gadgets", "Gadget"));
    assertThat(created.at("/status/conditions"))
        .extracting(
            condition -> condition.path("type").asText() + condition.path("status").asText())
        .containsExactly("NamesAcceptedTrue", "EstablishedTrue");
    assertThat(calls.get("/apis/d.example.dev/v1").at("/resources"))
        .extracting(resource -> resource.path("name").asText())
        .containsExactly("gadgets", "gadgets/status", "gadgets/scale");
    assertThat(gadget("a", ", spec: {}").say("/spec/color")).isEqualTo("red");
  }

  @Test
  void namesThatAreTakenAreNotServed() {
    calls.post(DEFINITIONS, definition("gadgets", "Gadget"));
    var second = calls.post(DEFINITIONS, definition("doodads", "Doodad"));
    assertThat(second.say("/status/conditions/0/reason")).isEqualTo("ListKindConflict");
    assertThat(second.say("/status/conditions/1/status")).isEqualTo("False");
    assertThat(calls.get("/apis/d.example.dev/v1/namespaces/default/doodads").status())
        .isEqualTo(404);
  }

  @Test
  void statusAndSpecAreWrittenThroughTheirOwnPaths() {
    calls.post(DEFINITIONS, definition("gadgets", "Gadget"));
    gadget("a", ", spec: {replicas: 2}, status: {replicas: 9}");
    assertThat(calls.get(GADGETS + "/a").json().has("status")).isFalse();
    calls.merge(GADGETS + "/a/status", "{spec: {replicas: 7}, status: {replicas: 2}}");
    assertThat(calls.get(GADGETS + "/a").say("/metadata/generation")).isEqualTo("1");
    var scaled = calls.merge(GADGETS + "/a/scale", "{spec: {replicas: 4}}");
    assertThat(scaled.say("/kind")).isEqualTo("Scale");
    assertThat(scaled.say("/status/replicas")).isEqualTo("2");
    var read = calls.get(GADGETS + "/a");
    assertThat(read.say("/spec/replicas")).isEqualTo("4");
    assertThat(read.say("/metadata/generation")).isEqualTo("2");
  }

  @Test
  void aDeletedDefinitionWaitsForItsObjects() {
    calls.post(DEFINITIONS, definition("gadgets", "Gadget"));
    calls.post(
        GADGETS,
        "{apiVersion: d.example.dev/v1, kind: Gadget, metadata: {name: a, finalizers:"
            + " [example.dev/hold]}}");
    calls.delete(DEFINITIONS + "/gadgets.d.example.dev");
    assertThat(calls.get(GADGETS + "/a").say("/metadata/deletionTimestamp")).isNotEmpty();
    assertThat(gadget("b", "").status()).isEqualTo(405);
    calls.merge(GADGETS + "/a", "{metadata: {finalizers: null}}");
    assertThat(calls.get(DEFINITIONS + "/gadgets.d.example.dev").status()).isEqualTo(404);
    assertThat(calls.get(GADGETS).text()).isEqualTo("404 page not found\n");
  }

  @Test
  void aLaterDefaultShowsInOldObjects() {
    calls.post(DEFINITIONS, definition("gadgets", "Gadget"));
    gadget("a", ", spec: {}");
    calls.send(
        "PATCH",
        DEFINITIONS + "/gadgets.d.example.dev",
        Calls.json(
            "[{op: add, path: /spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/shape,"
                + " value: {type: string, default: square}}]"),
        Map.of("content-type", "application/json-patch+json"));
    assertThat(calls.get(GADGETS + "/a").say("/spec/shape")).isEqualTo("square");
  }
}

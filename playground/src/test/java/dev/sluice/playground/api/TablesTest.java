package dev.sluice.playground.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class TablesTest {

  private static final String TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";
  private static final String WIDGETS = "/apis/example.dev/v1/namespaces/default/widgets";
  private final Calls calls = new Calls();

  @BeforeEach
  void widgets() {
    calls.post(
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        """
        metadata: {name: widgets.example.dev}
        spec:
          group: example.dev
          scope: Namespaced
          names: {plural: widgets, kind: Widget}
          versions:
          - name: v1
            served: true
            storage: true
            schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
            additionalPrinterColumns:
            - {name: Size, type: integer, jsonPath: .spec.size}
            - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
            - {name: Weights, type: string, jsonPath: '.spec.steps[*].weight', priority: 1}
            - {name: Changed, type: date, jsonPath: .status.lastChange}
        """);
  }

  private static String cells(JsonNode table) {
    var lines = new ArrayList<String>();
    table.path("rows").forEach(row -> lines.add(row.path("cells").toString()));
    return String.join("\n", lines);
  }

  @TestFactory
  Stream<DynamicTest> builtInKindsHaveTheColumnsOfTheRealServer() throws IOException {
    return new YAMLMapper()
            .readTree(Path.of("src/test/resources/dev/sluice/playground/api/columns.yaml").toFile())
            .properties()
            .stream()
            .map(kind ->
                DynamicTest.dynamicTest(
                    kind.getKey(),
                    () -> {
                      var columns = JsonNodeFactory.instance.arrayNode();
                      for (var column : calls.get(kind.getKey(), TABLE).at("/columnDefinitions")) {
                        var one = columns.addArray();
                        for (var part : List.of("name", "type", "format", "priority")) {
                          one.add(column.path(part));
                        }
                      }
                      assertThat(columns).hasToString(kind.getValue().toString());
                    }));
  }

  @Test
  void cellsHaveTheTypeOfTheirColumn() {
    calls.post(
        WIDGETS,
        """
        apiVersion: example.dev/v1
        kind: Widget
        metadata: {name: full}
        spec: {size: 7, steps: [{weight: 10}, {weight: 50}]}
        status:
          lastChange: "2026-11-21T11:55:00Z"
          conditions: [{type: Other, status: Odd}, {type: Ready, status: "True"}]
        """);
    calls.post(
        WIDGETS, "{apiVersion: example.dev/v1, kind: Widget, metadata: {name: little}, spec: {}}");
    assertThat(cells(calls.get(WIDGETS, TABLE).json()))
        .isEqualTo(
            """
            ["full",7,"True","10","5m"]
            ["little",null,null,null,null]\
            """);
  }

  @Test
  void anEmptyTableKeepsItsColumns() {
    var table = calls.get(WIDGETS, TABLE);
    assertThat(table.at("/columnDefinitions"))
        .extracting(column -> column.path("name").asText())
        .containsExactly("Name", "Size", "Ready", "Weights", "Changed");
    assertThat(table.at("/rows")).isEmpty();
  }

  @Test
  void builtInKindsHaveTheColumnsPeopleKnow() {
    calls.post(
        "/api/v1/namespaces/default/configmaps",
        "{metadata: {name: a}, data: {k: v}, binaryData: {l: dg==}}");
    assertThat(cells(calls.get("/api/v1/namespaces/default/configmaps", TABLE).json()))
        .isEqualTo("[\"a\",\"2\",\"0s\"]");
    calls.post(
        "/apis/apps/v1/namespaces/default/deployments",
        """
        metadata: {name: web}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template: {metadata: {labels: {app: web}}, spec: {containers: [{name: app, image: img}]}}
        """);
    assertThat(cells(calls.get("/apis/apps/v1/namespaces/default/deployments", TABLE).json()))
        .isEqualTo("[\"web\",\"0/2\",\"0\",\"0\",\"0s\",\"app\",\"img\",\"app=web\"]");
  }

  @Test
  void aWatchTellsTheColumnsOnce() throws Exception {
    var frames = new ArrayList<ObjectNode>();
    var watch =
        calls.api.watch(
            Calls.call("GET", WIDGETS + "?watch=1", "", Map.of("accept", TABLE)), frames::add);
    for (var name : new String[] {"a", "b"}) {
      calls.post(
          WIDGETS,
          "{apiVersion: example.dev/v1, kind: Widget, metadata: {name: " + name + "}, spec: {}}");
    }
    watch.close();
    assertThat(frames)
        .extracting(frame -> frame.at("/object/columnDefinitions").size())
        .containsExactly(5, 0);
    assertThat(frames)
        .extracting(frame -> frame.at("/object/rows/0/cells/0").asText())
        .containsExactly("a", "b");
  }

  @Test
  void metadataAloneIsShownOnRequest() {
    calls.post("/api/v1/namespaces/default/configmaps", "{metadata: {name: a}, data: {k: v}}");
    var partial =
        calls.get(
            "/api/v1/namespaces/default/configmaps/a",
            "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io");
    assertThat(partial.say("/kind")).isEqualTo("PartialObjectMetadata");
    assertThat(partial.say("/metadata/name")).isEqualTo("a");
    assertThat(partial.json().has("data")).isFalse();
  }

  @Test
  void agesReadAsKubectlUsersKnowThem() {
    var now = Calls.NOW;
    assertThat(Ages.since(now.minusSeconds(119).toString(), now)).isEqualTo("119s");
    assertThat(Ages.since(now.minusSeconds(200).toString(), now)).isEqualTo("3m20s");
    assertThat(Ages.since(now.minusSeconds(3600 * 5 + 60 * 7).toString(), now)).isEqualTo("5h7m");
    assertThat(Ages.since(now.minusSeconds(3600 * 30).toString(), now)).isEqualTo("30h");
    assertThat(Ages.since(now.minusSeconds(86400 * 9).toString(), now)).isEqualTo("9d");
    assertThat(Ages.since("", now)).isEqualTo("<unknown>");
    assertThat(Ages.since(now.plusSeconds(60).toString(), now)).isEqualTo("<invalid>");
  }
}

package dev.sluice.playground.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Custom objects and definitions are refused with the causes that the real server recorded, and
/// completed with its defaults.
class RecordedChecksTest {
  private static final Path RESOURCES = Path.of("src/test/resources/dev/sluice/playground");
  private static final Schema WIDGETS =
      Schema.custom((ObjectNode) read(RESOURCES.resolve("patch/widgets.yaml")), "v1");
  private static final Schema DEFINITIONS =
      Schema.builtIn("apiextensions.k8s.io/v1", "CustomResourceDefinition").orElseThrow();

  private static JsonNode read(Path file) {
    try {
      return new YAMLMapper().readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode yaml(String text) {
    try {
      // The numbers of JSON: 1e1 is one, and so it is for kubectl.
      return new ObjectMapper()
          .readTree(new ObjectMapper().writeValueAsString(new YAMLMapper().readTree(text)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @TestFactory
  Stream<DynamicTest> specs() {
    return rows("schema/specs.yaml")
        .map(row -> DynamicTest.dynamicTest(row.path("spec").asText(), () -> spec(row)));
  }

  private static void spec(JsonNode row) {
    ObjectNode widget = JsonNodeFactory.instance.objectNode();
    widget
        .put("apiVersion", "example.dev/v1")
        .put("kind", "Widget")
        .putObject("metadata")
        .put("name", "a");
    widget.set("spec", yaml(row.path("spec").asText()));
    assertThat(WIDGETS.unknownFields(widget)).isEqualTo(texts(row.path("unknown")));
    if (row.has("unknown")) return;
    ObjectNode complete = WIDGETS.withDefaults(WIDGETS.prune(widget));
    assertThat(told(WIDGETS.validate(complete, Optional.empty())))
        .isEqualTo(sorted(row.path("causes")));
    if (row.has("becomes")) assertThat(complete.path("spec")).isEqualTo(row.path("becomes"));
  }

  @TestFactory
  Stream<DynamicTest> definitions() {
    return rows("schema/definitions.yaml")
        .map(row -> DynamicTest.dynamicTest(row.path("change").asText(), () -> definition(row)));
  }

  private static void definition(JsonNode row) {
    ObjectNode definition =
        DEFINITIONS.withDefaults(DEFINITIONS.prune((ObjectNode) row.path("definition")));
    assertThat(told(DEFINITIONS.validate(definition, Optional.empty())))
        .isEqualTo(sorted(row.path("causes")));
  }

  @Test
  void whatANewerSchemaForbidsIsToleratedWhileItDoesNotChange() {
    ObjectNode definition =
        (ObjectNode) rowsOf("schema/definitions.yaml").get(0).path("definition").deepCopy();
    ((ObjectNode)
            definition.at(
                "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/color"))
        .putArray("enum")
        .add("blue")
        .add("green");
    Schema gadgets = Schema.custom(definition, "v1");
    ObjectNode red = gadget("red");
    ObjectNode labelled = red.deepCopy();
    labelled.withObject("/metadata/labels").put("x", "y");

    assertThat(told(gadgets.validate(labelled, Optional.of(red)))).isEmpty();
    assertThat(told(gadgets.validate(gadget("pink"), Optional.of(red))))
        .containsExactly(
            "spec.color: Unsupported value: \"pink\": supported values: \"blue\", \"green\"");
    assertThat(told(gadgets.validate(red, Optional.empty()))).hasSize(1);
  }

  @Test
  void nobodyMarksAnObjectAsDeletedByWritingIt() {
    ObjectNode live = JsonNodeFactory.instance.objectNode();
    live.put("apiVersion", "example.dev/v1")
        .put("kind", "Widget")
        .putObject("metadata")
        .put("name", "a");
    live.putObject("spec").put("mode", "auto").put("size", 5);
    ObjectNode marked = live.deepCopy();
    marked.withObject("/metadata").put("deletionTimestamp", "2001-01-01T00:00:00Z");

    assertThat(told(WIDGETS.validate(marked, Optional.of(live))))
        .containsExactly(
            "metadata.deletionTimestamp: Invalid value: 2001-01-01 00:00:00 +0000 UTC: field is immutable");
    assertThat(told(WIDGETS.validate(marked, Optional.of(marked)))).isEmpty();
  }

  private static ObjectNode gadget(String color) {
    ObjectNode gadget = JsonNodeFactory.instance.objectNode();
    gadget
        .put("apiVersion", "d141.example.dev/v1")
        .put("kind", "Gadget")
        .putObject("metadata")
        .put("name", "a");
    gadget.putObject("spec").put("color", color);
    return gadget;
  }

  private static List<JsonNode> rowsOf(String file) {
    return rows(file).toList();
  }

  private static Stream<JsonNode> rows(String file) {
    return StreamSupport.stream(read(RESOURCES.resolve(file)).spliterator(), false);
  }

  private static List<String> texts(JsonNode list) {
    return list.valueStream().map(JsonNode::asText).toList();
  }

  /// The recordings show runs of blanks as three.
  private static String blanks(String text) {
    return text.replaceAll(" {2,}", "   ");
  }

  private static List<String> sorted(JsonNode causes) {
    return texts(causes).stream().map(RecordedChecksTest::blanks).sorted().toList();
  }

  private static List<String> told(List<Cause> causes) {
    return causes.stream().map(Cause::text).map(RecordedChecksTest::blanks).sorted().toList();
  }
}

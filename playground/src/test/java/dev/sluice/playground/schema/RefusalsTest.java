package dev.sluice.playground.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// What the real server refuses of built-in kinds is refused in its words.
class RefusalsTest {
  private static final YAMLMapper YAML = new YAMLMapper();

  private static Schema schema(JsonNode object) {
    return Schema.builtIn(object.path("apiVersion").asText(), object.path("kind").asText())
        .orElseThrow();
  }

  private static ObjectNode complete(String text) throws IOException {
    var object = (ObjectNode) YAML.readTree(text);
    object.putObject("metadata").put("name", "a").put("namespace", "default");
    var schema = schema(object);
    return schema.withDefaults(schema.prune(object));
  }

  @TestFactory
  Stream<DynamicTest> whatIsWrongIsRefused() throws IOException {
    return YAML.readTree(
            Path.of("src/test/resources/dev/sluice/playground/schema/refusals.yaml").toFile())
        .valueStream()
        .map(row ->
            DynamicTest.dynamicTest(
                row.path("object").asText(),
                () -> {
                  var object = complete(row.path("object").asText());
                  var before =
                      row.has("before")
                          ? Optional.of(complete(row.path("before").asText()))
                          : Optional.<ObjectNode>empty();
                  assertThat(schema(object).validate(object, before).stream().map(Cause::text))
                      .containsExactlyInAnyOrderElementsOf(
                          row.path("causes").valueStream().map(JsonNode::asText).toList());
                }));
  }
}

package dev.sluice.playground.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Rules in CEL are compiled with their definition and hold objects to it, as the real server does.
class RulesTest {
  private static final JsonNode ROWS =
      yaml(Path.of("src/test/resources/dev/sluice/playground/schema/rules.yaml"));
  private static final Schema DEFINITIONS =
      Schema.builtIn("apiextensions.k8s.io/v1", "CustomResourceDefinition").orElseThrow();

  private static JsonNode yaml(Path file) {
    try {
      return new YAMLMapper().readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode yaml(String text) {
    try {
      return new YAMLMapper().readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectNode definition(JsonNode properties) {
    var definition =
        (ObjectNode)
            yaml(
                """
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: things.example.dev}
                spec:
                  group: example.dev
                  scope: Namespaced
                  names: {plural: things, singular: thing, kind: Thing, listKind: ThingList}
                  versions:
                  - name: v1
                    served: true
                    storage: true
                    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object}}}}
                """);
    ((ObjectNode) definition.at("/spec/versions/0/schema/openAPIV3Schema/properties/spec"))
        .set("properties", properties);
    return DEFINITIONS.withDefaults(DEFINITIONS.prune(definition));
  }

  private static List<String> refusals(ObjectNode definition) {
    return DEFINITIONS.validate(definition, Optional.empty()).stream().map(Cause::text).toList();
  }

  private static ObjectNode property(JsonNode row) {
    var schema = (ObjectNode) yaml(row.path("schema").asText());
    schema.putArray("x-kubernetes-validations").addObject().set("rule", row.path("rule"));
    return JsonNodeFactory.instance.objectNode().set("p", schema);
  }

  private static ObjectNode thing(JsonNode value) {
    var thing = JsonNodeFactory.instance.objectNode();
    thing.put("apiVersion", "example.dev/v1").put("kind", "Thing");
    thing.putObject("metadata").put("name", "a");
    thing.putObject("spec").set("p", value);
    return thing;
  }

  private static List<String> told(ObjectNode definition, JsonNode value, Optional<JsonNode> old) {
    return Schema.custom(definition, "v1")
        .validate(thing(value), old.map(RulesTest::thing))
        .stream()
        .map(Cause::text)
        .toList();
  }

  @TestFactory
  Stream<DynamicTest> aDefinitionWhoseRulesAreWrongIsRefused() {
    return Stream.of("refused", "shapeless")
        .flatMap(part -> ROWS.path(part).valueStream())
        .map(row ->
            DynamicTest.dynamicTest(
                row.path("property").asText(),
                () ->
                    assertThat(
                            refusals(definition(yaml("{" + row.path("property").asText() + "}"))))
                        .anySatisfy(
                            text -> assertThat(text).contains(row.path("cause").asText()))));
  }

  @TestFactory
  Stream<DynamicTest> anObjectIsHeldToTheRulesOfItsDefinition() {
    return ROWS.path("rules")
        .valueStream()
        .map(row ->
            DynamicTest.dynamicTest(
                row.path("rule").asText(),
                () -> {
                  var definition = definition(property(row));
                  assertThat(refusals(definition)).isEmpty();
                  assertThat(told(definition, row.path("good"), Optional.empty())).isEmpty();
                  assertThat(told(definition, row.path("bad"), Optional.empty()))
                      .singleElement()
                      .asString()
                      .startsWith("spec.p: Invalid value: ")
                      .endsWith(": failed rule: " + row.path("rule").asText());
                }));
  }

  @TestFactory
  Stream<DynamicTest> aRuleThatGoesWrongSaysWhy() {
    return ROWS.path("broken")
        .valueStream()
        .map(row ->
            DynamicTest.dynamicTest(
                row.path("rule").asText(),
                () ->
                    assertThat(told(definition(property(row)), row.path("value"), Optional.empty()))
                        .singleElement()
                        .asString()
                        .endsWith(": " + row.path("cause").asText())));
  }

  @Test
  void aRuleWithTheOldStateLooksAtChangesOnlyAndOthersOnlyAtWhatChanged() {
    var never =
        definition(
            yaml(
                "{p: {type: string, x-kubernetes-validations: [{rule: self == oldSelf, message: fixed}]}}"));
    assertThat(told(never, yaml("a"), Optional.empty())).isEmpty();
    assertThat(told(never, yaml("b"), Optional.of(yaml("a"))))
        .containsExactly("spec.p: Invalid value: \"string\": fixed");
    var first =
        definition(
            yaml(
                "{p: {type: string, x-kubernetes-validations: [{rule: \"oldSelf.hasValue() || self == 'a'\", optionalOldSelf: true, message: starts with a}]}}"));
    assertThat(told(first, yaml("b"), Optional.empty())).hasSize(1);
    assertThat(told(first, yaml("b"), Optional.of(yaml("a")))).isEmpty();
    var newer =
        definition(
            yaml("{p: {type: string, x-kubernetes-validations: [{rule: \"self != 'old'\"}]}}"));
    assertThat(told(newer, yaml("old"), Optional.of(yaml("old")))).isEmpty();
    assertThat(told(newer, yaml("old"), Optional.of(yaml("new")))).hasSize(1);
  }

  @Test
  void theReasonAndThePathOfARuleSayWhichFieldIsToBlameAndHow() {
    var definition =
        definition(
            yaml(
                """
                p:
                  type: object
                  properties: {low: {type: integer}, high: {type: integer}}
                  x-kubernetes-validations:
                  - {rule: self.low < self.high, fieldPath: .low, reason: FieldValueForbidden, messageExpression: "'%d is not below %d'.format([self.low, self.high])"}
                """));
    assertThat(told(definition, yaml("{low: 5, high: 3}"), Optional.empty()))
        .containsExactly("spec.p.low: Forbidden: 5 is not below 3");
  }

  @Test
  void aRuleThatWouldHoldUpEverybodyIsStopped() {
    var definition =
        definition(
            yaml(
                "{p: {type: array, items: {type: integer}, x-kubernetes-validations: [{rule: 'self.all(a, self.all(b, self.all(c, a + b + c >= 0)))'}]}}"));
    var many = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < 500; i++) many.add(i);
    assertThat(told(definition, many, Optional.empty()))
        .containsExactly(
            "spec.p: Invalid value: \"array\": validation failed due to running out of cost budget,"
                + " no further validation rules will be run");
  }
}

package dev.sluice.playground.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What objects of a built-in kind look like, what they get and what is wrong with them stands in a
/// file.
class TypesAreDataTest {

  private static BuiltInSchema runtimeClasses() throws IOException {
    var file = Path.of("src/test/resources/dev/sluice/playground/schema/more.types");
    var type =
        Objects.requireNonNull(
            TypeReader.read(Files.readString(file)).types().get("node.RuntimeClass"));
    return new BuiltInSchema(
        TypeName.of("node.k8s.io/v1", "RuntimeClass"), type, false, NameRule.SUBDOMAIN);
  }

  private static ObjectNode object(String json) throws IOException {
    return (ObjectNode) new ObjectMapper().readTree(json);
  }

  @Test
  void aTypeSaysWhatIsFilledInWhatIsUnknownAndWhatIsWrong() throws IOException {
    var schema = runtimeClasses();
    var given =
        object(
            """
            {"kind": "RuntimeClass", "apiVersion": "node.k8s.io/v1", "metadata": {"name": "a"},
             "handler": "Not_a_label", "priority": -1, "more": 1}
            """);
    assertThat(schema.unknownFields(given)).containsExactly("unknown field \"more\"");
    assertThat(schema.validate(schema.withDefaults(schema.prune(given)), Optional.empty()))
        .extracting(Cause::field)
        .containsExactly("handler", "priority");
    var plain = object("{\"metadata\": {\"name\": \"a\"}, \"handler\": \"fast\"}");
    assertThat(schema.withDefaults(schema.prune(plain)).path("priority").asInt()).isEqualTo(7);
  }
}

package dev.sluice.playground.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// What the real server sends as protobuf is read as the JSON it sends, and written so that it is
/// read again.
class ProtobufFormTest {

  private static Stream<JsonNode> rows() throws IOException {
    return new YAMLMapper()
        .readTree(Path.of("src/test/resources/dev/sluice/playground/schema/protobuf.yaml").toFile())
        .valueStream();
  }

  private static ObjectNode object(byte[] body) {
    var envelope = ProtobufEnvelope.open(body).orElseThrow();
    var read = ProtobufForm.read(envelope.type(), envelope.message()).orElseThrow();
    read.withObjectProperty("metadata").remove("managedFields");
    return Schema.builtIn(envelope.type().apiVersion(), envelope.type().kind())
        .orElseThrow()
        .prune(read);
  }

  @TestFactory
  Stream<DynamicTest> theRealServersObjectsAreRead() throws IOException {
    return rows()
        .map(row ->
            DynamicTest.dynamicTest(
                row.at("/json/kind").asText(),
                () ->
                    assertThat(object(Base64.getDecoder().decode(row.path("protobuf").asText())))
                        .hasToString(row.path("json").toString())));
  }

  @TestFactory
  Stream<DynamicTest> whatIsWrittenIsReadAgain() throws IOException {
    return rows()
        .map(row ->
            DynamicTest.dynamicTest(
                row.at("/json/kind").asText(),
                () -> {
                  var json = row.path("json");
                  var type =
                      TypeName.of(json.path("apiVersion").asText(), json.path("kind").asText());
                  var written = ProtobufForm.write(type, json).orElseThrow();
                  assertThat(object(new ProtobufEnvelope(type, written).close()))
                      .hasToString(json.toString());
                }));
  }
}

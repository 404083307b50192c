package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// The older OpenAPI document, made of the newer ones. Clients fall back to it for kinds that the
/// newer ones do not describe, such as `v1 List`.
final class OpenApiV2 {
  private OpenApiV2() {}

  private static final String PROTOBUF =
      "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

  static Answer answer(Call call, OpenApi openApi) {
    var accept = call.header("accept").orElse("");
    if (accept.startsWith("application/com.github.proto-openapi.spec.v2")) {
      return new Answer(200, PROTOBUF, protobuf(), Map.of("Vary", "Accept"));
    }
    return new Answer(
        200,
        "application/json",
        Bodies.write(document(openApi), Media.Encoding.JSON, false),
        Map.of("Vary", "Accept"));
  }

  private static JsonNode document(OpenApi openApi) {
    var document = JsonNodeFactory.instance.objectNode().put("swagger", "2.0");
    document.putObject("info").put("title", "Kubernetes").put("version", "v1.33.4");
    var paths = document.putObject("paths");
    var definitions = document.putObject("definitions");
    for (var path : openApi.paths()) {
      var part = openApi.document(path).orElseThrow();
      try {
        var read = Bodies.JSON.readTree(part.body());
        read.path("paths").properties().forEach(each -> paths.set(each.getKey(), each.getValue()));
        for (var schema : read.at("/components/schemas").properties()) {
          definitions.set(schema.getKey(), schema.getValue());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return moved(document);
  }

  /// References lead to `#/definitions/` here.
  private static JsonNode moved(JsonNode node) {
    if (node.isArray()) {
      var array = JsonNodeFactory.instance.arrayNode();
      node.forEach(each -> array.add(moved(each)));
      return array;
    }
    if (!node.isObject()) {
      return node;
    }
    var object = JsonNodeFactory.instance.objectNode();
    for (var field : node.properties()) {
      object.set(
          field.getKey(),
          field.getKey().equals("$ref")
              ? TextNode.valueOf(
                  field.getValue().asText().replace("#/components/schemas/", "#/definitions/"))
              : moved(field.getValue()));
    }
    return object;
  }

  /// The document's head alone: a client that finds no type in it checks nothing itself and leaves
  /// that to the server, which is what the newer documents tell it as well.
  private static byte[] protobuf() {
    var info = new ByteArrayOutputStream();
    text(info, 1, "Kubernetes");
    text(info, 2, "v1.33.4");
    var document = new ByteArrayOutputStream();
    text(document, 1, "2.0");
    bytes(document, 2, info.toByteArray());
    bytes(document, 8, new byte[0]);
    return document.toByteArray();
  }

  private static void text(ByteArrayOutputStream out, int field, String text) {
    bytes(out, field, text.getBytes(StandardCharsets.UTF_8));
  }

  /// @param value shorter than 128 bytes
  private static void bytes(ByteArrayOutputStream out, int field, byte[] value) {
    out.write(field << 3 | 2);
    out.write(value.length);
    out.writeBytes(value);
  }
}

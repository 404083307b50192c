package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.schema.ProtobufEnvelope;
import dev.sluice.playground.schema.ProtobufForm;
import dev.sluice.playground.schema.TypeName;
import java.util.Optional;

/// Bodies in protobuf. kubectl's generators send nothing else, and there is no JSON to fall back to
/// for `kubectl create deployment` and its like.
final class Protobuf {
  static final String TYPE = "application/vnd.kubernetes.protobuf";

  private Protobuf() {}

  /// @throws Refusal 400 when this is not such an envelope, 415 for a kind whose types are not
  ///   known
  static ObjectNode read(byte[] body, ResourceKind kind) {
    try {
      var envelope =
          ProtobufEnvelope.open(body)
              .orElseThrow(() ->
                  Bodies.unrecognized(
                      kind, "the envelope of a Kubernetes protobuf is missing", ""));
      return ProtobufForm.read(envelope.type(), envelope.message())
          .orElseThrow(() -> Refusal.unsupportedMedia(Media.KNOWN.subList(0, 2)));
    } catch (IllegalArgumentException _) {
      throw Bodies.unrecognized(kind, "proto: cannot parse invalid wire-format data", "");
    }
  }

  /// @param body an object, a list or a Status
  /// @return empty for what has no such form
  static Optional<byte[]> write(JsonNode body) {
    var type = TypeName.of(body.path("apiVersion").asText(), body.path("kind").asText());
    if (type.kind().equals("Status")) {
      return Optional.of(new ProtobufEnvelope(type, ProtobufForm.writeStatus(body)).close());
    }
    var message =
        type.kind().endsWith("List") && body.has("items")
            ? ProtobufForm.writeList(
                new TypeName(
                    type.group(),
                    type.version(),
                    type.kind().substring(0, type.kind().length() - "List".length())),
                body)
            : ProtobufForm.write(type, body);
    return message.map(bytes -> new ProtobufEnvelope(type, bytes).close());
  }
}

package dev.sluice.playground.schema;

import java.util.Arrays;
import java.util.Optional;

/// What Kubernetes puts around every protobuf message: four bytes and the kind of the object.
///
/// @param type of the object; the kind of a list is `…List`
/// @param message the object itself
public record ProtobufEnvelope(TypeName type, byte[] message) {
  private static final byte[] MAGIC = {'k', '8', 's', 0};

  /// @return empty for bytes without the envelope's beginning
  /// @throws IllegalArgumentException for an envelope that is cut short or broken
  public static Optional<ProtobufEnvelope> open(byte[] body) {
    if (body.length < MAGIC.length || !Arrays.equals(MAGIC, Arrays.copyOf(body, MAGIC.length)))
      return Optional.empty();
    var in = new WireReader(body, MAGIC.length, body.length);
    String apiVersion = "";
    String kind = "";
    byte[] message = {};
    while (in.next()) {
      switch (in.field()) {
        case 1 -> {
          var type = in.nested();
          while (type.next()) {
            switch (type.field()) {
              case 1 -> apiVersion = type.text();
              case 2 -> kind = type.text();
              default -> type.skip();
            }
          }
        }
        case 2 -> message = in.bytes();
        default -> in.skip();
      }
    }
    return Optional.of(new ProtobufEnvelope(TypeName.of(apiVersion, kind), message));
  }

  public byte[] close() {
    var named = new WireWriter();
    named.text(1, type.apiVersion());
    named.text(2, type.kind());
    var out = new WireWriter();
    out.message(1, named);
    out.bytes(2, message);
    out.text(3, "");
    out.text(4, "");
    byte[] rest = out.toBytes();
    byte[] whole = Arrays.copyOf(MAGIC, MAGIC.length + rest.length);
    System.arraycopy(rest, 0, whole, MAGIC.length, rest.length);
    return whole;
  }
}

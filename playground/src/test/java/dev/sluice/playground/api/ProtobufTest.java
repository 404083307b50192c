package dev.sluice.playground.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What `kubectl create configmap` sends, written byte by byte.
class ProtobufTest {

  private final Calls calls = new Calls();

  private static byte[] field(int number, byte[] value) {
    var out = new ByteArrayOutputStream();
    out.write(number << 3 | 2);
    out.write(value.length);
    out.writeBytes(value);
    return out.toByteArray();
  }

  private static byte[] field(int number, String text) {
    return field(number, text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] all(byte[]... parts) {
    var out = new ByteArrayOutputStream();
    for (var part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private Calls.Reply post(byte[] body) {
    var call =
        new Call(
            "POST",
            "/api/v1/namespaces/default/configmaps",
            Map.of(),
            Map.of("content-type", "application/vnd.kubernetes.protobuf"),
            body);
    return new Calls.Reply(calls.api.handle(call));
  }

  private static byte[] envelope(byte[] raw) {
    var type = all(field(1, "v1"), field(2, "ConfigMap"));
    return all(
        new byte[] {'k', '8', 's', 0}, field(1, type), field(2, raw), field(3, ""), field(4, ""));
  }

  @Test
  void aGeneratedConfigMapIsRead() {
    var meta = all(field(1, "a"), field(2, ""), field(3, "default"), field(8, new byte[0]));
    var entry = all(field(1, "k"), field(2, "v"));
    var binary = all(field(1, "b"), field(2, new byte[] {-1, -2}));
    var created = post(envelope(all(field(1, meta), field(2, entry), field(3, binary))));
    assertThat(created.status()).isEqualTo(201);
    assertThat(created.at("/data").toString()).isEqualTo("{\"k\":\"v\"}");
    assertThat(created.at("/binaryData").toString()).isEqualTo("{\"b\":\"//4=\"}");
  }

  @Test
  void whatIsCutShortIsRefused() {
    var whole = envelope(field(1, field(1, "a")));
    for (int length = 0; length < whole.length; length++) {
      var status = post(Arrays.copyOf(whole, length)).status();
      assertThat(status).as("the first %d bytes", length).isLessThan(500);
    }
    assertThat(post("{}".getBytes(StandardCharsets.UTF_8)).status()).isEqualTo(400);
  }
}

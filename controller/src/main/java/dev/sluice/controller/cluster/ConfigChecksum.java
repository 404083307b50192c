package dev.sluice.controller.cluster;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/// Tells the contents of a ConfigMap or Secret apart, as Flagger does in `status.trackedConfigs`: a
/// controller that takes over from the other sees at once whether a config was changed meanwhile.
///
/// It stands in status and in annotations of live clusters: another way to hash would make every
/// release look new.
final class ConfigChecksum {
  private ConfigChecksum() {}

  /// SHA-256 over the JSON of `data`, the first 16 hex digits. Flagger leaves `binaryData` out; an
  /// object that has some gets a checksum of our own over both.
  ///
  /// @param data as the API server returns it, a Secret's in base64
  static String of(Map<String, String> data, Map<String, String> binaryData) {
    String json = json(data) + (binaryData.isEmpty() ? "" : json(binaryData));
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(json.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  /// As Go writes a map: keys in order, and nothing that HTML would take for its own.
  private static String json(Map<String, String> map) {
    if (map.isEmpty()) {
      return "null";
    }
    StringBuilder json = new StringBuilder();
    new TreeMap<>(map)
        .forEach((key, value) -> {
          json.append(json.isEmpty() ? '{' : ',');
          quote(key, json);
          json.append(':');
          quote(value, json);
        });
    return json.append('}').toString();
  }

  private static void quote(String text, StringBuilder json) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> json.append('\\').append(c);
        case '\b' -> json.append("\\b");
        case '\f' -> json.append("\\f");
        case '\n' -> json.append("\\n");
        case '\r' -> json.append("\\r");
        case '\t' -> json.append("\\t");
        case '<', '>', '&', '\u2028', '\u2029' -> escape(c, json);
        default -> {
          if (c < ' ') {
            escape(c, json);
          } else {
            json.append(c);
          }
        }
      }
    }
    json.append('"');
  }

  private static void escape(char c, StringBuilder json) {
    json.append("\\u").append(HexFormat.of().toHexDigits(c));
  }
}

package dev.sluice.playground.api;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/// Percent-decoding of what stands in a URL. Pure.
final class Decoded {
  private Decoded() {}

  /// @return the path decoded, or as it is when it is not well encoded
  static String path(String raw) {
    try {
      return URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      return raw;
    }
  }
}

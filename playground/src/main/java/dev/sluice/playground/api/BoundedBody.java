package dev.sluice.playground.api;

import io.vertx.core.buffer.Buffer;

/// Collects a request's body up to a limit.
final class BoundedBody {
  private final Buffer bytes = Buffer.buffer();
  private final int most;

  BoundedBody(int most) {
    this.most = most;
  }

  /// @return false when the body is too large, the chunk is dropped then
  boolean add(Buffer chunk) {
    if (bytes.length() + chunk.length() > most) {
      return false;
    }
    bytes.appendBuffer(chunk);
    return true;
  }

  byte[] bytes() {
    return bytes.getBytes();
  }
}

package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/// Writes frames down. The server hands the frame of one change to all who watch the same, one
/// after another, so the last one is kept.
final class FrameBytes {
  private record Written(ObjectNode frame, byte[] bytes) {}

  private volatile @Nullable Written last;

  /// @return must not be changed
  @SuppressWarnings(
      "ReferenceEquality") // To compare what is in them takes as long as to write them.
  byte[] of(ObjectNode frame) {
    var known = last;
    if (known != null && known.frame() == frame) {
      return known.bytes();
    }
    var bytes = Bodies.write(frame, Media.Encoding.JSON, false);
    last = new Written(frame, bytes);
    return bytes;
  }
}

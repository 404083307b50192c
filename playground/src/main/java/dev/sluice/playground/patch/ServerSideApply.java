package dev.sluice.playground.patch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.schema.Schema;
import java.time.Instant;
import java.util.Optional;

final class ServerSideApply {
  private ServerSideApply() {}

  static Applied apply(
      Optional<ObjectNode> live,
      ObjectNode config,
      FieldManager manager,
      boolean force,
      Schema schema,
      Instant now) {
    return new Applied.Unfit(501, "server-side apply is not served yet");
  }
}

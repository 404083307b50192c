package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Function;

/// Shapes objects as the client asked for them: whole, as metadata only, or as rows of a table.
final class Tables {

  ObjectNode one(Request request, Media media, ObjectNode object) {
    return object;
  }

  ObjectNode list(Request request, Media media, Reading reading, Reading.Found found) {
    return reading.listObject(request.kind(), found);
  }

  Function<ObjectNode, ObjectNode> frames(Request request, Media media) {
    return object -> object;
  }
}

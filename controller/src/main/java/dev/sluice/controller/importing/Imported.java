package dev.sluice.controller.importing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// What a translation came to.
///
/// @param objects to be applied, in this order
/// @param notes what they do not say that the originals said, and what has to be done by hand
public record Imported(List<ObjectNode> objects, List<Note> notes) {
  public Imported {
    objects = List.copyOf(objects);
    notes = List.copyOf(notes);
  }
}

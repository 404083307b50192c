package dev.sluice.controller.importing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/// A part of a manifest that is being translated. Whoever understands a field takes it; what nobody
/// took is told at the end, so that nothing is lost without a word.
final class Part {
  private final String object;
  private final String path;
  private final ObjectNode left;
  private final List<Note> notes;
  private final List<Part> inner = new ArrayList<>();

  private Part(String object, String path, JsonNode content, List<Note> notes) {
    this.object = object;
    this.path = path;
    this.left = content instanceof ObjectNode known ? known.deepCopy() : Yaml.object();
    this.notes = notes;
  }

  /// @param notes gets what is told
  static Part of(ObjectNode manifest, List<Note> notes) {
    return new Part(Yaml.title(manifest), "", manifest, notes);
  }

  /// A field and all that is in it, which counts as carried over; missing when it is not there.
  JsonNode take(String field) {
    JsonNode taken = left.remove(field);
    return taken == null ? MissingNode.getInstance() : taken;
  }

  /// The text of a field, empty when it is not there.
  String text(String field) {
    return take(field).asText();
  }

  /// A field whose own fields are looked at one by one; empty when it is not there.
  Part part(String field) {
    return inner(field, take(field));
  }

  /// The same for each item of a list.
  List<Part> parts(String field) {
    List<Part> parts = new ArrayList<>();
    for (JsonNode item : take(field)) {
      parts.add(inner(field + "[" + parts.size() + "]", item));
    }
    return parts;
  }

  private Part inner(String field, JsonNode content) {
    Part part = new Part(object, at(field), content, notes);
    inner.add(part);
    return part;
  }

  boolean has(String field) {
    return left.has(field);
  }

  boolean isEmpty() {
    return left.isEmpty();
  }

  /// Moves a field as it is.
  void carry(String field, ObjectNode to) {
    if (has(field)) {
      to.set(field, take(field));
    }
  }

  /// Tells something of a field, or of the part as a whole where it is empty.
  void note(String field, String message) {
    notes.add(new Note(object, field.isEmpty() ? path : at(field), message));
  }

  /// Tells why a field is not carried over, if it is there.
  void without(String field, String why) {
    if (has(field)) {
      take(field);
      note(field, "not carried over: " + why);
    }
  }

  /// Takes what means nothing elsewhere.
  void drop(String... fields) {
    for (String field : fields) {
      take(field);
    }
  }

  /// Takes all that is left.
  void dropRest() {
    left.removeAll();
  }

  /// Tells what nobody took, here and further inside.
  void rest() {
    left.fieldNames()
        .forEachRemaining(field -> note(field, "not carried over: nothing here stands for it"));
    inner.forEach(Part::rest);
  }

  private String at(String field) {
    return path.isEmpty() ? field : path + "." + field;
  }
}

package dev.sluice.playground.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// The `metadata.managedFields` of one object: which manager owns what. Immutable.
///
/// @param entries by what identifies a manager
record ManagedFields(Map<Id, Owned> entries) {
  static final ManagedFields NONE = new ManagedFields(Map.of());

  private static final int UPDATERS = 10;
  private static final String ANCIENT = "ancient-changes";

  /// What belongs to the object as such and to no manager.
  private static final FieldSet NOBODYS =
      FieldSet.of(
          object(
              """
              {"f:apiVersion": {}, "f:kind": {}, "f:metadata": {".": {}, "f:name": {}, "f:namespace": {},
               "f:creationTimestamp": {}, "f:selfLink": {}, "f:uid": {}, "f:generation": {},
               "f:managedFields": {}, "f:resourceVersion": {}}}
              """));

  enum Operation {
    APPLY("Apply"),
    UPDATE("Update");

    final String text;

    Operation(String text) {
      this.text = text;
    }
  }

  /// @param apiVersion empty for appliers, which keep their fields across versions
  record Id(String manager, Operation operation, String apiVersion, String subresource) {
    static Id applier(FieldManager manager) {
      return new Id(manager.name(), Operation.APPLY, "", manager.subresource());
    }

    static Id updater(FieldManager manager) {
      return new Id(manager.name(), Operation.UPDATE, manager.apiVersion(), manager.subresource());
    }

    /// As conflict messages name it.
    String shown() {
      String text = "\"" + manager + "\"";
      if (!subresource.isEmpty()) text += " with subresource \"" + subresource + "\"";
      return operation == Operation.UPDATE ? text + " using " + apiVersion : text;
    }
  }

  /// @param time empty when the entry does not say when it was written
  record Owned(FieldSet fields, String apiVersion, String time) {}

  private static JsonNode object(String json) {
    try {
      return PathElement.JSON.readTree(json);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /// What an object says about its managers.
  ///
  /// @return empty when it cannot be read; no entries when it says nothing
  static Optional<ManagedFields> of(ObjectNode object) {
    var entries = new LinkedHashMap<Id, Owned>();
    for (JsonNode entry : object.path("metadata").path("managedFields")) {
      Optional<Operation> operation =
          switch (entry.path("operation").asText("")) {
            case "Apply" -> Optional.of(Operation.APPLY);
            case "Update" -> Optional.of(Operation.UPDATE);
            default -> Optional.empty();
          };
      if (operation.isEmpty() || !entry.path("fieldsType").asText("").equals("FieldsV1"))
        return Optional.empty();
      String apiVersion = entry.path("apiVersion").asText("");
      try {
        JsonNode fields = entry.path("fieldsV1");
        entries.put(
            new Id(
                entry.path("manager").asText(""),
                operation.get(),
                operation.get() == Operation.APPLY ? "" : apiVersion,
                entry.path("subresource").asText("")),
            new Owned(
                fields.isObject() ? FieldSet.of(fields) : FieldSet.EMPTY,
                apiVersion,
                entry.path("time").asText("")));
      } catch (IllegalArgumentException _) {
        return Optional.empty();
      }
    }
    return Optional.of(new ManagedFields(entries));
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  FieldSet fields(Id id) {
    Owned entry = entries.get(id);
    return entry == null ? FieldSet.EMPTY : entry.fields();
  }

  ManagedFields with(Id id, Owned entry) {
    var next = new LinkedHashMap<>(entries);
    if (entry.fields().isEmpty()) next.remove(id);
    else next.put(id, entry);
    return new ManagedFields(next);
  }

  /// With each entry's fields changed; entries without any left are gone.
  ManagedFields mapped(UnaryOperator<FieldSet> change) {
    ManagedFields next = NONE;
    for (var e : entries.entrySet()) {
      Owned entry = e.getValue();
      next =
          next.with(
              e.getKey(),
              new Owned(change.apply(entry.fields()), entry.apiVersion(), entry.time()));
    }
    return next;
  }

  ManagedFields withoutNobodys() {
    return mapped(fields -> fields.difference(NOBODYS));
  }

  /// At most ten updaters: the oldest are folded into one.
  ManagedFields capped() {
    var updaters =
        entries.entrySet().stream()
            .filter(e ->
                e.getKey().operation() == Operation.UPDATE && !e.getKey().manager().equals(ANCIENT))
            .sorted(Comparator.comparing(e -> e.getValue().time()))
            .toList();
    ManagedFields next = this;
    for (var oldest : updaters.subList(0, Math.max(0, updaters.size() - UPDATERS + 1))) {
      if (next.updaters() <= UPDATERS) break;
      Owned entry = oldest.getValue();
      var id = new Id(ANCIENT, Operation.UPDATE, entry.apiVersion(), "");
      next =
          next.with(oldest.getKey(), new Owned(FieldSet.EMPTY, entry.apiVersion(), ""))
              .with(
                  id,
                  new Owned(
                      next.fields(id).union(entry.fields()), entry.apiVersion(), entry.time()));
    }
    return next;
  }

  private long updaters() {
    return entries.keySet().stream().filter(id -> id.operation() == Operation.UPDATE).count();
  }

  static String time(Instant now) {
    return now.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /// A copy of the object that says this about its managers.
  ObjectNode writtenTo(ObjectNode object) {
    ObjectNode out = object.deepCopy();
    ObjectNode metadata =
        out.get("metadata") instanceof ObjectNode there ? there : out.putObject("metadata");
    if (entries.isEmpty()) {
      metadata.remove("managedFields");
      return out;
    }
    ArrayNode list = metadata.putArray("managedFields");
    entries.entrySet().stream()
        .sorted(
            Comparator.<Map.Entry<Id, Owned>, Operation>comparing(e -> e.getKey().operation())
                .thenComparing(e -> e.getValue().time())
                .thenComparing(e -> e.getKey().manager())
                .thenComparing(e -> e.getValue().apiVersion())
                .thenComparing(e -> e.getKey().subresource()))
        .forEach(e -> write(list.addObject(), e.getKey(), e.getValue()));
    return out;
  }

  private static void write(ObjectNode out, Id id, Owned entry) {
    out.put("manager", id.manager());
    out.put("operation", id.operation().text);
    out.put("apiVersion", entry.apiVersion());
    if (!entry.time().isEmpty()) out.put("time", entry.time());
    out.put("fieldsType", "FieldsV1");
    out.set("fieldsV1", entry.fields().json());
    if (!id.subresource().isEmpty()) out.put("subresource", id.subresource());
  }
}

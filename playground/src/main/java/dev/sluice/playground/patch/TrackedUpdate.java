package dev.sluice.playground.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.schema.Schema;
import java.time.Instant;
import java.util.Optional;

/// Ownership of writes that are not applies: who changes a field owns it, alone.
final class TrackedUpdate {
  private TrackedUpdate() {}

  static ObjectNode update(
      Optional<ObjectNode> old,
      ObjectNode written,
      FieldManager manager,
      Schema schema,
      Instant now) {
    ManagedFields managed = known(old, written, manager);
    // An object that nobody tracks stays so until somebody applies it.
    if (managed.isEmpty() && old.isPresent()) return ManagedFields.NONE.writtenTo(written);
    ObjectNode before = old.map(TrackedUpdate::unmanaged).orElseGet(() -> empty(schema));
    return tracked(before, unmanaged(written), managed, manager, schema, now).writtenTo(written);
  }

  /// What is known of the managers: clients may write it themselves, but not through a subresource,
  /// not by leaving it out, and not wrongly.
  private static ManagedFields known(
      Optional<ObjectNode> old, ObjectNode written, FieldManager manager) {
    if (manager.subresource().isEmpty()) {
      if (isCleared(written)) return ManagedFields.NONE;
      Optional<ManagedFields> sent = ManagedFields.of(written).filter(m -> !m.isEmpty());
      if (sent.isPresent()) return sent.get();
    }
    return old.flatMap(ManagedFields::of).orElse(ManagedFields.NONE);
  }

  /// One empty entry asks for a fresh start.
  private static boolean isCleared(ObjectNode written) {
    JsonNode entries = written.path("metadata").path("managedFields");
    return entries.size() == 1
        && entries.get(0).properties().stream()
            .allMatch(e -> e.getValue().isNull() || e.getValue().asText("-").isEmpty());
  }

  static ManagedFields tracked(
      ObjectNode before,
      ObjectNode after,
      ManagedFields managed,
      FieldManager manager,
      Schema schema,
      Instant now) {
    Typed.Difference difference = Typed.difference(before, after, schema.root());
    FieldSet changed = difference.changed();
    FieldSet gone = difference.removed();
    ManagedFields.Id id = ManagedFields.Id.updater(manager);
    FieldSet taken = changed;
    if (manager.subresource().isEmpty() && schema.hasStatusSubresource())
      taken = taken.without("status");
    if (manager.subresource().equals("scale")) taken = taken.difference(zeroes(after, taken));
    ManagedFields next = managed.mapped(fields -> fields.difference(changed).difference(gone));
    if (!taken.isEmpty())
      next =
          next.with(
              id,
              new ManagedFields.Owned(
                  next.fields(id).union(taken), manager.apiVersion(), ManagedFields.time(now)));
    return next.withoutNobodys().capped();
  }

  /// A Scale does not mention zero replicas, so whoever scales to zero leaves the field to nobody.
  private static FieldSet zeroes(JsonNode value, FieldSet among) {
    var out = new FieldSet.Builder();
    for (PathElement step : among.members())
      if (step instanceof PathElement.Name(String name)
          && value.path(name).isNumber()
          && value.path(name).decimalValue().signum() == 0) out.add(step);
    among
        .children()
        .forEach((step, below) -> {
          if (step instanceof PathElement.Name(String name))
            out.put(step, zeroes(value.path(name), below));
        });
    return out.build();
  }

  static ObjectNode unmanaged(ObjectNode object) {
    ObjectNode copy = object.deepCopy();
    if (copy.get("metadata") instanceof ObjectNode metadata) metadata.remove("managedFields");
    return copy;
  }

  /// An object of the kind that says nothing, in the form in which the server would keep it.
  static ObjectNode empty(Schema schema) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("apiVersion", schema.type().apiVersion()).put("kind", schema.type().kind());
    object.putObject("metadata");
    return schema.prune(object);
  }
}

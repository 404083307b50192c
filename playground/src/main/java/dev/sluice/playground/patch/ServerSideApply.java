package dev.sluice.playground.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.schema.Cause;
import dev.sluice.playground.schema.Node;
import dev.sluice.playground.schema.Schema;
import dev.sluice.playground.schema.TypeName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Server-side apply: the configuration is laid over the live object, and what its manager applied
/// before and does not send any more goes, unless somebody else owns it.
final class ServerSideApply {
  private static final String FIRST = "before-first-apply";

  private ServerSideApply() {}

  static Applied apply(
      Optional<ObjectNode> live,
      ObjectNode config,
      FieldManager manager,
      boolean force,
      Schema schema,
      Instant now) {
    Optional<Applied> unfit = unfit(config, schema);
    if (unfit.isPresent()) return unfit.get();
    ManagedFields managed = live.flatMap(ManagedFields::of).orElse(ManagedFields.NONE);
    ObjectNode there = live.map(TrackedUpdate::unmanaged).orElseGet(() -> nothing(schema));
    if (managed.isEmpty() && live.isPresent())
      managed =
          TrackedUpdate.tracked(
              TrackedUpdate.empty(schema),
              there,
              managed,
              new FieldManager(FIRST, schema.type().apiVersion(), ""),
              schema,
              now);
    FieldSet takeable = LastApplied.takeable(there, manager, schema);
    Run run = new Run(there, own(config, manager, schema), managed, manager, schema.root(), now);
    return switch (run.run(force, takeable)) {
      case Applied.Merged(ObjectNode object) ->
          new Applied.Merged(LastApplied.refreshed(object, config, manager));
      case Applied refusal -> refusal;
    };
  }

  private static Optional<Applied> unfit(ObjectNode config, Schema schema) {
    TypeName type =
        TypeName.of(config.path("apiVersion").asText(""), config.path("kind").asText(""));
    if (!type.equals(schema.type()))
      return Optional.of(new Applied.Unfit(400, "invalid object type: " + type));
    JsonNode managed = config.path("metadata").path("managedFields");
    if (!managed.isMissingNode() && !managed.isNull())
      return Optional.of(new Applied.Unfit(400, "metadata.managedFields must be nil"));
    List<String> misfits = Typed.misfits(config, schema.root());
    if (misfits.isEmpty()) return Optional.empty();
    String what =
        misfits.size() == 1
            ? misfits.getFirst()
            : "errors:\n" + String.join("", misfits.stream().map(m -> "  " + m + "\n").toList());
    return Optional.of(
        new Applied.Unfit(
            500,
            "failed to create typed patch object (%s/%s; %s): %s"
                .formatted(
                    config.path("metadata").path("namespace").asText(""),
                    config.path("metadata").path("name").asText(""),
                    type,
                    what)));
  }

  /// The part of a configuration that its door lets through: through `/status` nothing but status,
  /// and status through no other door where the kind has that one.
  private static ObjectNode own(ObjectNode config, FieldManager manager, Schema schema) {
    ObjectNode copy = config.deepCopy();
    if (manager.subresource().equals("status")) {
      copy.properties()
          .removeIf(e -> !List.of("apiVersion", "kind", "metadata", "status").contains(e.getKey()));
      if (copy.get("metadata") instanceof ObjectNode metadata)
        metadata.properties().removeIf(e -> !List.of("name", "namespace").contains(e.getKey()));
    } else if (schema.hasStatusSubresource()) {
      copy.remove("status");
    }
    return copy;
  }

  private static ObjectNode nothing(Schema schema) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("apiVersion", schema.type().apiVersion())
        .put("kind", schema.type().kind());
  }

  /// One apply, all of whose facts are known.
  private record Run(
      ObjectNode live,
      ObjectNode config,
      ManagedFields before,
      FieldManager manager,
      Node root,
      Instant now) {

    /// @param takeable what may be taken from its owners without force, if nothing else is in the
    ///   way
    Applied run(boolean force, FieldSet takeable) {
      ManagedFields.Id id = ManagedFields.Id.applier(manager);
      FieldSet last = before.fields(id);
      FieldSet wanted = Typed.fields(config, root);
      ManagedFields managed =
          before.with(id, new ManagedFields.Owned(wanted, manager.apiVersion(), ""));
      JsonNode merged = pruned(Typed.merged(live, config, root), last, managed);
      Typed.Difference difference = Typed.difference(live, merged, root);
      SortedMap<String, FieldSet> conflicts = conflicts(managed, id, difference.changed());
      boolean mayTake = conflicts.values().stream().allMatch(c -> c.difference(takeable).isEmpty());
      if (!force && !mayTake) return report(conflicts);
      ManagedFields next = ManagedFields.NONE;
      for (Map.Entry<ManagedFields.Id, ManagedFields.Owned> e : managed.entries().entrySet()) {
        ManagedFields.Owned entry = e.getValue();
        FieldSet left =
            e.getKey().equals(id)
                ? wanted
                : entry.fields().difference(difference.changed()).difference(difference.removed());
        next =
            next.with(e.getKey(), new ManagedFields.Owned(left, entry.apiVersion(), entry.time()));
      }
      next = next.withoutNobodys();
      boolean changed = !Values.equal(live, merged);
      return new Applied.Merged(timed(next, id, changed).capped().writtenTo((ObjectNode) merged));
    }

    /// An apply that changes no value leaves its time as it was: nothing is written for one that is
    /// repeated, and the first one has none.
    private ManagedFields timed(ManagedFields next, ManagedFields.Id id, boolean changed) {
      ManagedFields.Owned old = before.entries().get(id);
      String time = changed ? ManagedFields.time(now) : old == null ? "" : old.time();
      return next.with(id, new ManagedFields.Owned(next.fields(id), manager.apiVersion(), time));
    }

    /// Takes away what the manager applied last time and nobody owns now. Others' fields inside
    /// what goes come back, with what is needed to hold them.
    private JsonNode pruned(JsonNode merged, FieldSet last, ManagedFields managed) {
      if (last.isEmpty()) return merged;
      JsonNode bare = orNothing(Typed.without(merged, last.withNamedFields(root), root));
      FieldSet owned = FieldSet.EMPTY;
      for (ManagedFields.Owned entry : managed.entries().values())
        owned = owned.union(entry.fields());
      FieldSet all = Typed.fields(merged, root).withNamedFields(root);
      FieldSet stay =
          Typed.fields(bare, root).withNamedFields(root).union(owned.withNamedFields(root));
      JsonNode held = orNothing(Typed.without(merged, all.difference(stay), root));
      FieldSet lost = all.difference(Typed.fields(held, root).withNamedFields(root));
      return orNothing(Typed.without(merged, lost.intersection(last.withNamedFields(root)), root));
    }

    private JsonNode orNothing(@org.jspecify.annotations.Nullable JsonNode value) {
      return value == null ? JsonNodeFactory.instance.objectNode() : value;
    }

    private static SortedMap<String, FieldSet> conflicts(
        ManagedFields managed, ManagedFields.Id self, FieldSet changed) {
      var conflicts = new TreeMap<String, FieldSet>();
      managed
          .entries()
          .forEach((id, entry) -> {
            FieldSet both = entry.fields().intersection(changed);
            if (!id.equals(self) && !both.isEmpty()) conflicts.put(id.shown(), both);
          });
      return conflicts;
    }

    private static Applied.Conflicts report(SortedMap<String, FieldSet> conflicts) {
      var causes = new ArrayList<Cause>();
      var groups = new ArrayList<String>();
      conflicts.forEach((owner, fields) -> {
        var lines = new ArrayList<String>();
        fields.each(
            "",
            (path, _) -> {
              causes.add(new Cause("FieldManagerConflict", "conflict with " + owner, path));
              lines.add("\n- " + path);
            });
        groups.add("conflicts with " + owner + ":" + String.join("", lines));
      });
      String message =
          causes.size() == 1
              ? "Apply failed with 1 conflict: "
                  + causes.getFirst().message()
                  + ": "
                  + causes.getFirst().field()
              : "Apply failed with " + causes.size() + " conflicts: " + String.join("\n", groups);
      return new Applied.Conflicts(message, causes);
    }
  }
}

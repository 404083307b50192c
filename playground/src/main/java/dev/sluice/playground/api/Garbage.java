package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.store.Change;
import dev.sluice.playground.store.Key;
import dev.sluice.playground.store.NotWritten;
import dev.sluice.playground.store.Storage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// What follows from a deletion: dependants of owners, the content of namespaces, the objects of
/// definitions. Done when it is due, by whoever calls [#settle], so that a simulation sees the same
/// world every time.
final class Garbage {

  /// From a failure to write to the next attempt.
  private static final Duration AGAIN = Duration.ofSeconds(1);

  private final State state;
  private final Deleting deleting;
  private final Pace pace;
  private final DueObjects due = new DueObjects();
  private final Map<Key, Instant> closing = new HashMap<>();

  Garbage(State state, Deleting deleting, Pace pace) {
    this.state = state;
    this.pace = pace;
    this.deleting = deleting;
    state.storage().listen(this::look);
    // A process that ended in the middle left the rest to the next one.
    state.storage().everything().forEach(this::look);
  }

  /// Does everything that is due.
  ///
  /// @return when the next is
  Optional<Instant> settle() {
    var now = pace == Pace.AT_ONCE ? Instant.MAX : state.now();
    // Each step removes or marks something, so this ends; the bound is for a defect in here.
    for (int steps = 0; steps < 1_000_000; steps++) {
      var key = due.take(now);
      if (key.isEmpty()) {
        break;
      }
      try {
        state.storage().get(key.get()).ifPresent(object -> tend(key.get(), object));
      } catch (NotWritten e) {
        due.add(key.get(), state.now().plus(AGAIN));
        throw e;
      }
    }
    return due.next();
  }

  private void due(Key key) {
    due.add(key, state.now().plus(pace.follows()));
  }

  /// Whether what is empty has been so for as long as a cluster takes to notice; else it is looked
  /// at again.
  private boolean closed(Key key) {
    if (pace == Pace.AT_ONCE) {
      return true;
    }
    var now = state.now();
    var at = closing.computeIfAbsent(key, _ -> now.plus(pace.closes()));
    if (now.isBefore(at)) {
      due.add(key, at);
      return false;
    }
    closing.remove(key);
    return true;
  }

  private void look(Key key, ObjectNode object) {
    var meta = object.path("metadata");
    if (meta.has("ownerReferences") || meta.has("deletionTimestamp")) {
      due(key);
    }
  }

  private void look(Change change) {
    var meta = change.object().path("metadata");
    var deleted = change.type() == Change.Type.DELETED;
    if (!deleted) {
      look(change.key(), change.object());
    }
    if (deleted || meta.has("deletionTimestamp")) {
      state.storage().dependents(meta.path("uid").asText()).forEach(this::due);
    }
    if (deleted
        || change
            .before()
            .map(b ->
                !b.path("metadata").path("ownerReferences").equals(meta.path("ownerReferences")))
            .orElse(false)) {
      for (var owner :
          change.before().orElse(change.object()).path("metadata").path("ownerReferences")) {
        state.storage().byUid(owner.path("uid").asText()).ifPresent(this::due);
      }
    }
    if (deleted || meta.has("deletionTimestamp")) {
      due(new Key(State.NAMESPACES, "", change.key().namespace()));
      state
          .kinds()
          .stored(change.key().resource())
          .filter(ResourceKind::custom)
          .ifPresent(kind -> due(new Key(State.DEFINITIONS, "", kind.qualified())));
    }
  }

  private void tend(Key key, ObjectNode object) {
    var meta = object.path("metadata");
    if (meta.has("deletionTimestamp")) {
      if (key.resource().equals(State.NAMESPACES)) {
        emptyNamespace(key, object);
      } else if (key.resource().equals(State.DEFINITIONS)) {
        emptyDefinition(key, object);
      }
      if (has(object, Deleting.ORPHAN)) {
        orphan(key, object);
      } else if (has(object, Deleting.FOREGROUND)) {
        foreground(key, object);
      }
      return;
    }
    if (meta.has("ownerReferences")) {
      dependent(key, object);
    }
  }

  /// An object goes when all its owners are gone; it only loses the references to gone ones while
  /// another owner is left. Owners that wait for their dependants take them along.
  private void dependent(Key key, ObjectNode object) {
    var living = new ArrayList<JsonNode>();
    var waiting = false;
    var references = object.path("metadata").path("ownerReferences");
    for (var reference : references) {
      var owner = owner(reference.path("uid").asText());
      if (owner.isEmpty()) {
        continue;
      }
      if (owner.get().path("metadata").has("deletionTimestamp")
          && has(owner.get(), Deleting.FOREGROUND)) {
        waiting = true;
      } else {
        living.add(reference);
      }
    }
    if (living.isEmpty()) {
      var propagation = waiting ? "Foreground" : "";
      kind(key).ifPresent(kind -> deleting.mark(kind, key, object, propagation));
    } else if (living.size() < references.size()) {
      var changed = object.deepCopy();
      var array = changed.withObjectProperty("metadata").putArray("ownerReferences");
      living.forEach(array::add);
      state.storage().put(key, changed, Storage.versionOf(object));
    }
  }

  private Optional<ObjectNode> owner(String uid) {
    return state.storage().byUid(uid).flatMap(state.storage()::get);
  }

  private void orphan(Key key, ObjectNode owner) {
    var uid = owner.path("metadata").path("uid").asText();
    for (var dependent : state.storage().dependents(uid)) {
      state
          .storage()
          .get(dependent)
          .ifPresent(object -> {
            var changed = object.deepCopy();
            var meta = changed.withObjectProperty("metadata");
            var left = meta.putArray("ownerReferences");
            for (var reference : object.path("metadata").path("ownerReferences")) {
              if (!reference.path("uid").asText().equals(uid)) {
                left.add(reference);
              }
            }
            if (left.isEmpty()) {
              meta.remove("ownerReferences");
            }
            state.storage().put(dependent, changed, Storage.versionOf(object));
          });
    }
    release(key, owner, Deleting.ORPHAN);
  }

  private void foreground(Key key, ObjectNode owner) {
    var uid = owner.path("metadata").path("uid").asText();
    var blocked = false;
    for (var dependent : state.storage().dependents(uid)) {
      var object = state.storage().get(dependent);
      if (object.isEmpty()) {
        continue;
      }
      for (var reference : object.get().path("metadata").path("ownerReferences")) {
        blocked |=
            reference.path("uid").asText().equals(uid)
                && reference.path("blockOwnerDeletion").asBoolean();
      }
    }
    if (!blocked) {
      release(key, owner, Deleting.FOREGROUND);
    }
  }

  /// Takes a finalizer away; the last one takes the object along.
  private void release(Key key, ObjectNode object, String finalizer) {
    var changed = object.deepCopy();
    var meta = changed.withObjectProperty("metadata");
    var left = meta.putArray("finalizers");
    for (var each : object.path("metadata").path("finalizers")) {
      if (!each.asText().equals(finalizer)) {
        left.add(each);
      }
    }
    if (left.isEmpty()) {
      meta.remove("finalizers");
      if (SystemFields.finallyGone(changed)) {
        state.storage().remove(key, changed);
        return;
      }
    }
    state.storage().put(key, changed, Storage.versionOf(object));
  }

  private void emptyNamespace(Key key, ObjectNode namespace) {
    for (var content : state.storage().inNamespace(key.name())) {
      var object = state.storage().get(content);
      if (object.isPresent() && !object.get().path("metadata").has("deletionTimestamp")) {
        kind(content).ifPresent(kind -> deleting.mark(kind, content, object.get(), ""));
      }
    }
    var left = state.storage().inNamespace(key.name());
    if (left.isEmpty() && closed(key)) {
      var changed = namespace.deepCopy();
      changed.withObjectProperty("spec").remove("finalizers");
      if (changed.path("metadata").path("finalizers").isEmpty()) {
        state.storage().remove(key, changed);
        return;
      }
    }
    var changed = namespace.deepCopy();
    NamespaceStatus.remaining(
        changed.withObjectProperty("status"), counts(left), finalizers(left), state.timestamp());
    if (!NamespaceStatus.same(namespace, changed)) {
      state.storage().put(key, changed, Storage.versionOf(namespace));
    }
  }

  private Map<String, Integer> counts(List<Key> left) {
    var counts = new TreeMap<String, Integer>();
    for (var each : left) {
      kind(each)
          .ifPresent(kind -> counts.merge(kind.plural() + "." + kind.group(), 1, Integer::sum));
    }
    return counts;
  }

  private Map<String, Integer> finalizers(List<Key> left) {
    var counts = new TreeMap<String, Integer>();
    for (var each : left) {
      state
          .storage()
          .get(each)
          .ifPresent(object ->
              object
                  .path("metadata")
                  .path("finalizers")
                  .forEach(f -> counts.merge(f.asText(), 1, Integer::sum)));
    }
    return counts;
  }

  private void emptyDefinition(Key key, ObjectNode definition) {
    if (!has(definition, Definitions.CLEANUP)) {
      return;
    }
    var spec = definition.path("spec");
    var storage = spec.path("group").asText() + "/" + spec.path("names").path("plural").asText();
    for (var object : state.storage().list(storage, "")) {
      var meta = object.path("metadata");
      var place = new Key(storage, meta.path("namespace").asText(""), meta.path("name").asText());
      if (!meta.has("deletionTimestamp")) {
        kind(place).ifPresent(kind -> deleting.mark(kind, place, object, ""));
      }
    }
    if (state.storage().list(storage, "").isEmpty() && closed(key)) {
      release(key, definition, Definitions.CLEANUP);
    }
  }

  private Optional<ResourceKind> kind(Key key) {
    return state.kinds().stored(key.resource());
  }

  private static boolean has(ObjectNode object, String finalizer) {
    var found = new TreeSet<String>();
    object.path("metadata").path("finalizers").forEach(each -> found.add(each.asText()));
    return found.contains(finalizer);
  }
}

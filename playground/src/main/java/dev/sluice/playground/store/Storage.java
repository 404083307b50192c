package dev.sluice.playground.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The objects, by kind, namespace and name. A stored object is never changed: every write puts a
/// new one, and what comes out must not be modified. Not thread-safe: the server holds one lock
/// around every call, because a call reads and writes several times and is to be atomic.
public final class Storage {

  private final Map<String, NavigableMap<String, NavigableMap<String, ObjectNode>>> objects =
      new HashMap<>();
  private final Map<String, Key> byUid = new HashMap<>();
  private final Map<String, Set<Key>> byOwner = new HashMap<>();
  private final Map<String, ArrayDeque<Change>> history = new HashMap<>();
  private final Map<String, Long> forgotten = new HashMap<>();
  private final CopyOnWriteArrayList<Consumer<Change>> listeners = new CopyOnWriteArrayList<>();
  private final int kept;
  private long first;
  private long version;
  private long looks;
  private Journal journal = Journal.NONE;
  private final Sharing sharing = new Sharing();

  /// @param firstVersion the version before the first write; watches older than this are too old
  /// @param kept how many changes of each kind are remembered for watches and pages, 1 or more
  public Storage(long firstVersion, int kept) {
    if (kept < 1) {
      throw new IllegalArgumentException("kept must be 1 or more, not " + kept);
    }
    this.kept = kept;
    this.first = firstVersion;
    this.version = firstVersion;
  }

  /// The version of the last write of any kind.
  public long version() {
    return version;
  }

  /// How many objects were given out or changed so far: what calls cost, whatever the machine.
  public long looks() {
    return looks;
  }

  /// The version that `object` has, 0 when it has none.
  public static long versionOf(ObjectNode object) {
    return object.path("metadata").path("resourceVersion").asLong(0);
  }

  public Optional<ObjectNode> get(Key key) {
    looks++;
    return Optional.ofNullable(
        namespaces(key.resource())
            .getOrDefault(key.namespace(), Collections.emptyNavigableMap())
            .get(key.name()));
  }

  /// All objects of a kind, by namespace and name.
  ///
  /// @param namespace empty for all namespaces
  public List<ObjectNode> list(String resource, String namespace) {
    var found = new ArrayList<ObjectNode>();
    walk(resource, namespace, "", version, found::add);
    return found;
  }

  /// The objects of a kind as they were at a version, by namespace and name. Looks at no more of
  /// them than it shows, and at the changes since then.
  ///
  /// @param namespace empty for all namespaces
  /// @param after begins behind this namespace and name, the two joined by a zero; empty for all
  /// @param goOn takes each object and says whether it wants another
  /// @throws TooOld when the changes since then are not all kept
  public void walk(
      String resource, String namespace, String after, long at, Predicate<ObjectNode> goOn) {
    var undone = undone(resource, namespace, at);
    undone.headMap(after, !after.isEmpty()).clear();
    int zero = after.indexOf('\0');
    var begins = zero < 0 ? "" : after.substring(0, zero);
    var from = begins.compareTo(namespace) < 0 ? namespace : begins;
    for (var inOne : namespaces(resource).tailMap(from, true).entrySet()) {
      if (!namespace.isEmpty() && !inOne.getKey().equals(namespace)) {
        break;
      }
      var names = inOne.getValue();
      if (zero >= 0 && inOne.getKey().equals(begins)) {
        names = names.tailMap(after.substring(zero + 1), false);
      }
      for (var each : names.entrySet()) {
        var then = Optional.of(each.getValue());
        if (!undone.isEmpty()) {
          var place = inOne.getKey() + '\0' + each.getKey();
          if (!show(undone.headMap(place, false), goOn)) {
            return;
          }
          then = undone.containsKey(place) ? undone.remove(place) : then;
        }
        if (then.isPresent() && !shown(then.get(), goOn)) {
          return;
        }
      }
    }
    var _ = show(undone, goOn);
  }

  /// How many objects of the kind there were at a version.
  ///
  /// @throws TooOld as [#walk] does
  public long count(String resource, String namespace, long at) {
    long count = 0;
    for (var inOne : namespaces(resource).entrySet()) {
      if (namespace.isEmpty() || namespace.equals(inOne.getKey())) {
        count += inOne.getValue().size();
      }
    }
    for (var each : undone(resource, namespace, at).entrySet()) {
      int zero = each.getKey().indexOf('\0');
      var key =
          new Key(resource, each.getKey().substring(0, zero), each.getKey().substring(zero + 1));
      count += (each.getValue().isPresent() ? 1 : 0) - (get(key).isPresent() ? 1 : 0);
    }
    return count;
  }

  /// What was at the places that have changed since a version; empty where nothing was.
  private NavigableMap<String, Optional<ObjectNode>> undone(
      String resource, String namespace, long at) {
    var undone = new TreeMap<String, Optional<ObjectNode>>();
    for (var change : at >= version ? List.<Change>of() : since(resource, at)) {
      if (namespace.isEmpty() || namespace.equals(change.key().namespace())) {
        undone.putIfAbsent(change.key().namespace() + '\0' + change.key().name(), change.before());
      }
    }
    return undone;
  }

  private boolean show(
      NavigableMap<String, Optional<ObjectNode>> undone, Predicate<ObjectNode> goOn) {
    for (var each = undone.pollFirstEntry(); each != null; each = undone.pollFirstEntry()) {
      if (each.getValue().isPresent() && !shown(each.getValue().get(), goOn)) {
        return false;
      }
    }
    return true;
  }

  private boolean shown(ObjectNode object, Predicate<ObjectNode> goOn) {
    looks++;
    return goOn.test(object);
  }

  /// Every kind that has at least one object in the namespace.
  public List<Key> inNamespace(String namespace) {
    var found = new ArrayList<Key>();
    for (var kind : new TreeMap<>(objects).entrySet()) {
      for (var name :
          kind.getValue().getOrDefault(namespace, Collections.emptyNavigableMap()).keySet()) {
        looks++;
        found.add(new Key(kind.getKey(), namespace, name));
      }
    }
    return found;
  }

  /// Writes a new object or a new state of one, under the next version.
  ///
  /// @param object its `metadata.resourceVersion` is replaced; must not be changed afterwards
  /// @param expected the version the new state was built on; 0 asks that there is none yet
  /// @return what was stored
  /// @throws StaleVersion when the present version is another one
  /// @throws NotWritten when it cannot be kept
  public ObjectNode put(Key key, ObjectNode object, long expected) {
    var before = get(key).orElse(null);
    if ((before == null ? 0 : versionOf(before)) != expected) {
      throw new StaleVersion(key, expected);
    }
    meta(object).put("resourceVersion", Long.toString(version + 1));
    journal.write(new Entry.Put(version + 1, key, object));
    return set(key, object, before);
  }

  private ObjectNode set(Key key, ObjectNode object, @Nullable ObjectNode before) {
    version = versionOf(object);
    place(key, object, before);
    remember(
        new Change(
            version,
            before == null ? Change.Type.ADDED : Change.Type.MODIFIED,
            key,
            Optional.ofNullable(before),
            object));
    return object;
  }

  private void place(Key key, ObjectNode object, @Nullable ObjectNode before) {
    sharing.share(object);
    unindex(key, before);
    objects
        .computeIfAbsent(key.resource(), _ -> new TreeMap<>())
        .computeIfAbsent(key.namespace(), _ -> new TreeMap<>())
        .put(key.name(), object);
    index(key, object);
  }

  /// Removes an object.
  ///
  /// @param last the state that watches see; its version is replaced
  /// @throws StaleVersion when there is none
  /// @throws NotWritten when it cannot be kept that it is gone
  public void remove(Key key, ObjectNode last) {
    var before = get(key).orElseThrow(() -> new StaleVersion(key, versionOf(last)));
    var next = Long.toString(version + 1);
    var gone = last.deepCopy();
    meta(gone).put("resourceVersion", next);
    var unchanged = before.deepCopy();
    meta(unchanged).put("resourceVersion", next);
    journal.write(
        new Entry.Removed(
            version + 1, key, gone.equals(unchanged) ? Optional.empty() : Optional.of(gone)));
    take(key, gone, before);
  }

  private void take(Key key, ObjectNode gone, ObjectNode before) {
    version = versionOf(gone);
    sharing.share(gone);
    unindex(key, before);
    var all = namespaces(key.resource());
    var names = all.get(key.namespace());
    if (names != null) {
      names.remove(key.name());
      if (names.isEmpty()) {
        all.remove(key.namespace());
      }
    }
    remember(new Change(version, Change.Type.DELETED, key, Optional.of(before), gone));
  }

  /// The changes of a kind after a version, oldest first.
  ///
  /// @throws TooOld when some of them are not kept any more
  public List<Change> since(String resource, long after) {
    long oldest = Math.max(first, forgotten.getOrDefault(resource, first));
    if (after < oldest) {
      throw new TooOld(after, oldest);
    }
    var found = new ArrayDeque<Change>();
    for (var each = changes(resource).descendingIterator(); each.hasNext(); ) {
      var change = each.next();
      if (change.version() <= after) {
        break;
      }
      looks++;
      found.addFirst(change);
    }
    return List.copyOf(found);
  }

  /// Where the living object with this uid is.
  public Optional<Key> byUid(String uid) {
    return Optional.ofNullable(byUid.get(uid));
  }

  /// The objects that name this uid as an owner.
  public List<Key> dependents(String uid) {
    var keys = List.copyOf(byOwner.getOrDefault(uid, Set.of()));
    looks += keys.size();
    return keys;
  }

  /// Hears of every write, in order, on the writing thread. Must not block and must not write.
  ///
  /// @return ends the listening
  public AutoCloseable listen(Consumer<Change> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /// From now on every write goes there first.
  void writeTo(Journal to) {
    journal = to;
  }

  /// Every object of every kind, in no order.
  public Map<Key, ObjectNode> everything() {
    var all = new HashMap<Key, ObjectNode>();
    objects.forEach((resource, namespaces) ->
        namespaces.forEach((namespace, names) ->
            names.forEach((name, object) -> all.put(new Key(resource, namespace, name), object))));
    return all;
  }

  /// Does again what a log says.
  ///
  /// @throws UnreadableLog when it does not fit to what is here
  void restore(Entry entry) throws UnreadableLog {
    switch (entry) {
      case Entry.Kept(Key key, ObjectNode object) -> place(key, object, get(key).orElse(null));
      case Entry.Reached(long reached) -> {
        version = reached;
        first = reached;
      }
      case Entry.Put(long next, Key key, ObjectNode object) -> {
        follows(next);
        meta(object).put("resourceVersion", Long.toString(next));
        set(key, object, get(key).orElse(null));
      }
      case Entry.Removed(long next, Key key, Optional<ObjectNode> last) -> {
        follows(next);
        var before =
            get(key).orElseThrow(() -> new UnreadableLog("removes what is not there, " + key));
        var gone = last.orElseGet(before::deepCopy);
        meta(gone).put("resourceVersion", Long.toString(next));
        take(key, gone, before);
      }
    }
  }

  private void follows(long next) throws UnreadableLog {
    if (next != version + 1) {
      throw new UnreadableLog("has version %d after version %d".formatted(next, version));
    }
  }

  private NavigableMap<String, NavigableMap<String, ObjectNode>> namespaces(String resource) {
    var all = objects.get(resource);
    return all == null ? Collections.emptyNavigableMap() : all;
  }

  private ArrayDeque<Change> changes(String resource) {
    var changes = history.get(resource);
    return changes == null ? new ArrayDeque<>() : changes;
  }

  private void remember(Change change) {
    var changes = history.computeIfAbsent(change.key().resource(), _ -> new ArrayDeque<>());
    changes.addLast(change);
    if (changes.size() > kept) {
      forgotten.put(change.key().resource(), changes.removeFirst().version());
    }
    listeners.forEach(each -> each.accept(change));
  }

  private void index(Key key, ObjectNode object) {
    var uid = object.path("metadata").path("uid").asText("");
    if (!uid.isEmpty()) {
      byUid.put(uid, key);
    }
    for (var owner : owners(object)) {
      byOwner.computeIfAbsent(owner, _ -> new LinkedHashSet<>()).add(key);
    }
  }

  private void unindex(Key key, @Nullable ObjectNode object) {
    if (object == null) {
      return;
    }
    byUid.remove(object.path("metadata").path("uid").asText(""));
    for (var owner : owners(object)) {
      byOwner.computeIfPresent(
          owner,
          (_, keys) -> {
            keys.remove(key);
            return keys.isEmpty() ? null : keys;
          });
    }
  }

  private static Set<String> owners(ObjectNode object) {
    var owners = new LinkedHashMap<String, JsonNode>();
    for (var reference : object.path("metadata").path("ownerReferences")) {
      owners.put(reference.path("uid").asText(""), reference);
    }
    return owners.keySet();
  }

  private static ObjectNode meta(ObjectNode object) {
    return object.withObjectProperty("metadata");
  }
}

package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The ControllerRevisions of a DaemonSet or StatefulSet: the templates it had, numbered.
final class History {
  /// On pods, and on the revisions of a DaemonSet: which revision they are of.
  static final String HASH = "controller-revision-hash";

  private static final String HASH_OF_SETS = "controller.kubernetes.io/hash";

  private final ObjectNode owner;
  private final Resource kind;
  private final List<ObjectNode> revisions;

  /// @param revisions those that the owner manages
  History(ObjectNode owner, Resource kind, List<ObjectNode> revisions) {
    this.owner = owner;
    this.kind = kind;
    this.revisions = revisions.stream().sorted(Comparator.comparingLong(History::number)).toList();
  }

  static long number(JsonNode revision) {
    return revision.path("revision").asLong();
  }

  static String hash(JsonNode revision) {
    var labels = Meta.labels(revision);
    return labels.getOrDefault(HASH, labels.getOrDefault(HASH_OF_SETS, ""));
  }

  /// The revision of the present template; empty while it has to be made.
  Optional<ObjectNode> current() {
    var wanted = data();
    return revisions.reversed().stream()
        .filter(revision -> Meta.same(revision.path("data"), wanted))
        .findFirst();
  }

  Optional<ObjectNode> named(String name) {
    return revisions.stream().filter(revision -> Meta.name(revision).equals(name)).findFirst();
  }

  /// Makes the present template's revision, or gives an old one the newest number.
  Optional<Action> update() {
    long newest = revisions.isEmpty() ? 0 : number(revisions.getLast());
    var current = current();
    if (current.isEmpty()) {
      return Optional.of(new Action.Create(Resource.CONTROLLER_REVISION, fresh(newest + 1)));
    }
    if (number(current.get()) == newest) {
      return Optional.empty();
    }
    var changed = current.get().deepCopy().put("revision", newest + 1);
    return Optional.of(new Action.Replace(Resource.CONTROLLER_REVISION, changed));
  }

  /// Revisions beyond what the owner keeps, oldest first.
  ///
  /// @param live hashes of revisions that pods are of
  List<Action> surplus(Set<String> live) {
    var idle =
        revisions.stream()
            .filter(revision -> !live.contains(hash(revision)))
            .filter(revision -> !current().equals(Optional.of(revision)))
            .toList();
    int kept = owner.at("/spec/revisionHistoryLimit").asInt(10);
    return idle.stream()
        .limit(Math.max(0, idle.size() - kept))
        .<Action>map(
            revision -> new Action.Delete(Resource.CONTROLLER_REVISION, revision, Optional.empty()))
        .toList();
  }

  private ObjectNode data() {
    var data = JsonNodeFactory.instance.objectNode();
    ObjectNode template = owner.at("/spec/template").deepCopy();
    template.put("$patch", "replace");
    data.putObject("spec").set("template", template);
    return data;
  }

  private ObjectNode fresh(long number) {
    var data = data();
    int collisions = owner.at("/status/collisionCount").asInt();
    var hash = Names.hash(Meta.canonical(data) + (collisions == 0 ? "" : collisions));
    var revision =
        JsonNodeFactory.instance
            .objectNode()
            .put("apiVersion", Resource.CONTROLLER_REVISION.apiVersion())
            .put("kind", Resource.CONTROLLER_REVISION.kind());
    var metadata = revision.putObject("metadata");
    metadata.put("name", Meta.name(owner) + "-" + hash).put("namespace", Meta.namespace(owner));
    var labels = metadata.putObject("labels");
    Meta.labels(owner.at("/spec/template")).forEach(labels::put);
    labels.put(kind == Resource.DAEMON_SET ? HASH : HASH_OF_SETS, hash);
    var annotations = Meta.annotations(owner);
    if (!annotations.isEmpty()) {
      var copied = metadata.putObject("annotations");
      annotations.forEach(copied::put);
    }
    metadata.putArray("ownerReferences").add(Meta.ownedBy(owner, kind));
    revision.set("data", data);
    return revision.put("revision", number);
  }
}

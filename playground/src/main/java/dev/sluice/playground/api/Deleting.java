package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.store.Key;
import dev.sluice.playground.store.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// DELETE: at once, or marked and waiting for finalizers.
final class Deleting {

  static final String FOREGROUND = "foregroundDeletion";
  static final String ORPHAN = "orphan";
  private static final List<String> UNDYING = List.of("default", "kube-public", "kube-system");

  private final State state;
  private final Reading reading;

  Deleting(State state, Reading reading) {
    this.state = state;
    this.reading = reading;
  }

  /// @return a Status when the object is gone, the object itself when finalizers hold it
  ObjectNode delete(Request request) {
    var options = options(request);
    var kind = request.kind();
    var key = state.key(kind, request.namespace(), request.name());
    var stored = state.storage().get(key).orElseThrow(() -> Refusal.notFound(kind, request.name()));
    if (kind.rules().equals("namespace") && UNDYING.contains(request.name())) {
      throw Refusal.forbidden(kind, request.name(), "this namespace may not be deleted", List.of());
    }
    preconditions(kind, request.name(), stored, options);
    var left = mark(kind, key, stored, options);
    return left == null ? gone(kind, stored) : Versions.fromStored(kind, left);
  }

  /// @return the list of what was there
  ObjectNode deleteAll(Request request) {
    var options = options(request);
    var found = reading.list(request);
    for (var object : found.objects()) {
      var meta = object.path("metadata");
      var key =
          state.key(request.kind(), meta.path("namespace").asText(""), meta.path("name").asText());
      state.storage().get(key).ifPresent(stored -> mark(request.kind(), key, stored, options));
    }
    return reading.listObject(request.kind(), found);
  }

  /// Removes the object, or marks it as being deleted when something must come first.
  ///
  /// @return the marked object, or null when it is gone
  @Nullable ObjectNode mark(ResourceKind kind, Key key, ObjectNode stored, String propagation) {
    var options = new Options.Delete(false, propagation, Optional.empty(), "", "");
    return mark(kind, key, stored, options);
  }

  private @Nullable ObjectNode mark(
      ResourceKind kind, Key key, ObjectNode stored, Options.Delete options) {
    var propagation = options.propagation();
    var dryRun = options.dryRun();
    var object = stored.deepCopy();
    var meta = object.withObjectProperty("metadata");
    var finalizers = new ArrayList<String>();
    meta.path("finalizers").forEach(each -> finalizers.add(each.asText()));
    var before = List.copyOf(finalizers);
    if (!propagation.isEmpty()) {
      finalizers.remove(FOREGROUND);
      finalizers.remove(ORPHAN);
    }
    if (propagation.equals("Foreground")) {
      finalizers.add(FOREGROUND);
    } else if (propagation.equals("Orphan")) {
      finalizers.add(ORPHAN);
    }
    if (kind.rules().equals("definition") && !finalizers.contains(Definitions.CLEANUP)) {
      finalizers.add(Definitions.CLEANUP);
    }
    var already = meta.has("deletionTimestamp");
    var grace = Grace.of(kind, object, options.grace());
    var held =
        !finalizers.isEmpty()
            || !object.path("spec").path("finalizers").isEmpty()
            || grace.seconds() > 0;
    if (!held) {
      if (!dryRun) {
        state.storage().remove(key, object);
      }
      return null;
    }
    if (already && !grace.shorter() && finalizers.equals(before)) {
      return stored;
    }
    if (!finalizers.isEmpty()) {
      var array = meta.putArray("finalizers");
      finalizers.forEach(array::add);
    }
    if (already && grace.shorter()) {
      grace.shorten(meta);
    }
    if (!already) {
      meta.put("deletionGracePeriodSeconds", grace.seconds());
      meta.put("deletionTimestamp", grace.end(state.timestamp()));
      if (meta.has("generation") && kind.generation() != ResourceKind.Generation.NONE) {
        meta.put("generation", meta.path("generation").asLong() + 1);
      }
    }
    if (kind.rules().equals("namespace")) {
      object.withObjectProperty("status").put("phase", "Terminating");
    }
    if (kind.rules().equals("definition")) {
      new Definitions(state).terminating(object);
    }
    var ordered = state.schema(kind).map(s -> s.inOrder(object)).orElse(object);
    return dryRun ? ordered : state.storage().put(key, ordered, Storage.versionOf(stored));
  }

  private static Options.Delete options(Request request) {
    var body = request.call().body();
    JsonNode options = JsonNodeFactory.instance.objectNode();
    if (body.length > 0) {
      options = Bodies.object(request.call(), request.kind()).object();
    }
    return Options.Delete.of(request.call(), options);
  }

  private static void preconditions(
      ResourceKind kind, String name, ObjectNode stored, Options.Delete options) {
    var meta = stored.path("metadata");
    var uid = meta.path("uid").asText();
    if (!options.uid().isEmpty() && !options.uid().equals(uid)) {
      throw refused(
          kind,
          name,
          "the UID in the precondition ("
              + options.uid()
              + ") does not match the UID in record ("
              + uid
              + "). The object might have been deleted and then recreated");
    }
    var version = meta.path("resourceVersion").asText();
    if (!options.resourceVersion().isEmpty() && !options.resourceVersion().equals(version)) {
      throw refused(
          kind,
          name,
          "the ResourceVersion in the precondition ("
              + options.resourceVersion()
              + ") does not match the ResourceVersion in record ("
              + version
              + "). The object might have been modified");
    }
  }

  private static Refusal refused(ResourceKind kind, String name, String why) {
    return new Refusal(
        409,
        "Conflict",
        "Operation cannot be fulfilled on " + kind.kind() + " " + Refusal.quoted(name) + ": " + why,
        Refusal.Details.of(name, kind.group(), kind.kind()));
  }

  private static ObjectNode gone(ResourceKind kind, ObjectNode object) {
    var status = JsonNodeFactory.instance.objectNode();
    status.put("kind", "Status").put("apiVersion", "v1").putObject("metadata");
    status.put("status", "Success");
    var details = status.putObject("details");
    details.put("name", object.path("metadata").path("name").asText());
    if (!kind.group().isEmpty()) {
      details.put("group", kind.group());
    }
    details.put("kind", kind.plural());
    details.put("uid", object.path("metadata").path("uid").asText());
    return status;
  }
}

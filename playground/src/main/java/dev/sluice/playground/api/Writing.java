package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.patch.Applied;
import dev.sluice.playground.patch.FieldManager;
import dev.sluice.playground.patch.Ownership;
import dev.sluice.playground.patch.PatchRefused;
import dev.sluice.playground.patch.Patches;
import dev.sluice.playground.schema.Cause;
import dev.sluice.playground.schema.Schema;
import dev.sluice.playground.store.Key;
import dev.sluice.playground.store.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Creates and changes objects: every POST, PUT and PATCH ends in [#store] or [#change].
final class Writing {

  /// What a write answers with.
  ///
  /// @param status 200 or 201
  /// @param object in the version of the request
  record Written(int status, ObjectNode object) {}

  static final String APPLY = "application/apply-patch+yaml";
  private static final String JSON_PATCH = "application/json-patch+json";
  private static final String MERGE_PATCH = "application/merge-patch+json";
  private static final String STRATEGIC_PATCH = "application/strategic-merge-patch+json";

  private final State state;
  private final BuiltInRules rules;
  private final Quotas quotas;
  private final Scale scale;
  private final Doorkeeper doorkeeper;

  Writing(State state, Doorkeeper doorkeeper, Quotas quotas) {
    this.state = state;
    this.doorkeeper = doorkeeper;
    this.rules = new BuiltInRules(state);
    this.quotas = quotas;
    this.scale = new Scale();
  }

  Written create(Request request) {
    var options = Options.of(request.call(), "CreateOptions");
    var object = decoded(request, options, "");
    return new Written(201, store(request, object, options));
  }

  Written replace(Request request) {
    var options = Options.of(request.call(), "UpdateOptions");
    var kind = request.kind();
    if (request.path().subresource().equals("scale")) {
      return replaceScale(request, options);
    }
    var object = decoded(request, options, request.name());
    var name = object.path("metadata").path("name").asText("");
    if (name.isEmpty()) {
      throw Refusal.badRequest(
          "the name of the object ("
              + request.name()
              + " based on URL) was undeterminable: name must be provided");
    }
    Incoming.sameName(name, request.name());
    var current = current(request);
    if (current.isEmpty()) {
      if (!kind.createOnUpdate() || !request.path().subresource().isEmpty()) {
        throw Refusal.notFound(kind, request.name());
      }
      meta(object).remove("resourceVersion");
      return new Written(201, store(request, object, options));
    }
    var version = object.path("metadata").path("resourceVersion").asText("");
    if (kind.custom() && version.isEmpty() && request.path().subresource().isEmpty()) {
      throw Refusal.invalid(
          kind.plural(),
          kind.group(),
          request.name(),
          List.of(
              Cause.invalid("metadata.resourceVersion", "0x0", "must be specified for an update")));
    }
    var uid = object.path("metadata").path("uid").asText("");
    var live = current.get();
    if (!uid.isEmpty() && !uid.equals(live.path("metadata").path("uid").asText())) {
      throw Refusal.conflict(
          kind,
          request.name(),
          "StorageError: invalid object, Code: 4, Key: /registry/"
              + (kind.group().isEmpty() ? "" : kind.group() + "/")
              + kind.plural()
              + "/"
              + (request.namespace().isEmpty() ? "" : request.namespace() + "/")
              + request.name()
              + ", ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: "
              + uid
              + ", UID in object meta: "
              + live.path("metadata").path("uid").asText());
    }
    return new Written(200, change(request, live, object, options));
  }

  /// Which kind of patch this is.
  ///
  /// @throws Refusal 415 when the kind takes no such patch
  String patchType(Request request) {
    var kind = request.kind();
    var type = Bodies.type(request.call());
    var known =
        kind.custom()
            ? List.of(JSON_PATCH, MERGE_PATCH, APPLY)
            : List.of(JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, APPLY);
    if (!known.contains(type)) {
      throw kind.custom()
          ? Refusal.unsupportedMedia(known)
          : new Refusal(
              415, "UnsupportedMediaType", "415: Unsupported Media Type", Refusal.Details.EMPTY);
    }
    return type;
  }

  Written patch(Request request) {
    var kind = request.kind();
    var type = patchType(request);
    var options = Options.of(request.call(), "PatchOptions");
    var body = Bodies.patch(request.call());
    if (request.path().subresource().equals("scale")) {
      return patchScale(request, options, type, body);
    }
    if (type.equals(APPLY)) {
      return apply(request, options, body);
    }
    var live = current(request).orElseThrow(() -> Refusal.notFound(kind, request.name()));
    var schema = state.schema(kind);
    ObjectNode patched;
    try {
      patched = patched(type, live, body, schema);
    } catch (PatchRefused e) {
      throw Incoming.refusal(e);
    }
    Incoming.sameType(request, patched, body, options);
    Incoming.sameName(patched.path("metadata").path("name").asText(""), request.name());
    Incoming.sameNamespace(request, patched);
    if (schema.isPresent()) {
      schema
          .get()
          .undecodable(patched)
          .ifPresent(why -> {
            throw Incoming.badPatch(body, why);
          });
      Incoming.unknown(request, options, schema.get().unknownFields(patched), body);
    }
    return new Written(200, change(request, live, patched, options));
  }

  private static ObjectNode patched(
      String type, ObjectNode live, JsonNode body, Optional<Schema> schema) {
    return switch (type) {
      case JSON_PATCH -> Patches.json(live, body);
      case STRATEGIC_PATCH ->
          schema.isPresent()
              ? Patches.strategic(live, body, schema.get())
              : Patches.merge(live, body);
      default -> Patches.merge(live, body);
    };
  }

  private Written apply(Request request, Options options, JsonNode body) {
    var kind = request.kind();
    if (!(body instanceof ObjectNode config)) {
      throw Refusal.badRequest("error decoding YAML: the configuration must be an object");
    }
    var schema =
        state
            .schema(kind)
            .orElseThrow(() -> Refusal.internal("no schema to apply " + kind.kind() + " with"));
    var live = current(request);
    if (live.isEmpty() && !request.path().subresource().isEmpty()) {
      throw Refusal.notFound(kind, request.name());
    }
    var uid = config.path("metadata").path("uid").asText("");
    if (live.isEmpty() && !uid.isEmpty()) {
      throw Refusal.conflict(
          kind,
          request.name(),
          "uid mismatch: the provided object specified uid "
              + uid
              + ", and no existing object was found");
    }
    var manager = manager(options, request);
    return switch (Ownership.apply(live, config, manager, options.force(), schema, state.now())) {
      case Applied.Conflicts(String message, List<Cause> causes) ->
          throw new Refusal(409, "Conflict", message, Refusal.Details.EMPTY.with(causes));
      case Applied.Unfit(int code, String message) ->
          throw new Refusal(code, code == 400 ? "BadRequest" : "", message, Refusal.Details.ABSENT);
      case Applied.Merged(ObjectNode merged) -> {
        var name = merged.path("metadata").path("name").asText("");
        if (name.isEmpty()) {
          meta(merged).put("name", request.name());
        } else {
          Incoming.sameName(name, request.name());
        }
        Incoming.sameNamespace(request, merged);
        if (live.isEmpty()) {
          yield new Written(201, finishCreation(request, merged, options, true));
        }
        yield new Written(200, finishChange(request, live.get(), merged, options, true));
      }
    };
  }

  private Written replaceScale(Request request, Options options) {
    var kind = request.kind();
    var live = current(request).orElseThrow(() -> Refusal.notFound(kind, request.name()));
    var body = Bodies.object(request.call(), kind).object();
    return new Written(200, changeScale(request, options, live, body));
  }

  private Written patchScale(Request request, Options options, String type, JsonNode body) {
    var kind = request.kind();
    var live = current(request).orElseThrow(() -> Refusal.notFound(kind, request.name()));
    var shown = scale.of(kind, live);
    try {
      var patched =
          type.equals(JSON_PATCH) ? Patches.json(shown, body) : Patches.merge(shown, body);
      return new Written(200, changeScale(request, options, live, patched));
    } catch (PatchRefused e) {
      throw Incoming.refusal(e);
    }
  }

  private ObjectNode changeScale(
      Request request, Options options, ObjectNode live, ObjectNode wanted) {
    var kind = request.kind();
    int replicas = wanted.path("spec").path("replicas").asInt(0);
    var changed = scale.with(kind, live, replicas);
    var version = wanted.path("metadata").path("resourceVersion").asText("");
    if (!version.isEmpty()) {
      meta(changed).put("resourceVersion", version);
    }
    var written = change(request, live, changed, options);
    return scale.of(kind, written);
  }

  /// Reads the body of a POST or PUT and refuses what cannot be this kind.
  private ObjectNode decoded(Request request, Options options, String name) {
    var kind = request.kind();
    var sent = Bodies.object(request.call(), kind);
    var object = sent.object();
    Incoming.rightKind(request, object, name);
    var schema = state.schema(kind);
    if (schema.isPresent()) {
      schema
          .get()
          .undecodable(object)
          .ifPresent(why -> {
            throw Incoming.undecodable(kind, why);
          });
      var findings = new ArrayList<>(sent.duplicates());
      findings.addAll(schema.get().unknownFields(object));
      Incoming.strict(request, options, findings);
    } else {
      Incoming.strict(request, options, sent.duplicates());
    }
    Incoming.sameNamespace(request, object);
    return object;
  }

  /// Stores a new object: everything the server adds, then every check, then the write.
  ///
  /// @param object as sent, in the version of the request
  private ObjectNode store(Request request, ObjectNode object, Options options) {
    if (!object.path("metadata").path("resourceVersion").asText("").isEmpty()) {
      throw Refusal.internal("resourceVersion should not be set on objects to be created");
    }
    return finishCreation(request, object, options, false);
  }

  private ObjectNode finishCreation(
      Request request, ObjectNode sent, Options options, boolean owned) {
    var kind = request.kind();
    namespaceAccepts(request, sent);
    if (kind.definition().map(ResourceKind.Definition::terminating).orElse(false)) {
      throw new Refusal(
          405,
          "MethodNotAllowed",
          "create not allowed while custom resource definition is terminating",
          Refusal.Details.ABSENT);
    }
    var schema = state.schema(kind);
    var object = kept(kind, schema, sent, owned);
    var meta = meta(object);
    for (var ours : List.of("deletionTimestamp", "deletionGracePeriodSeconds", "selfLink")) {
      meta.remove(ours);
    }
    if (meta.path("name").asText("").isEmpty() && !meta.path("generateName").asText("").isEmpty()) {
      var base = meta.path("generateName").asText();
      meta.put("name", base.substring(0, Math.min(58, base.length())) + state.suffix());
    }
    if (kind.namespaced()) {
      meta.put("namespace", request.namespace());
    }
    meta.put("uid", state.uid());
    meta.put("resourceVersion", "0");
    meta.put("creationTimestamp", state.timestamp());
    if (kind.generation() != ResourceKind.Generation.NONE) {
      meta.put("generation", 1);
    }
    if (kind.has("status")) {
      object.remove("status");
    }
    if (kind.custom()) {
      Incoming.warnOfFinalizers(request, meta);
    }
    rules.prepare(kind, object, Optional.empty());
    var complete = schema.map(s -> s.withDefaults(object)).orElse(object);
    rules.complete(kind, complete, Optional.empty());
    check(kind, schema, complete, Optional.empty());
    doorkeeper.admitContent(request, complete);
    if (kind.namespaced()) {
      quotas
          .excess(kind, request.namespace(), complete)
          .ifPresent(why -> {
            throw Refusal.forbidden(
                kind, complete.path("metadata").path("name").asText(), why, List.of());
          });
    }
    var name = complete.path("metadata").path("name").asText();
    var key = state.key(kind, request.namespace(), name);
    admit(request, complete);
    if (state.storage().get(key).isPresent()) {
      throw Refusal.exists(kind, name);
    }
    var tracked = owned ? complete : track(request, options, schema, Optional.empty(), complete);
    var ordered = schema.map(s -> s.inOrder(tracked)).orElse(tracked);
    if (options.dryRun()) {
      meta(ordered).remove("resourceVersion");
      return ordered;
    }
    var stored = state.storage().put(key, Versions.toStored(kind, ordered), 0);
    return Versions.fromStored(kind, stored);
  }

  /// Stores a new state of an object.
  ///
  /// @param live in the version of the request
  /// @param wanted its `resourceVersion`, when given, must be the live one's
  ObjectNode change(Request request, ObjectNode live, ObjectNode wanted, Options options) {
    return finishChange(request, live, wanted, options, false);
  }

  private ObjectNode finishChange(
      Request request, ObjectNode live, ObjectNode sent, Options options, boolean owned) {
    var kind = request.kind();
    var version = sent.path("metadata").path("resourceVersion").asText("");
    if (!version.isEmpty()
        && !version.equals("0")
        && !version.equals(live.path("metadata").path("resourceVersion").asText())) {
      throw Refusal.stale(kind, request.name());
    }
    var schema = state.schema(kind);
    var wanted = kept(kind, schema, sent, owned);
    var object = SystemFields.throughSubresource(request, live, wanted);
    SystemFields.keepSystemFields(kind, live, object);
    rules.prepare(kind, object, Optional.of(live));
    var complete = schema.map(s -> s.withDefaults(object)).orElse(object);
    rules.complete(kind, complete, Optional.of(live));
    if (!request.path().subresource().equals("status")) {
      SystemFields.raiseGeneration(kind, live, complete);
    }
    check(kind, schema, complete, Optional.of(live));
    doorkeeper.admitContent(request, complete);
    admit(request, complete);
    var tracked = owned ? complete : track(request, options, schema, Optional.of(live), complete);
    var ordered = schema.map(s -> s.inOrder(tracked)).orElse(tracked);
    if (SystemFields.sameContent(live, ordered)) {
      return live;
    }
    if (options.dryRun()) {
      return ordered;
    }
    var key = state.key(kind, request.namespace(), request.name());
    var stored = Versions.toStored(kind, ordered);
    if (SystemFields.finallyGone(stored)) {
      state.storage().remove(key, stored);
      return ordered;
    }
    return Versions.fromStored(kind, state.storage().put(key, stored, Storage.versionOf(live)));
  }

  /// What is left of what was sent. An applied null is not dropped as others are: the applier owns
  /// it, and hears when the field takes none.
  private static ObjectNode kept(
      ResourceKind kind, Optional<Schema> schema, ObjectNode sent, boolean applied) {
    return applied && kind.custom()
        ? sent.deepCopy()
        : schema.map(s -> s.prune(sent)).orElseGet(sent::deepCopy);
  }

  private void check(
      ResourceKind kind, Optional<Schema> schema, ObjectNode object, Optional<ObjectNode> old) {
    var causes = new ArrayList<Cause>();
    var name = object.path("metadata").path("name").asText("");
    if (name.isEmpty()) {
      causes.add(Cause.required("metadata.name", "name or generateName is required"));
      throw Refusal.invalid(kind, "", causes);
    }
    schema.ifPresent(s -> causes.addAll(s.validate(object, old)));
    causes.addAll(rules.check(kind, object, old));
    if (!causes.isEmpty()) {
      throw Refusal.invalid(kind, name, causes);
    }
  }

  private void admit(Request request, ObjectNode object) {
    if (!request.path().subresource().isEmpty()) {
      return;
    }
    for (var admission : state.admissions()) {
      var review = admission.review(object);
      request.warnings().addAll(review.warnings());
      review
          .denial()
          .ifPresent(why -> {
            throw new Refusal(
                400,
                "",
                "admission webhook %s denied the request: %s"
                    .formatted(Refusal.quoted(admission.webhook()), why),
                Refusal.Details.ABSENT);
          });
    }
  }

  private ObjectNode track(
      Request request,
      Options options,
      Optional<Schema> schema,
      Optional<ObjectNode> live,
      ObjectNode object) {
    return schema
        .map(s -> Ownership.update(live, object, manager(options, request), s, state.now()))
        .orElse(object);
  }

  private static FieldManager manager(Options options, Request request) {
    return new FieldManager(
        options.manager(), request.kind().groupVersion(), request.path().subresource());
  }

  private void namespaceAccepts(Request request, ObjectNode object) {
    if (!request.kind().namespaced()) {
      return;
    }
    var namespace =
        state
            .namespace(request.namespace())
            .orElseThrow(() ->
                new Refusal(
                    404,
                    "NotFound",
                    "namespaces " + Refusal.quoted(request.namespace()) + " not found",
                    Refusal.Details.of(request.namespace(), "", "namespaces")));
    if (namespace.path("metadata").has("deletionTimestamp")) {
      throw Refusal.forbidden(
          request.kind(),
          object.path("metadata").path("name").asText(""),
          "unable to create new content in namespace "
              + request.namespace()
              + " because it is being terminated",
          List.of(
              new Cause(
                  "NamespaceTerminating",
                  "namespace " + request.namespace() + " is being terminated",
                  "metadata.namespace")));
    }
  }

  private Optional<ObjectNode> current(Request request) {
    Key key = state.key(request.kind(), request.namespace(), request.name());
    return state.storage().get(key).map(found -> Versions.fromStored(request.kind(), found));
  }

  private static ObjectNode meta(ObjectNode object) {
    return object.withObjectProperty("metadata");
  }
}

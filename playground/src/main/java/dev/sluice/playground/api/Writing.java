package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
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
  private final Scale scale;

  Writing(State state) {
    this.state = state;
    this.rules = new BuiltInRules(state);
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
    sameName(name, request.name());
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
      throw refusal(e);
    }
    sameType(request, patched, body, options);
    sameName(patched.path("metadata").path("name").asText(""), request.name());
    sameNamespace(request, patched);
    if (schema.isPresent()) {
      schema.get().undecodable(patched).ifPresent(why -> refusePatch(body, why));
      unknown(request, options, schema.get().unknownFields(patched), body);
    }
    return new Written(200, change(request, live, patched, options));
  }

  /// A patch may not make another kind of the object.
  private void sameType(Request request, ObjectNode patched, JsonNode body, Options options) {
    var kind = request.kind();
    var givenKind = patched.path("kind").asText("");
    var givenVersion = patched.path("apiVersion").asText("");
    if (givenKind.equals(kind.kind()) && givenVersion.equals(kind.groupVersion())) {
      return;
    }
    if (!kind.custom()) {
      refusePatch(
          body,
          Schema.builtIn(givenVersion, givenKind)
              .flatMap(other -> other.undecodable(patched))
              .orElse("must be " + kind.groupVersion() + " " + kind.kind()));
    }
    if (options.validation().equals("Warn") && patched.has("spec")) {
      request.warnings().add("unknown field \"spec\"");
    }
    throw Refusal.invalid(
        kind,
        request.name(),
        List.of(
            givenKind.equals(kind.kind())
                ? Cause.invalid(
                    "apiVersion", Refusal.quoted(givenVersion), "must be " + kind.groupVersion())
                : Cause.invalid("kind", Refusal.quoted(givenKind), "must be " + kind.kind())));
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
          sameName(name, request.name());
        }
        sameNamespace(request, merged);
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
      throw refusal(e);
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

  private void refusePatch(JsonNode body, String why) {
    throw new Refusal(
        422,
        "Invalid",
        " \"\" is invalid: patch: Invalid value: " + Refusal.quoted(body.toString()) + ": " + why,
        Refusal.Details.EMPTY.with(
            List.of(Cause.invalid("patch", Refusal.quoted(body.toString()), why))));
  }

  private static Refusal refusal(PatchRefused refused) {
    return switch (refused.why()) {
      case UNREADABLE -> Refusal.badRequest(refused.text());
      case DOES_NOT_APPLY ->
          new Refusal(
              422,
              "Invalid",
              "the server rejected our request due to an error in our request",
              Refusal.Details.EMPTY);
      case INVALID ->
          new Refusal(
              422,
              "Invalid",
              " \"\" is invalid: patch: " + refused.text(),
              Refusal.Details.EMPTY.with(
                  List.of(new Cause("FieldValueInvalid", refused.text(), "patch"))));
      case TOO_LARGE ->
          new Refusal(413, "RequestEntityTooLarge", refused.text(), Refusal.Details.ABSENT);
      case UNTYPED -> Refusal.internal(refused.text());
    };
  }

  /// Reads the body of a POST or PUT and refuses what cannot be this kind.
  private ObjectNode decoded(Request request, Options options, String name) {
    var kind = request.kind();
    var sent = Bodies.object(request.call(), kind);
    var object = sent.object();
    rightKind(request, object, name);
    var schema = state.schema(kind);
    if (schema.isPresent()) {
      schema.get().undecodable(object).ifPresent(why -> refuseDecoding(kind, why));
      var findings = new ArrayList<>(sent.duplicates());
      findings.addAll(schema.get().unknownFields(object));
      strict(request, options, findings);
    } else {
      strict(request, options, sent.duplicates());
    }
    sameNamespace(request, object);
    return object;
  }

  private static void rightKind(Request request, ObjectNode object, String name) {
    var kind = request.kind();
    var givenKind = object.path("kind").asText("");
    var givenVersion = object.path("apiVersion").asText("");
    if (kind.custom()) {
      if (givenKind.isEmpty()) {
        throw Bodies.unrecognized(
            kind,
            "Object 'Kind' is missing in '"
                + new String(request.call().body(), java.nio.charset.StandardCharsets.UTF_8)
                + "'",
            Bodies.shown(request.call().body()));
      }
      if (!givenVersion.equals(kind.groupVersion())) {
        throw Refusal.badRequest(
            "the API version in the data ("
                + givenVersion
                + ") does not match the expected API version ("
                + kind.groupVersion()
                + ")");
      }
      if (!givenKind.equals(kind.kind())) {
        throw Refusal.invalid(
            givenKind,
            kind.group(),
            object.path("metadata").path("name").asText(name),
            List.of(Cause.invalid("kind", Refusal.quoted(givenKind), "must be " + kind.kind())));
      }
      return;
    }
    if (!givenKind.isEmpty() && !givenKind.equals(kind.kind())) {
      throw Refusal.badRequest(
          givenKind
              + " in version "
              + Refusal.quoted(givenVersion.substring(givenVersion.indexOf('/') + 1))
              + " cannot be handled as a "
              + kind.kind()
              + ": converting ("
              + kind.version()
              + "."
              + givenKind
              + ") to ("
              + (kind.group().isEmpty() ? "core" : kind.group())
              + "."
              + kind.kind()
              + "): unknown conversion");
    }
    if (!givenVersion.isEmpty() && !givenVersion.equals(kind.groupVersion())) {
      throw Refusal.badRequest(
          kind.kind()
              + " in version "
              + Refusal.quoted(givenVersion.substring(givenVersion.indexOf('/') + 1))
              + " cannot be handled as a "
              + kind.kind()
              + ": no kind "
              + Refusal.quoted(kind.kind())
              + " is registered for version "
              + Refusal.quoted(givenVersion)
              + " in scheme \"pkg/runtime/scheme.go:110\"");
    }
    object.put("kind", kind.kind()).put("apiVersion", kind.groupVersion());
  }

  private static void refuseDecoding(ResourceKind kind, String why) {
    throw Refusal.badRequest(
        kind.kind()
            + " in version "
            + Refusal.quoted(kind.version())
            + " cannot be handled as a "
            + kind.kind()
            + ": "
            + why);
  }

  private static void strict(Request request, Options options, List<String> findings) {
    if (findings.isEmpty()) {
      return;
    }
    switch (options.validation()) {
      case "Strict" ->
          refuseDecoding(request.kind(), "strict decoding error: " + String.join(", ", findings));
      case "Warn" -> request.warnings().addAll(findings);
      default -> {}
    }
  }

  private void unknown(Request request, Options options, List<String> findings, JsonNode body) {
    if (findings.isEmpty()) {
      return;
    }
    if (options.validation().equals("Strict")) {
      refusePatch(body, "strict decoding error: " + String.join(", ", findings));
    }
    if (options.validation().equals("Warn")) {
      request.warnings().addAll(findings);
    }
  }

  private static void sameName(String given, String url) {
    if (!given.equals(url)) {
      throw Refusal.badRequest(
          "the name of the object ("
              + given
              + ") does not match the name on the URL ("
              + url
              + ")");
    }
  }

  private static void sameNamespace(Request request, ObjectNode object) {
    if (!request.kind().namespaced()) {
      meta(object).remove("namespace");
      return;
    }
    var given = object.path("metadata").path("namespace").asText("");
    if (!given.isEmpty() && !given.equals(request.namespace())) {
      throw Refusal.badRequest(
          "the namespace of the provided object does not match the namespace sent on the request");
    }
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
      warnOfFinalizers(request, meta);
    }
    rules.prepare(kind, object, Optional.empty());
    var complete = schema.map(s -> s.withDefaults(object)).orElse(object);
    rules.complete(kind, complete, Optional.empty());
    check(kind, schema, complete, Optional.empty());
    var name = complete.path("metadata").path("name").asText();
    var key = state.key(kind, request.namespace(), name);
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
    var object = throughSubresource(request, live, wanted);
    keepSystemFields(kind, live, object);
    rules.prepare(kind, object, Optional.of(live));
    var complete = schema.map(s -> s.withDefaults(object)).orElse(object);
    rules.complete(kind, complete, Optional.of(live));
    if (!request.path().subresource().equals("status")) {
      raiseGeneration(kind, live, complete);
    }
    check(kind, schema, complete, Optional.of(live));
    var tracked = owned ? complete : track(request, options, schema, Optional.of(live), complete);
    var ordered = schema.map(s -> s.inOrder(tracked)).orElse(tracked);
    if (sameContent(live, ordered)) {
      return live;
    }
    if (options.dryRun()) {
      return ordered;
    }
    var key = state.key(kind, request.namespace(), request.name());
    var stored = Versions.toStored(kind, ordered);
    if (finallyGone(stored)) {
      state.storage().remove(key, stored);
      return ordered;
    }
    return Versions.fromStored(kind, state.storage().put(key, stored, Storage.versionOf(live)));
  }

  private static void warnOfFinalizers(Request request, ObjectNode meta) {
    for (var finalizer : meta.path("finalizers")) {
      if (!finalizer.asText().contains("/")
          && !List.of(Deleting.FOREGROUND, Deleting.ORPHAN).contains(finalizer.asText())) {
        request
            .warnings()
            .add(
                "metadata.finalizers: "
                    + Refusal.quoted(finalizer.asText())
                    + ": prefer a domain-qualified finalizer name to avoid accidental conflicts with"
                    + " other finalizer writers");
      }
    }
  }

  /// What is left of what was sent. An applied null is not dropped as others are: the applier owns
  /// it, and hears when the field takes none.
  private static ObjectNode kept(
      ResourceKind kind, Optional<Schema> schema, ObjectNode sent, boolean applied) {
    return applied && kind.custom()
        ? sent.deepCopy()
        : schema.map(s -> s.prune(sent)).orElseGet(sent::deepCopy);
  }

  /// An object that is being deleted goes with its last finalizer.
  private static boolean finallyGone(ObjectNode object) {
    var meta = object.path("metadata");
    return meta.has("deletionTimestamp")
        && meta.path("finalizers").isEmpty()
        && object.path("spec").path("finalizers").isEmpty()
        && meta.path("deletionGracePeriodSeconds").asInt(0) == 0;
  }

  /// Which part of what was sent counts: all but the status, or the status alone.
  private static ObjectNode throughSubresource(
      Request request, ObjectNode live, ObjectNode wanted) {
    var kind = request.kind();
    var path = request.path().subresource();
    if (path.equals("status")) {
      var object = live.deepCopy();
      replace(object, "status", wanted.path("status"));
      if (!kind.custom()) {
        replace(meta(object), "annotations", wanted.path("metadata").path("annotations"));
      }
      keepOwnership(object, wanted);
      return object;
    }
    if (path.equals("finalize")) {
      var object = live.deepCopy();
      replace(object, "spec", wanted.path("spec"));
      return object;
    }
    if (kind.has("status")) {
      replace(wanted, "status", live.path("status"));
    }
    return wanted;
  }

  private static void keepOwnership(ObjectNode object, ObjectNode wanted) {
    var managed = wanted.path("metadata").path("managedFields");
    if (!managed.isMissingNode()) {
      meta(object).set("managedFields", managed);
    }
  }

  private static void replace(ObjectNode object, String field, JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      object.remove(field);
    } else {
      object.set(field, value);
    }
  }

  private static void keepSystemFields(ResourceKind kind, ObjectNode live, ObjectNode object) {
    var meta = meta(object);
    var before = live.path("metadata");
    for (var ours : List.of("creationTimestamp", "selfLink", "resourceVersion", "generation")) {
      if (ours.equals("generation") && kind.generation() == ResourceKind.Generation.NONE) {
        continue;
      }
      replace(meta, ours, before.path(ours));
    }
    for (var unlessGiven :
        List.of("uid", "namespace", "deletionTimestamp", "deletionGracePeriodSeconds")) {
      if (meta.path(unlessGiven).isMissingNode() || meta.path(unlessGiven).isNull()) {
        replace(meta, unlessGiven, before.path(unlessGiven));
      }
    }
  }

  private static void raiseGeneration(ResourceKind kind, ObjectNode live, ObjectNode object) {
    if (kind.generation() == ResourceKind.Generation.NONE) {
      return;
    }
    var annotations =
        kind.generation() == ResourceKind.Generation.SPEC_AND_ANNOTATIONS
            && !live.path("metadata")
                .path("annotations")
                .equals(object.path("metadata").path("annotations"));
    if (annotations || !spec(kind, live).equals(spec(kind, object))) {
      meta(object).put("generation", live.path("metadata").path("generation").asLong(0) + 1);
    }
  }

  private static ObjectNode spec(ResourceKind kind, ObjectNode object) {
    var spec = JsonNodeFactory.instance.objectNode();
    spec.setAll(object);
    spec.remove(List.of("apiVersion", "kind", "metadata"));
    if (!kind.custom() || kind.has("status")) {
      spec.remove("status");
    }
    return spec;
  }

  private void check(
      ResourceKind kind, Optional<Schema> schema, ObjectNode object, Optional<ObjectNode> old) {
    var causes = new ArrayList<Cause>();
    var name = object.path("metadata").path("name").asText("");
    if (name.isEmpty()) {
      causes.add(Cause.required("metadata.name", "name or generateName is required"));
      throw Refusal.invalid(kind, "", causes);
    }
    deletionTime(object, old, causes);
    schema.ifPresent(s -> causes.addAll(s.validate(object, old)));
    causes.addAll(rules.check(kind, object, old));
    if (!causes.isEmpty()) {
      throw Refusal.invalid(kind, name, causes);
    }
  }

  /// Only a DELETE says when an object was deleted.
  private static void deletionTime(
      ObjectNode object, Optional<ObjectNode> old, List<Cause> causes) {
    var time = object.at("/metadata/deletionTimestamp").asText("");
    if (old.isEmpty() || time.equals(old.get().at("/metadata/deletionTimestamp").asText(""))) {
      return;
    }
    var shown = time.replace("T", " ").replace("Z", " +0000 UTC");
    causes.add(Cause.invalid("metadata.deletionTimestamp", shown, "field is immutable"));
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

  /// Whether nothing but the time of an ownership entry would change.
  private static boolean sameContent(ObjectNode live, ObjectNode object) {
    if (live.equals(object)) {
      return true;
    }
    return timeless(live).equals(timeless(object));
  }

  private static ObjectNode timeless(ObjectNode object) {
    var copy = object.deepCopy();
    for (var entry : copy.path("metadata").path("managedFields")) {
      if (entry instanceof ObjectNode fields) {
        fields.remove("time");
      }
    }
    return copy;
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

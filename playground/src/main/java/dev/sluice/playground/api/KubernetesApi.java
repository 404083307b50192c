package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.store.Key;
import dev.sluice.playground.store.NotWritten;
import dev.sluice.playground.store.Storage;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// A Kubernetes API server of version 1.33. Every call is answered whole under one lock. What
/// follows from it (garbage, namespaces) is done before the answer or by [#step], as the [Pace]
/// says, so that nothing runs behind the caller's back and a seeded run is repeatable.
public final class KubernetesApi implements ApiServer {

  /// The version that an empty cluster has.
  public static final long FIRST_VERSION = 1000;

  /// How many changes of each kind a watch may have missed.
  public static final int KEPT_CHANGES = 10_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final State state;
  private final Reading reading;
  private final Writing writing;
  private final Deleting deleting;
  private final Garbage garbage;
  private final Optional<Upkeep> upkeep;
  private final Pace pace;
  private final Watches watches;
  private final Reviews reviews;
  private final Doorkeeper doorkeeper;
  private final About about;

  /// A server in memory with the namespaces that every cluster has.
  ///
  /// @param random for uids, name suffixes and addresses; the same seed gives the same ones
  /// @param users who may call
  public KubernetesApi(InstantSource clock, RandomGenerator random, Users users) {
    this(clock, random, users, new Storage(FIRST_VERSION, KEPT_CHANGES));
  }

  /// A server of the objects that are in the storage already, and the namespaces that every cluster
  /// has.
  ///
  /// @param storage nobody else may write to it
  public KubernetesApi(InstantSource clock, RandomGenerator random, Users users, Storage storage) {
    this(clock, random, users, storage, Pace.AT_ONCE);
  }

  /// A server of the objects that are in the storage already, and what every cluster has.
  ///
  /// @param storage nobody else may write to it
  /// @param pace like a cluster, if somebody calls [#step]
  public KubernetesApi(
      InstantSource clock, RandomGenerator random, Users users, Storage storage, Pace pace) {
    this(clock, random, users, storage, pace, Kinds.builtIn());
  }

  /// The same with other built-in kinds.
  KubernetesApi(
      InstantSource clock,
      RandomGenerator random,
      Users users,
      Storage storage,
      Pace pace,
      Kinds builtIn) {
    this.pace = pace;
    this.state = new State(storage, clock, random, builtIn);
    this.doorkeeper = new Doorkeeper(state, users);
    var quotas = new Quotas(storage);
    this.reading = new Reading(state);
    this.writing = new Writing(state, doorkeeper, quotas);
    this.deleting = new Deleting(state, reading);
    this.garbage = new Garbage(state, deleting, pace);
    this.watches = new Watches(state, reading);
    this.reviews = new Reviews(state, doorkeeper);
    this.about = new About(state);
    for (var name : List.of("default", "kube-system", "kube-public", "kube-node-lease")) {
      if (state.namespace(name).isPresent()) {
        continue;
      }
      var namespace = JsonNodeFactory.instance.objectNode();
      namespace.put("kind", "Namespace").put("apiVersion", "v1");
      var meta = namespace.putObject("metadata");
      meta.put("name", name)
          .put("uid", state.uid())
          .put("resourceVersion", "0")
          .put("creationTimestamp", state.timestamp());
      meta.putObject("labels").put("kubernetes.io/metadata.name", name);
      namespace.putObject("spec").putArray("finalizers").add("kubernetes");
      namespace.putObject("status").put("phase", "Active");
      storage.put(new Key(State.NAMESPACES, "", name), namespace, 0);
    }
    this.upkeep =
        pace == Pace.LIKE_A_CLUSTER
            ? Optional.of(new Upkeep(state, quotas, pace))
            : Optional.empty();
    upkeep.ifPresent(Upkeep::begin);
    garbage.settle();
  }

  /// From now on this webhook is asked, too, before an object is stored.
  public void consult(Admission admission) {
    locked(() -> state.admissions().add(admission));
  }

  /// Does what a cluster does by itself and is due: garbage, the ends of namespaces and
  /// definitions, accounts of namespaces, roles made of others, the counts of quotas. Every call
  /// begins with it.
  ///
  /// @return when there is something to do again, if nobody calls until then
  public Optional<Instant> step() {
    lock.lock();
    try {
      if (pace == Pace.AT_ONCE) {
        return Optional.empty();
      }
      var later = garbage.settle();
      var next = upkeep.flatMap(Upkeep::settle);
      return later.isEmpty() || next.map(at -> at.isBefore(later.get())).orElse(false)
          ? next
          : later;
    } catch (NotWritten e) {
      // What could not be done is due again soon; the caller is not to end for it.
      return Optional.of(state.now().plusSeconds(1));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Answer handle(Call call) {
    lock.lock();
    try {
      step();
      var answer = route(call);
      if (pace == Pace.AT_ONCE) {
        garbage.settle();
      }
      return answer;
    } catch (Refusal refusal) {
      return refused(refusal);
    } catch (NotWritten e) {
      return refused(Refusal.internal(String.valueOf(e.getMessage())));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Watching watch(Call call, Consumer<ObjectNode> frames) {
    lock.lock();
    try {
      step();
      var path = RequestPath.parse(call.path()).orElseThrow(() -> plainNotFound(call));
      var kind = kind(path);
      var caller = doorkeeper.admit(call, path, kind, "watch");
      if (!kind.allows("watch")) {
        throw Refusal.method();
      }
      var request = Request.of(call, path, kind, caller);
      var media = Media.ofResource(call);
      var tables = new Tables(state);
      var one = watches.start(request, Tables.shape(media), tables.frames(request, media), frames);
      return new Watching() {
        @Override
        public void bookmark() {
          locked(one::bookmark);
        }

        @Override
        public String contentType() {
          return media.encoding().type();
        }

        @Override
        public void close() {
          locked(one::end);
        }
      };
    } catch (Refusal refusal) {
      throw new CallRefused(refused(refusal));
    } finally {
      lock.unlock();
    }
  }

  private void locked(Runnable action) {
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }

  private Answer route(Call call) {
    var parts = List.of(call.path().replaceAll("^/+|/+$", "").split("/+", -1));
    return switch (parts.getFirst()) {
      case "healthz", "livez", "readyz" -> about.health(call, parts.getFirst());
      case "version" -> about.version(call);
      case "api", "apis" -> {
        var discovery = parts.size() <= (parts.getFirst().equals("api") ? 2 : 3);
        if (discovery) {
          doorkeeper.admitPath(call);
        }
        yield discovery ? about.discovery(call, parts) : resource(call);
      }
      case "openapi" -> {
        doorkeeper.admitPath(call);
        yield about.openApi(call, parts);
      }
      default -> About.NO_PAGE;
    };
  }

  private Answer resource(Call call) {
    var path = RequestPath.parse(call.path()).orElseThrow(() -> plainNotFound(call));
    var kind = kind(path);
    var collection = path.name().isEmpty();
    var caller = doorkeeper.admit(call, path, kind, verb(call, collection));
    var request = Request.of(call, path, kind, caller);
    try {
      return resource(request, collection);
    } catch (Refusal refusal) {
      var answer = refused(refusal, call);
      return new Answer(answer.status(), answer.contentType(), answer.body(), warnings(request));
    }
  }

  private Answer resource(Request request, boolean collection) {
    return switch (request.call().method()) {
      case "GET" -> get(request, collection);
      case "POST" -> post(request, collection);
      case "PUT" -> {
        allowed(request, "update", !collection);
        yield written(request, writing.replace(request));
      }
      case "PATCH" -> {
        if (collection && request.kind().custom()) {
          writing.patchType(request);
        }
        allowed(request, "patch", !collection);
        yield written(request, writing.patch(request));
      }
      case "DELETE" -> delete(request, collection);
      default -> throw Refusal.method();
    };
  }

  private static String verb(Call call, boolean collection) {
    return switch (call.method()) {
      case "POST" -> "create";
      case "PUT" -> "update";
      case "PATCH" -> "patch";
      case "DELETE" -> collection ? "deletecollection" : "delete";
      default -> collection ? "list" : "get";
    };
  }

  private static void allowed(Request request, String verb, boolean rightPath) {
    if (!rightPath || !request.kind().allows(verb)) {
      throw Refusal.method();
    }
  }

  private Answer get(Request request, boolean collection) {
    allowed(request, collection ? "list" : "get", true);
    var media =
        Media.ofResource(
            request.call(), state.schema(request.kind()).isPresent() && !request.kind().custom());
    var tables = new Tables(state);
    if (collection) {
      var found = reading.list(request);
      return answer(request, 200, tables.list(request, media, reading, found), media);
    }
    return answer(request, 200, tables.one(request, media, reading.get(request)), media);
  }

  private Answer post(Request request, boolean collection) {
    if (!collection && request.path().subresource().equals("token")) {
      return written(request, new Writing.Written(201, reviews.tokenRequest(request)));
    }
    if (!request.path().subresource().isEmpty() && request.kind().custom()) {
      throw new Refusal(
          405,
          "MethodNotAllowed",
          "create is not supported on resources of kind "
              + Refusal.quoted(request.kind().qualified()),
          Refusal.Details.of("", request.kind().group(), request.kind().plural()));
    }
    if (request.kind().namespaced() && request.namespace().isEmpty()) {
      throw Refusal.method();
    }
    allowed(request, "create", collection);
    if (reviews.knows(request.kind())) {
      return written(request, new Writing.Written(201, reviews.answer(request)));
    }
    return written(request, writing.create(request));
  }

  private Answer delete(Request request, boolean collection) {
    if (!request.path().subresource().isEmpty()) {
      throw Refusal.method();
    }
    allowed(request, collection ? "deletecollection" : "delete", true);
    var body = collection ? deleting.deleteAll(request) : deleting.delete(request);
    return answer(request, 200, body, Media.ofWrite(request.call()));
  }

  private Answer written(Request request, Writing.Written written) {
    var media = Media.ofWrite(request.call());
    var tables = new Tables(state);
    return answer(request, written.status(), tables.one(request, media, written.object()), media);
  }

  private static Answer answer(Request request, int status, JsonNode body, Media media) {
    var pretty =
        request
            .call()
            .parameter("pretty")
            .map(v -> !v.equals("false") && !v.equals("0"))
            .orElse(false);
    return new Answer(
        status,
        media.encoding().type(),
        Bodies.write(body, media.encoding(), pretty),
        warnings(request));
  }

  private static Map<String, String> warnings(Request request) {
    return request.warnings().isEmpty()
        ? Map.of()
        : Map.of(
            "Warning",
            String.join(
                "\n",
                request.warnings().stream().map(text -> "299 - " + Refusal.quoted(text)).toList()));
  }

  private static Answer refused(Refusal refusal, Call call) {
    return Media.onlyProtobuf(call)
        ? new Answer(
            refusal.code(),
            Media.Encoding.PROTOBUF.type(),
            Bodies.write(refusal.status(), Media.Encoding.PROTOBUF, false),
            Map.of())
        : refused(refusal);
  }

  private static Answer refused(Refusal refusal) {
    if (refusal.plain()) {
      return About.NO_PAGE;
    }
    var pretty = refusal.code() == 406;
    return new Answer(
        refusal.code(),
        "application/json",
        Bodies.write(refusal.status(), Media.Encoding.JSON, pretty),
        Map.of());
  }

  private static Refusal plainNotFound(Call call) {
    return Refusal.noPage(call.path());
  }

  private ResourceKind kind(RequestPath path) {
    var found = state.kinds().find(path.group(), path.version(), path.plural());
    if (found.isEmpty()) {
      var builtIn =
          state.kinds().versions(path.group()).stream()
              .anyMatch(v -> state.kinds().of(path.group(), v).stream().anyMatch(k -> !k.custom()));
      throw builtIn ? Refusal.unknownResource() : Refusal.noPage(path.plural());
    }
    var kind = found.get();
    var named = !path.name().isEmpty();
    if (!kind.namespaced() && !path.namespace().isEmpty()) {
      throw kind.custom() ? Refusal.noPage(path.plural()) : Refusal.unknownResource();
    }
    if (kind.namespaced() && path.namespace().isEmpty() && named) {
      throw Refusal.unknownResource();
    }
    if (!path.subresource().isEmpty() && !kind.has(path.subresource())) {
      throw kind.custom() ? Refusal.notFound(kind, path.name()) : Refusal.unknownResource();
    }
    return kind;
  }
}

package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.sample.PodRuntime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs the workload controllers against an API server: on a thread of its own and the clock of the
/// wall ([#start]), or step by step on whatever clock the caller keeps ([#run], [#nextDue]).
///
/// What to do is decided by the plans, each a function of the objects; this class only keeps the
/// objects, knows whom to look at again, and carries the actions out. A conflict is normal: the
/// object is looked at again.
public final class Workloads implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Workloads.class);
  private static final List<Resource> WATCHED =
      List.of(
          Resource.NODE,
          Resource.DEPLOYMENT,
          Resource.REPLICA_SET,
          Resource.DAEMON_SET,
          Resource.STATEFUL_SET,
          Resource.JOB,
          Resource.AUTOSCALER,
          Resource.CONTROLLER_REVISION,
          Resource.POD,
          Resource.SERVICE,
          Resource.ENDPOINTS,
          Resource.ENDPOINT_SLICE);
  private static final Duration AFTER_CONFLICT = Duration.ofMillis(100);
  private static final Duration AFTER_REFUSAL = Duration.ofSeconds(5);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

  private final ApiClient api;
  private final PodRuntime runtime;
  private final Recorder events;
  private final Cache cache = new Cache();
  private final DueKeys due = new DueKeys();
  private final Concerns concerns = new Concerns(cache, due);
  private final Remembered remembered = new Remembered();
  private final Plans plans;
  private final Map<Key, String> apps = new TreeMap<>();
  private final PriorityQueue<Lingering> lingering =
      new PriorityQueue<>(Comparator.comparing(Lingering::until).thenComparing(Lingering::uid));
  private final Map<Resource, AutoCloseable> watches = new EnumMap<>(Resource.class);
  private final Queue<Frame> inbox = new ConcurrentLinkedQueue<>();
  private final Semaphore news = new Semaphore(0);
  private Optional<Thread> thread = Optional.empty();
  private volatile boolean closed;

  private record Frame(Resource resource, ObjectNode frame) {}

  /// An app whose pod is gone already, as it was deleted without grace.
  private record Lingering(Instant until, String uid) {}

  /// @param random names and event serials come from here; a seeded one makes runs repeatable
  public Workloads(ApiServer server, PodRuntime runtime, RandomGenerator random) {
    this.api = new ApiClient(server);
    this.events = new Recorder(api);
    this.plans = new Plans(cache, runtime, remembered, random);
    this.runtime = runtime;
  }

  /// Makes the nodes that are not there and begins to watch. Call once, before [#run].
  public void begin(Instant now) {
    for (var node : Nodes.all(now)) {
      var made = api.create(Resource.NODE, node);
      if (made.done()) {
        var status = made.body().deepCopy();
        status.set("status", node.path("status"));
        api.replaceStatus(Resource.NODE, status);
      } else if (made.status() != 409) {
        LOG.atWarn().addKeyValue("why", made.message()).log("cannot make a node");
      }
    }
    WATCHED.forEach(this::watch);
  }

  /// Begins, and goes on in a thread of its own until [#close].
  public void start(InstantSource clock) {
    begin(clock.instant());
    thread = Optional.of(Thread.ofPlatform().daemon().name("workloads").start(() -> runOn(clock)));
  }

  private void runOn(InstantSource clock) {
    while (!closed) {
      run(clock.instant());
      try {
        var wait =
            nextDue()
                .map(at -> Duration.between(clock.instant(), at).toMillis() + 1)
                .orElse(Duration.ofMinutes(1).toMillis());
        if (wait > 0 && news.tryAcquire(wait, TimeUnit.MILLISECONDS)) {
          news.drainPermits();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /// The earliest time at which [#run] has something to do; empty when only news could bring it.
  public Optional<Instant> nextDue() {
    if (!inbox.isEmpty()) {
      return Optional.of(Instant.EPOCH);
    }
    var linger = Optional.ofNullable(lingering.peek()).map(Lingering::until);
    var look = due.nextDue();
    if (linger.isEmpty() || look.isEmpty()) {
      return linger.or(() -> look);
    }
    return linger.get().isBefore(look.get()) ? linger : look;
  }

  /// Does everything that is due, and what follows from it at once.
  public void run(Instant now) {
    while (true) {
      for (var frame = inbox.poll(); frame != null; frame = inbox.poll()) {
        take(frame, now);
      }
      while (!lingering.isEmpty() && !lingering.peek().until().isAfter(now)) {
        runtime.stop(lingering.remove().uid());
      }
      var key = due.take(now);
      if (key.isEmpty() || closed) {
        return;
      }
      look(key.get(), now);
    }
  }

  private void watch(Resource resource) {
    watches.put(
        resource,
        api.watch(
            resource,
            frame -> {
              inbox.add(new Frame(resource, frame));
              news.release();
            }));
  }

  private void take(Frame frame, Instant now) {
    var resource = frame.resource();
    var type = frame.frame().path("type").asText();
    if (type.equals("ERROR")) {
      LOG.atWarn().addKeyValue("kind", resource.kind()).log("a watch broke off; watching anew");
      close(resource);
      cache.clear(resource).forEach(key -> due.add(key, now));
      watch(resource);
      return;
    }
    if (!(frame.frame().path("object") instanceof ObjectNode object) || type.equals("BOOKMARK")) {
      return;
    }
    if (type.equals("DELETED")) {
      concerns.of(resource, object, now);
      cache.remove(resource, object);
      concerns.of(resource, object, now);
    } else {
      cache.get(Key.of(resource, object)).ifPresent(old -> concerns.of(resource, old, now));
      if (cache.put(resource, object)) {
        concerns.of(resource, object, now);
      }
    }
  }

  private void look(Key key, Instant now) {
    var object = cache.get(key);
    if (object.isEmpty()) {
      gone(key, now);
      return;
    }
    try {
      var plan = plans.of(key, object.get(), now);
      plan.lookAgain().ifPresent(at -> due.add(key, at));
      for (var action : plan.actions()) {
        if (!carryOut(key, action, now)) {
          return;
        }
      }
    } catch (RuntimeException e) {
      LOG.atWarn().addKeyValue("object", key).setCause(e).log("cannot look after an object");
      due.add(key, now.plus(AFTER_FAILURE));
    }
  }

  private void gone(Key key, Instant now) {
    remembered.refusals.remove(key);
    remembered.autoscalers.remove(key);
    if (key.resource() == Resource.SERVICE) {
      cache
          .get(new Key(Resource.ENDPOINTS, key.namespace(), key.name()))
          .filter(ServicePlan::ours)
          .ifPresent(endpoints ->
              carryOut(
                  key, new Action.Delete(Resource.ENDPOINTS, endpoints, Optional.empty()), now));
    }
    var app = apps.remove(key);
    if (app != null) {
      remembered.stopping.remove(app);
      lingering.add(new Lingering(now.plus(PodPlan.DRAIN), app));
    }
  }

  /// @return whether the plan may go on
  private boolean carryOut(Key key, Action action, Instant now) {
    return switch (action) {
      case Action.RunApp(var pod) -> {
        var before = apps.put(key, pod.uid());
        if (before != null && !before.equals(pod.uid())) {
          runtime.stop(before);
        }
        runtime.run(pod);
        yield true;
      }
      case Action.EndApp(var uid) -> {
        remembered.stopping.add(uid);
        yield true;
      }
      case Action.StopApp(var uid) -> {
        remembered.stopping.remove(uid);
        apps.remove(key, uid);
        runtime.stop(uid);
        yield true;
      }
      case Action.Create(var resource, var object) -> {
        if (resource == Resource.EVENT) {
          events.write(object, now);
          yield true;
        }
        var made = api.create(resource, object);
        if (resource == Resource.POD && made.refused()) {
          refuse(key, made.message(), now);
          yield false;
        }
        if (resource == Resource.POD && made.done() && remembered.refusals.remove(key) != null) {
          due.add(key, now);
        }
        if (resource == Resource.REPLICA_SET && made.exists()) {
          cache.get(key).ifPresent(owner -> carryOut(key, collided(key.resource(), owner), now));
          yield false;
        }
        yield accept(key, resource, made, now);
      }
      case Action.Scale(var resource, var object, var replicas) ->
          scaled(key, api.scale(resource, object, replicas), now);
      case Action.Replace(var resource, var object) ->
          accept(key, resource, api.replace(resource, object), now);
      case Action.ReplaceStatus(var resource, var object) ->
          accept(key, resource, api.replaceStatus(resource, object), now);
      case Action.Delete delete -> {
        var answer = api.delete(delete);
        if (answer.done() && !answer.body().path("metadata").has("deletionTimestamp")) {
          concerns.of(delete.resource(), delete.object(), now);
          cache.forget(delete.resource(), delete.object());
          yield true;
        }
        yield answer.status() == 404 || accept(key, delete.resource(), answer, now);
      }
    };
  }

  /// When an object of somebody else has the name that the next one should get: the next try hashes
  /// this count in.
  private static Action collided(Resource resource, ObjectNode owner) {
    var changed = owner.deepCopy();
    var status = changed.withObject("/status");
    status.put("collisionCount", status.path("collisionCount").asInt() + 1);
    return new Action.ReplaceStatus(resource, changed);
  }

  private void refuse(Key key, String why, Instant now) {
    due.add(key, now.plus(AFTER_REFUSAL));
    cache
        .get(key)
        .ifPresent(owner -> carryOut(key, Events.refused(key.resource(), owner, why, now), now));
    // The first reason stays in status, as with the real one: each names a pod of its own.
    if (remembered.refusals.putIfAbsent(key, why) == null) {
      due.add(key, now);
    }
  }

  /// What comes back is a Scale, which the cache has no use for; the watch will tell.
  private boolean scaled(Key key, ApiClient.Result result, Instant now) {
    if (!result.done()) {
      LOG.atWarn()
          .addKeyValue("object", key)
          .addKeyValue("why", result.message())
          .log("an autoscaler could not scale");
      due.add(key, now.plus(AutoscalerPlan.INTERVAL));
    }
    return result.done();
  }

  private boolean accept(Key key, Resource resource, ApiClient.Result result, Instant now) {
    if (result.done()) {
      if (cache.put(resource, result.body())) {
        concerns.of(resource, result.body(), now);
      }
      return true;
    }
    if (result.status() != 409 && result.status() != 404) {
      LOG.atWarn()
          .addKeyValue("object", key)
          .addKeyValue("status", result.status())
          .addKeyValue("why", result.message())
          .log("a write was refused");
    }
    due.add(key, now.plus(result.status() == 409 ? AFTER_CONFLICT : AFTER_FAILURE));
    return false;
  }

  private void close(Resource resource) {
    var watch = watches.remove(resource);
    if (watch != null) {
      try {
        watch.close();
      } catch (Exception e) {
        LOG.atDebug().setCause(e).log("closing a watch failed");
      }
    }
  }

  /// Ends the watches and the thread; apps go on until their runtime is closed.
  @Override
  public void close() {
    closed = true;
    news.release();
    WATCHED.forEach(this::close);
    thread.ifPresent(running -> {
      try {
        running.join(Duration.ofSeconds(5));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
  }
}

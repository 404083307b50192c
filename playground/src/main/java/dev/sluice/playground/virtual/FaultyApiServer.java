package dev.sluice.playground.virtual;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.api.Answer;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// The API server as seen over a bad line. An answer that never comes is told as 503 or 504, which
/// is what a client makes of it: it cannot know whether the call was carried out.
public final class FaultyApiServer implements ApiServer {
  private final ApiServer server;
  private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
  private volatile Fault.Source faults = Fault.Source.NEVER;

  private volatile boolean holding;

  /// @param held frames on their way, while they are held up
  private record Watcher(
      AtomicReference<AutoCloseable> watch, Consumer<ObjectNode> frames, Queue<ObjectNode> held) {

    void close() throws Exception {
      var open = watch.get();
      if (open != null) {
        open.close();
      }
    }
  }

  public FaultyApiServer(ApiServer server) {
    this.server = server;
  }

  /// From now on these faults happen.
  public void inject(Fault.Source source) {
    faults = source;
  }

  /// @throws Crash where the caller dies
  @Override
  public Answer handle(Call call) {
    return switch (faults.at(call)) {
      case NONE -> server.handle(call);
      case REFUSED -> status(503, "ServiceUnavailable", "connection refused");
      case TIMEOUT -> status(504, "Timeout", "no answer in time");
      case LOST_ANSWER -> {
        server.handle(call);
        yield status(504, "Timeout", "no answer in time");
      }
      case CONFLICT ->
          status(409, "Conflict", "the object has been modified; please apply your changes again");
      case GONE -> status(410, "Expired", "too old resource version");
      case DENIED -> status(403, "Forbidden", "admission webhook denied the request");
      case SERVER_ERROR -> status(500, "InternalError", "the server failed");
      case CRASH_BEFORE -> throw new Crash("before " + call.method() + " " + call.path());
      case CRASH_AFTER -> {
        server.handle(call);
        throw new Crash("after " + call.method() + " " + call.path());
      }
    };
  }

  @Override
  public AutoCloseable watch(Call call, Consumer<ObjectNode> frames) {
    var watcher =
        new Watcher(new AtomicReference<>(), frames, new ConcurrentLinkedQueue<ObjectNode>());
    watchers.add(watcher);
    // The state at the beginning is part of the answer; what comes later may be held up.
    watcher
        .watch()
        .set(
            server.watch(
                call,
                frame -> {
                  if (holding && watcher.watch().get() != null) {
                    watcher.held().add(frame);
                  } else {
                    frames.accept(frame);
                  }
                }));
    return () -> {
      watchers.remove(watcher);
      watcher.close();
    };
  }

  /// From now on what the watches would tell is held up until [#deliver].
  public void holdNews() {
    holding = true;
  }

  /// Lets some of what was held up through: of each watch the oldest, of one watch more than of
  /// another, since two watches keep no common order.
  public void deliver(RandomGenerator random) {
    for (var watcher : watchers) {
      deliver(watcher, random.nextInt(watcher.held().size() + 1));
    }
  }

  /// Lets everything through, and from now on at once.
  public void deliverAll() {
    holding = false;
    watchers.forEach(watcher -> deliver(watcher, watcher.held().size()));
  }

  private static void deliver(Watcher watcher, int most) {
    for (int i = 0; i < most; i++) {
      var frame = watcher.held().poll();
      if (frame != null) {
        watcher.frames().accept(frame);
      }
    }
  }

  /// Ends every watch with the news that it is too far behind; what was held up is lost.
  public void breakWatches() throws Exception {
    for (var watcher : List.copyOf(watchers)) {
      watchers.remove(watcher);
      watcher.close();
      var frame = JsonNodeFactory.instance.objectNode().put("type", "ERROR");
      frame.set("object", body(410, "Expired", "too old resource version"));
      watcher.frames().accept(frame);
    }
  }

  /// Ends every watch without a word, as when the client dies.
  public void forgetWatches() throws Exception {
    for (var watcher : List.copyOf(watchers)) {
      watchers.remove(watcher);
      watcher.close();
    }
  }

  private static Answer status(int code, String reason, String message) {
    var bytes = body(code, reason, message).toString().getBytes(StandardCharsets.UTF_8);
    return new Answer(code, "application/json", bytes, Map.of());
  }

  private static ObjectNode body(int code, String reason, String message) {
    var status =
        JsonNodeFactory.instance.objectNode().put("kind", "Status").put("apiVersion", "v1");
    status.putObject("metadata");
    return status
        .put("status", "Failure")
        .put("message", message)
        .put("reason", reason)
        .put("code", code);
  }
}

package dev.sluice.playground.virtual;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.api.Answer;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// The API server as seen over a bad line. An answer that never comes is told as 503 or 504, which
/// is what a client makes of it: it cannot know whether the call was carried out.
public final class FaultyApiServer implements ApiServer {
  private final ApiServer server;
  private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
  private volatile Fault.Source faults = Fault.Source.NEVER;

  private record Watcher(AutoCloseable watch, Consumer<ObjectNode> frames) {}

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
    var watch = server.watch(call, frames);
    var watcher = new Watcher(watch, frames);
    watchers.add(watcher);
    return () -> {
      watchers.remove(watcher);
      watch.close();
    };
  }

  /// Ends every watch with the news that it is too far behind.
  public void breakWatches() throws Exception {
    for (var watcher : List.copyOf(watchers)) {
      watchers.remove(watcher);
      watcher.watch().close();
      var frame = JsonNodeFactory.instance.objectNode().put("type", "ERROR");
      frame.set("object", body(410, "Expired", "too old resource version"));
      watcher.frames().accept(frame);
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

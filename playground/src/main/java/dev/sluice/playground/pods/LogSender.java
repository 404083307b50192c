package dev.sluice.playground.pods;

import dev.sluice.playground.sample.AppLog;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/// Sends a log as one chunked answer; follows it to its end if that is asked for. It takes lines
/// only as fast as the reader does: who is too slow for the log's memory misses lines.
final class LogSender {
  private static final int AT_ONCE = 200;

  private final Context context;
  private final HttpServerResponse response;
  private final AppLog log;
  private final LogOptions options;
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private Runnable unlisten = () -> {};
  private long next;
  private long sent;
  private boolean over;

  LogSender(Context context, HttpServerRequest request, AppLog log, LogOptions options) {
    this.context = context;
    this.response = request.response();
    this.log = log;
    this.options = options;
  }

  /// Call on the context's thread.
  void begin() {
    response.setChunked(true).setStatusCode(200);
    response.putHeader("Content-Type", "text/plain");
    response.putHeader("Cache-Control", "no-cache, private");
    response.drainHandler(_ -> flush());
    response.closeHandler(_ -> end());
    response.exceptionHandler(_ -> end());
    response.writeHead();
    var all = log.lines();
    var first = options.select(all);
    next = all.isEmpty() ? 0 : all.getLast().number() + 1;
    write(first);
    if (!options.follow()) {
      end();
      return;
    }
    unlisten = log.listen(this::news);
    flush();
  }

  private void news() {
    if (scheduled.compareAndSet(false, true)) {
      context.runOnContext(_ -> flush());
    }
  }

  private void flush() {
    scheduled.set(false);
    boolean ended = log.ended();
    while (!over && !response.writeQueueFull()) {
      var lines = log.from(next, AT_ONCE);
      if (lines.isEmpty()) {
        if (ended) {
          end();
        }
        return;
      }
      next = lines.getLast().number() + 1;
      write(lines);
    }
  }

  private void write(List<AppLog.Line> lines) {
    var text = new StringBuilder();
    lines.forEach(line -> text.append(options.shown(line)));
    var bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    int room = (int) Math.min(bytes.length, options.most() - sent);
    if (room > 0) {
      response.write(Buffer.buffer(bytes).slice(0, room));
      sent += room;
    }
    if (sent >= options.most()) {
      end();
    }
  }

  private void end() {
    if (over) {
      return;
    }
    over = true;
    unlisten.run();
    if (!response.ended() && !response.closed()) {
      response.end();
    }
  }
}

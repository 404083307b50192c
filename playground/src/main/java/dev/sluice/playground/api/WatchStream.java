package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Context;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Carries the frames of one watch to its client in order. A client that does not read is cut off
/// when too much waits for it: it resumes from the last version it has seen.
final class WatchStream {

  /// Where frames go. Used on the context's thread only.
  interface Line {
    /// @param drained to be called when there is room again
    /// @param closed to be called when the client is gone
    void open(Runnable drained, Runnable closed);

    void write(byte[] frame);

    boolean full();

    void end();
  }

  private static final int MOST_WAITING_BYTES = 32 * 1024 * 1024;
  private static final long BOOKMARK_SECONDS = 60;

  private final Context context;
  private final long seconds;
  private final FrameBytes frames;
  private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
  private long waitingBytes;
  private boolean failed;
  private boolean scheduled;
  private boolean over;
  private @Nullable Line line;
  private @Nullable Watching watching;

  /// @param seconds after which the watch ends
  /// @param frames shared by all watches of a front
  WatchStream(Context context, long seconds, FrameBytes frames) {
    this.context = context;
    this.seconds = seconds;
    this.frames = frames;
  }

  /// Takes a frame from the server, on any thread; never blocks.
  void frame(ObjectNode frame) {
    var bytes = frames.of(frame);
    synchronized (waiting) {
      if (over || failed) {
        return;
      }
      waiting.add(bytes);
      waitingBytes += bytes.length;
      if (waitingBytes > MOST_WAITING_BYTES) {
        waiting.clear();
        waitingBytes = 0;
        failed = true;
      }
      failed |= frame.path("type").asText().equals("ERROR");
      if (scheduled) {
        return;
      }
      scheduled = true;
    }
    context.runOnContext(_ -> flush());
  }

  /// The client is ready for frames.
  void over(Line to, Watching source) {
    line = to;
    watching = source;
    to.open(this::flush, this::end);
    var vertx = context.owner();
    vertx.setTimer(seconds * 1000, _ -> end());
    vertx.setTimer(Math.max(1, seconds * 1000 - 1000), _ -> bookmark());
    if (seconds > BOOKMARK_SECONDS) {
      vertx.setPeriodic(
          BOOKMARK_SECONDS * 1000,
          timer -> {
            if (over) {
              vertx.cancelTimer(timer);
            } else {
              bookmark();
            }
          });
    }
    flush();
  }

  private void bookmark() {
    var source = watching;
    if (!over && source != null) {
      Thread.ofVirtual().start(source::bookmark);
    }
  }

  private void flush() {
    var to = line;
    if (to == null || over) {
      synchronized (waiting) {
        scheduled = false;
      }
      return;
    }
    while (true) {
      byte[] next;
      boolean last;
      synchronized (waiting) {
        scheduled = false;
        if (to.full() && !failed) {
          return;
        }
        next = waiting.poll();
        last = failed && waiting.isEmpty();
        waitingBytes -= next == null ? 0 : next.length;
      }
      if (next == null) {
        if (last) {
          end();
        }
        return;
      }
      to.write(next);
    }
  }

  private void end() {
    synchronized (waiting) {
      if (over) {
        return;
      }
      over = true;
      waiting.clear();
    }
    var to = line;
    var source = watching;
    if (to != null) {
      to.end();
    }
    if (source != null) {
      Thread.ofVirtual().start(source::close);
    }
  }
}

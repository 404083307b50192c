package dev.sluice.playground.network;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/// The body of a request on its way: every chunk goes to the present try as it comes in, no faster
/// than that try takes it. What has gone by is kept up to a limit, so that a later try can begin
/// where the first one did; a longer body can be sent only once. Lives on the event loop of the
/// caller's connection.
final class RequestBody {
  /// As Envoy keeps by default.
  static final int MOST_KEPT = 1024 * 1024;

  private final HttpServerRequest request;
  private final boolean announced;
  private final Buffer kept = Buffer.buffer();
  private boolean keeps;
  private boolean ended;
  private long received;
  private long sent;
  private @Nullable HttpClientRequest sink;
  private @Nullable Runnable onWhole;
  private @Nullable Runnable onEnd;

  private RequestBody(HttpServerRequest request, boolean announced, boolean keeps) {
    this.request = request;
    this.announced = announced;
    this.keeps = keeps;
    this.ended = !announced;
  }

  /// Nothing is read before the first try asks for it.
  ///
  /// @param keep false when nothing will ask for the body again
  static RequestBody of(HttpServerRequest request, boolean keep) {
    var length = request.getHeader("content-length");
    // HTTP/2 says by its frames whether there is a body.
    var streams =
        request.version() == HttpVersion.HTTP_2
            ? !request.isEnded() && length == null
            : request.getHeader("transfer-encoding") != null;
    var announced = streams || (length != null && !length.strip().equals("0"));
    var body = new RequestBody(request, announced, keep);
    if (announced) {
      request.pause();
      request.handler(body::arrived);
      request.endHandler(_ -> body.end());
    }
    return body;
  }

  /// Calls once the whole body has been kept; never, when it is too long for that.
  void whenWhole(Runnable action) {
    if (ended && repeatable()) {
      action.run();
    } else {
      onWhole = action;
    }
  }

  /// Calls once the caller has said everything.
  void whenEnded(Runnable action) {
    if (ended) {
      action.run();
    } else {
      onEnd = action;
    }
  }

  /// Whether what was sent can be sent again.
  boolean repeatable() {
    return !announced || keeps;
  }

  Buffer kept() {
    return kept;
  }

  /// Bytes that went out with the last try.
  long sent() {
    return sent;
  }

  /// Bytes that came from the caller.
  long received() {
    return received;
  }

  boolean ended() {
    return ended;
  }

  private void arrived(Buffer chunk) {
    received += chunk.length();
    if (keeps) {
      if (kept.length() + chunk.length() > MOST_KEPT) {
        keeps = false;
        onWhole = null;
      } else {
        kept.appendBuffer(chunk);
      }
    }
    var to = sink;
    if (to != null) {
      pass(to, chunk);
    } else if (!keeps) {
      // Nobody takes it, and nobody could take it later.
      request.pause();
    }
  }

  private void pass(HttpClientRequest to, Buffer chunk) {
    sent += chunk.length();
    to.write(chunk);
    if (to.writeQueueFull()) {
      request.pause();
      to.drainHandler(_ -> {
        if (to.equals(sink)) {
          request.resume();
        }
      });
    }
  }

  private void end() {
    ended = true;
    if (sink != null) {
      sink.end();
    }
    if (onEnd != null) {
      onEnd.run();
    }
    if (onWhole != null && repeatable()) {
      onWhole.run();
    }
  }

  /// Sends what there is, and what is to come.
  Future<HttpClientResponse> sendTo(HttpClientRequest outgoing) {
    sent = 0;
    if (!announced) {
      return outgoing.send();
    }
    if (outgoing.headers().get("content-length") == null) {
      outgoing.setChunked(true);
    }
    if (kept.length() > 0) {
      sent = kept.length();
      outgoing.write(kept.copy());
    }
    if (ended) {
      outgoing.end();
    } else {
      sink = outgoing;
      if (kept.length() == 0) {
        // A pod may want to answer before it has seen a body.
        outgoing.sendHead();
      }
      request.resume();
    }
    return outgoing.response();
  }

  /// The try is over; what still comes in waits for the next one, or is dropped.
  void detach() {
    sink = null;
  }

  /// Nobody wants the rest.
  void drop() {
    sink = null;
    onWhole = null;
    onEnd = null;
    if (announced && !ended) {
      request.handler(null);
      request.endHandler(null);
      request.resume();
    }
  }
}

package dev.sluice.playground.network;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerRequest;

/// The body of a request that may have to be sent more than once. It is kept up to a limit; a
/// longer one is sent once, as it comes in, and can then be neither repeated nor copied.
final class RequestBody {
  /// As Envoy keeps by default.
  private static final int MOST_KEPT = 1024 * 1024;

  private final HttpServerRequest request;
  private final Buffer kept;
  private final boolean whole;
  private long sent;

  private RequestBody(HttpServerRequest request, Buffer kept, boolean whole) {
    this.request = request;
    this.kept = kept;
    this.whole = whole;
  }

  /// @param keep false when nothing will ask for the body again
  /// @return fails when the caller goes away
  static Future<RequestBody> read(HttpServerRequest request, boolean keep) {
    if (request.isEnded()) {
      return Future.succeededFuture(new RequestBody(request, Buffer.buffer(), true));
    }
    if (!keep) {
      request.pause();
      return Future.succeededFuture(new RequestBody(request, Buffer.buffer(), false));
    }
    var promise = Promise.<RequestBody>promise();
    var kept = Buffer.buffer();
    request.handler(chunk -> {
      kept.appendBuffer(chunk);
      if (kept.length() > MOST_KEPT) {
        request.pause();
        request.handler(null);
        promise.tryComplete(new RequestBody(request, kept, false));
      }
    });
    request.exceptionHandler(promise::tryFail);
    request.endHandler(_ -> promise.tryComplete(new RequestBody(request, kept, true)));
    return promise.future();
  }

  /// Whether it can be sent again.
  boolean whole() {
    return whole;
  }

  Buffer kept() {
    return kept;
  }

  /// Bytes that went out with the last try.
  long sent() {
    return sent;
  }

  Future<HttpClientResponse> sendTo(HttpClientRequest outgoing) {
    if (whole) {
      sent = kept.length();
      outgoing.headers().remove("content-length");
      return kept.length() == 0 ? outgoing.send() : outgoing.send(kept);
    }
    if (outgoing.headers().get("content-length") == null) {
      outgoing.setChunked(true);
    }
    sent = kept.length();
    if (kept.length() > 0) {
      outgoing.write(kept);
    }
    request.handler(chunk -> {
      sent += chunk.length();
      outgoing.write(chunk);
      if (outgoing.writeQueueFull()) {
        request.pause();
        outgoing.drainHandler(_ -> request.resume());
      }
    });
    request.endHandler(_ -> outgoing.end());
    request.exceptionHandler(_ -> outgoing.reset());
    request.resume();
    return outgoing.response();
  }
}

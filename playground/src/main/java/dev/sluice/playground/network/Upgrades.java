package dev.sluice.playground.network;

import dev.sluice.playground.network.RouteDecision.Forward;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// Requests that ask for another protocol on their connection, such as WebSocket: once the pod has
/// agreed, bytes go both ways, no faster than either side takes them. They are tried once, without
/// time limits and without copies.
final class Upgrades {

  /// Whether the caller asks for a WebSocket; Istio's proxies know no other upgrade.
  static boolean isAsked(HttpServerRequest request) {
    var upgrade = request.getHeader("upgrade");
    var connection = request.getHeader("connection");
    return upgrade != null
        && upgrade.strip().equalsIgnoreCase("websocket")
        && connection != null
        && Names.lower(connection).contains("upgrade");
  }

  void forward(
      Backends backends,
      HttpServerRequest request,
      Caller caller,
      RequestHead head,
      Forward forward) {
    request.pause();
    backends.after(
        forward.delay(), () -> new Crossing(backends, request, caller, head, forward).start());
  }

  /// One of them.
  private static final class Crossing {
    private final Backends backends;
    private final HttpServerRequest request;
    private final Caller caller;
    private final RequestHead head;
    private final Forward forward;
    private final long arrived = System.nanoTime();
    private long sent;
    private long received;
    private boolean over;

    Crossing(
        Backends backends,
        HttpServerRequest request,
        Caller caller,
        RequestHead head,
        Forward forward) {
      this.backends = backends;
      this.request = request;
      this.caller = caller;
      this.head = head;
      this.forward = forward;
    }

    void start() {
      var picked =
          backends
              .balancer()
              .pick(
                  caller,
                  forward,
                  List.of(),
                  backends.clock().instant(),
                  ThreadLocalRandom.current());
      if (picked.isEmpty()) {
        refuse(ProxyAnswers.ejected(forward), null);
        return;
      }
      var pod = picked.get();
      var address = backends.address(pod);
      if (address.isEmpty()) {
        notThere(pod);
        return;
      }
      var asked = forward.attempt(1);
      backends
          .open(address.get(), asked)
          .onComplete((outgoing, _) -> {
            if (outgoing == null) {
              notThere(pod);
              return;
            }
            outgoing.putHeader("connection", "Upgrade").putHeader("upgrade", "websocket");
            outgoing
                .connect()
                .onComplete((answer, _) -> {
                  if (answer == null) {
                    refuse(ProxyAnswers.brokenAtPod(forward, true), pod);
                  } else if (answer.statusCode() == 101) {
                    cross(answer, pod, asked);
                  } else {
                    relay(answer, pod, asked);
                  }
                });
          });
    }

    private void cross(HttpClientResponse answer, Endpoint pod, RequestHead asked) {
      var response = request.response();
      var headers =
          forward.answer().apply(answer.statusCode(), HttpHeads.headers(answer.headers()));
      HttpHeads.put(headers, response.headers());
      response.putHeader("connection", "Upgrade").putHeader("upgrade", "websocket");
      request
          .toNetSocket()
          .onComplete((mine, _) -> {
            var theirs = answer.netSocket();
            if (mine == null) {
              theirs.close();
              ended(pod, asked, 0, "DC");
              return;
            }
            pipe(mine, theirs, true);
            pipe(theirs, mine, false);
            mine.closeHandler(_ -> {
              theirs.close();
              ended(pod, asked, 101, "");
            });
            theirs.closeHandler(_ -> {
              mine.close();
              ended(pod, asked, 101, "");
            });
            mine.exceptionHandler(_ -> theirs.close());
            theirs.exceptionHandler(_ -> mine.close());
            mine.resume();
            theirs.resume();
          });
    }

    private void pipe(NetSocket from, NetSocket to, boolean upstream) {
      from.handler(chunk -> {
        if (upstream) {
          sent += chunk.length();
        } else {
          received += chunk.length();
        }
        to.write(chunk);
        if (to.writeQueueFull()) {
          from.pause();
          to.drainHandler(_ -> from.resume());
        }
      });
    }

    /// The pod does not agree; its answer is one like any other.
    private void relay(HttpClientResponse answer, Endpoint pod, RequestHead asked) {
      var response = request.response().setStatusCode(answer.statusCode());
      HttpHeads.put(
          forward.answer().apply(answer.statusCode(), HttpHeads.headers(answer.headers())),
          response.headers());
      if (answer.getHeader("content-length") == null) {
        response.setChunked(true);
      }
      request.resume();
      answer
          .pipeTo(response)
          .onComplete(
              (_, failure) -> ended(pod, asked, answer.statusCode(), failure == null ? "" : "UC"));
    }

    private void notThere(Endpoint pod) {
      if (backends.sidecarsInPods() && backends.tables().snapshot().hasPod(pod.ip())) {
        backends
            .telemetry()
            .destination(
                backends.tables().snapshot(), caller, pod, forward.attempt(1), end(503, "URX,UF"));
        refuse(ProxyAnswers.brokenAtPod(forward, false), pod);
      } else {
        refuse(ProxyAnswers.refused(forward), pod);
      }
    }

    private void refuse(RouteDecision.Local local, @Nullable Endpoint pod) {
      backends
          .telemetry()
          .source(
              caller,
              head,
              forward.destination(),
              pod,
              false,
              end(local.status(), String.join(",", local.flags())));
      request.resume();
      Backends.write(request, local);
    }

    private void ended(Endpoint pod, RequestHead asked, int code, String flag) {
      if (over) {
        return;
      }
      over = true;
      var telemetry = backends.telemetry();
      telemetry.destination(backends.tables().snapshot(), caller, pod, asked, end(code, flag));
      telemetry.source(caller, head, forward.destination(), pod, true, end(code, flag));
    }

    private Telemetry.End end(int code, String flag) {
      return new Telemetry.End(
          code,
          flag.isEmpty() ? List.of() : List.of(flag),
          Duration.ofNanos(System.nanoTime() - arrived),
          sent,
          received);
    }
  }
}

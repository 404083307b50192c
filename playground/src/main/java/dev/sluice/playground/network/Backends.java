package dev.sluice.playground.network;

import dev.sluice.playground.network.RouteDecision.Copy;
import dev.sluice.playground.network.RouteDecision.Forward;
import dev.sluice.playground.network.RouteDecision.Local;
import dev.sluice.playground.sample.PodNetwork;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/// Carries requests to pods and answers back.
///
/// @param sidecarsInPods false for pods that callers' proxies reach directly
/// @param balancer shared by all callers, as are the rest
record Backends(
    Vertx vertx,
    HttpClient client,
    PodNetwork pods,
    RouteTables tables,
    Telemetry telemetry,
    InstantSource clock,
    boolean sidecarsInPods,
    LoadBalancer balancer,
    Pools pools,
    Upgrades upgrades) {

  Backends(
      Vertx vertx,
      HttpClient client,
      PodNetwork pods,
      RouteTables tables,
      Telemetry telemetry,
      InstantSource clock,
      boolean sidecarsInPods) {
    this(
        vertx,
        client,
        pods,
        tables,
        telemetry,
        clock,
        sidecarsInPods,
        new LoadBalancer(),
        new Pools(),
        new Upgrades());
  }

  void forward(HttpServerRequest request, Caller caller, RequestHead head, Forward forward) {
    if (Upgrades.isAsked(request)) {
      upgrades.forward(this, request, caller, head, forward);
      return;
    }
    var keep = forward.retries().attempts() > 0 || !forward.copies().isEmpty();
    new Conversation(this, request, caller, head, forward, RequestBody.of(request, keep)).start();
  }

  /// A proxy answers by itself.
  void answer(HttpServerRequest request, Caller caller, RequestHead head, Local local) {
    after(
        local.delay(),
        () -> {
          var flags = local.flags();
          telemetry.source(
              caller,
              head,
              local.destination(),
              null,
              false,
              new Telemetry.End(
                  local.status(), flags, local.delay(), 0, local.body().length(), local.headers()));
          write(request, local);
        });
  }

  static void write(HttpServerRequest request, Local local) {
    var response = request.response();
    if (response.closed() || response.ended()) {
      return;
    }
    response.setStatusCode(local.status());
    HttpHeads.put(local.headers(), response.headers());
    if (local.body().isEmpty() || request.method().equals(HttpMethod.HEAD)) {
      response.end();
    } else {
      response.end(local.body());
    }
  }

  /// To a Service that runs beside the cluster: no rules, no metrics.
  void pass(HttpServerRequest request, RequestHead head, InetSocketAddress address) {
    request.pause();
    var response = request.response();
    open(address, head)
        .compose(outgoing -> {
          if (!hasBody(head)) {
            request.resume();
            return outgoing.send();
          }
          outgoing.setChunked(head.headers().first("content-length").isEmpty());
          return outgoing.send(request);
        })
        .compose(answer -> {
          response.setStatusCode(answer.statusCode());
          HttpHeads.put(HttpHeads.headers(answer.headers()), response.headers());
          if (answer.getHeader("content-length") == null) {
            response.setChunked(true);
          }
          return request.method().equals(HttpMethod.HEAD)
              ? response.end()
              : answer.pipeTo(response);
        })
        .onFailure(e -> {
          request.resume();
          if (response.headWritten()) {
            response.reset();
          } else if (!response.closed()) {
            response
                .setStatusCode(503)
                .putHeader("content-type", "text/plain; charset=utf-8")
                .end(head.host() + " does not answer: " + e.getMessage() + "\n");
          }
        });
  }

  /// Sends a copy and forgets it.
  void copy(Caller caller, Copy copy, Buffer body) {
    var pod = balancer.any(copy.endpoints(), ThreadLocalRandom.current());
    var address = pods.address(pod.ip(), pod.port());
    if (address.isEmpty()) {
      return;
    }
    var start = System.nanoTime();
    var received = new long[1];
    open(address.get(), copy.outgoing())
        .compose(outgoing -> body.length() == 0 ? outgoing.send() : outgoing.send(body))
        .compose(answer -> {
          answer.handler(chunk -> received[0] += chunk.length());
          return answer.end().map(answer.statusCode());
        })
        .onComplete((status, _) -> {
          var took = Duration.ofNanos(System.nanoTime() - start);
          var end =
              status == null
                  ? new Telemetry.End(503, List.of("UC"), took, body.length(), 0)
                  : new Telemetry.End(status, List.of(), took, body.length(), received[0]);
          telemetry.destination(tables.snapshot(), caller, pod, copy.outgoing(), end);
        });
  }

  /// A connection to a pod, with the head of the request set.
  Future<HttpClientRequest> open(InetSocketAddress address, RequestHead head) {
    var options =
        new RequestOptions()
            .setHost(address.getAddress().getHostAddress())
            .setPort(address.getPort())
            .setMethod(HttpMethod.valueOf(head.method()))
            .setURI(head.target());
    return client
        .request(options)
        .map(outgoing -> {
          HttpHeads.put(head.headers(), outgoing.headers());
          outgoing.putHeader("host", head.authority());
          return outgoing;
        });
  }

  /// Empty when the app of the pod is not there.
  Optional<InetSocketAddress> address(Endpoint pod) {
    return pods.address(pod.ip(), pod.port());
  }

  void after(Duration pause, Runnable action) {
    if (pause.isZero()) {
      action.run();
    } else {
      vertx.setTimer(Math.max(1, pause.toMillis()), _ -> action.run());
    }
  }

  static boolean hasBody(RequestHead head) {
    return head.headers().first("content-length").map(l -> !l.equals("0")).orElse(false)
        || head.method().equals("POST")
        || head.method().equals("PUT")
        || head.method().equals("PATCH");
  }
}

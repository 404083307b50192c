package dev.sluice.playground.network;

import dev.sluice.playground.network.RouteDecision.Forward;
import dev.sluice.playground.network.RouteDecision.Local;
import dev.sluice.playground.network.TrafficPolicy.Pool;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// One forwarded request over HTTP, with its tries. What follows on what is decided in [Tries];
/// here it is carried out. Lives on the event loop of the caller's connection.
final class Conversation {
  private final Backends backends;
  private final HttpServerRequest request;
  private final Caller caller;
  private final RequestHead head;
  private final Forward forward;
  private final long arrived = System.nanoTime();
  private final List<Endpoint> tried = new ArrayList<>();
  private final RequestBody body;
  private @Nullable Try current;
  private long overallTimer = -1;
  private int number;
  private boolean over;
  private Headers told = Headers.NONE;

  /// @param head as the caller sent it
  Conversation(
      Backends backends,
      HttpServerRequest request,
      Caller caller,
      RequestHead head,
      Forward forward,
      RequestBody body) {
    this.backends = backends;
    this.body = body;
    this.request = request;
    this.caller = caller;
    this.head = head;
    this.forward = forward;
  }

  void start() {
    request.response().closeHandler(_ -> callerGone());
    request.exceptionHandler(_ -> callerGone());
    backends.after(
        forward.delay(),
        () -> {
          var timeout = forward.timeout();
          if (timeout != null) {
            // The time runs from the end of the request on.
            body.whenEnded(() -> {
              if (!over) {
                overallTimer =
                    backends.vertx().setTimer(Math.max(1, timeout.toMillis()), _ -> timedOut());
              }
            });
          }
          if (!forward.copies().isEmpty()) {
            body.whenWhole(
                () -> forward.copies().forEach(c -> backends.copy(caller, c, body.kept())));
          }
          next();
        });
  }

  /// The caller went away before it had its answer.
  void callerGone() {
    if (over) {
      return;
    }
    finish(0, plus("DC"), null, false, 0);
    abandon();
    body.drop();
  }

  private void timedOut() {
    if (over) {
      return;
    }
    if (current != null && current.relaying) {
      current.cutOff();
      return;
    }
    abandon();
    reply(Tries.timedOut(forward));
  }

  /// The present try ends without an answer; its pod sees that the caller hung up.
  private void abandon() {
    var trying = current;
    current = null;
    if (trying != null) {
      trying.cancel();
    }
  }

  private void next() {
    if (over) {
      return;
    }
    number++;
    var random = ThreadLocalRandom.current();
    var picked =
        backends.balancer().pick(caller, forward, tried, backends.clock().instant(), random);
    if (picked.isEmpty()) {
      reply(ProxyAnswers.ejected(forward));
      return;
    }
    tried.add(picked.get());
    var trying = new Try(picked.get());
    current = trying;
    var context = backends.vertx().getOrCreateContext();
    var pool = forward.policy().pool();
    var turn =
        backends
            .pools()
            .enter(
                caller,
                forward.destination(),
                pool == null ? Pool.WITHOUT_LIMIT : pool,
                () -> trying.admitted(context));
    if (turn == null) {
      current = null;
      tried.removeLast();
      reply(ProxyAnswers.overflow(forward));
    } else {
      trying.holds(turn);
    }
  }

  private void ended(Try trying, Tries.Outcome outcome, @Nullable HttpClientResponse answer) {
    backends.balancer().saw(forward, trying.pod, outcome, backends.clock().instant());
    switch (decided(outcome)) {
      case Tries.Next.Again(var pause) -> {
        if (answer != null) {
          trying.drop(answer);
        }
        current = null;
        body.detach();
        backends.after(pause, this::next);
      }
      case Tries.Next.Answer(var local) -> reply(local);
      case Tries.Next.Relay(var flags) -> {
        if (answer == null) {
          var local = ProxyAnswers.brokenAtPod(forward, trying.reached);
          told = local.headers();
          finish(local.status(), plus(flags), trying.pod, true, local.body().length());
          Backends.write(request, local);
          body.drop();
        } else {
          trying.relay(answer, plus(flags));
        }
      }
    }
  }

  /// A body that is gone cannot be sent again.
  private Tries.Next decided(Tries.Outcome outcome) {
    var last = body.repeatable() ? number : Math.max(number, forward.retries().attempts() + 1);
    return Tries.after(outcome, last, forward, ThreadLocalRandom.current());
  }

  private void reply(Local local) {
    if (over) {
      return;
    }
    var pod = tried.isEmpty() ? null : tried.getLast();
    told = local.headers();
    finish(local.status(), plus(local.flags()), pod, false, local.body().length());
    Backends.write(request, local);
    body.drop();
  }

  private void finish(
      int status, List<String> flags, @Nullable Endpoint pod, boolean answered, long received) {
    over = true;
    if (overallTimer >= 0) {
      backends.vertx().cancelTimer(overallTimer);
    }
    backends
        .telemetry()
        .source(
            caller,
            head,
            forward.destination(),
            pod == null && !tried.isEmpty() ? tried.getLast() : pod,
            answered,
            new Telemetry.End(status, flags, since(arrived), body.received(), received, told));
  }

  private List<String> plus(String flag) {
    return plus(List.of(flag));
  }

  private List<String> plus(List<String> flags) {
    var all = new ArrayList<String>();
    if (!forward.delay().isZero()) {
      all.add("DI");
    }
    all.addAll(flags);
    return List.copyOf(all);
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  /// One request to one pod.
  private final class Try {
    private final Endpoint pod;
    private final RequestHead outgoing = forward.attempt(number);
    private long started = System.nanoTime();
    private long timer = -1;
    private boolean begun;
    private boolean reached;
    private boolean relaying;
    private boolean closed;
    private long answered;
    private Headers raw = Headers.NONE;
    private @Nullable HttpClientRequest sent;
    private Pools.@Nullable Turn turn;

    Try(Endpoint pod) {
      this.pod = pod;
    }

    /// There is a connection for it.
    void admitted(Context context) {
      if (context.equals(Vertx.currentContext())) {
        start();
      } else {
        context.runOnContext(_ -> start());
      }
    }

    void holds(Pools.Turn mine) {
      turn = mine;
      if (closed) {
        mine.leave();
      }
    }

    private void start() {
      if (closed) {
        return;
      }
      begun = true;
      started = System.nanoTime();
      backends.balancer().begins(forward.destination(), pod);
      var perTry = forward.retries().perTry();
      if (perTry != null) {
        timer = backends.vertx().setTimer(Math.max(1, perTry.toMillis()), _ -> tooSlow());
      }
      var address = backends.address(pod);
      if (address.isEmpty()) {
        notThere();
        return;
      }
      backends
          .open(address.get(), outgoing)
          .onComplete((connected, _) -> {
            if (connected == null) {
              notThere();
            } else if (closed) {
              connected.reset();
            } else {
              send(connected);
            }
          });
    }

    private void send(HttpClientRequest connected) {
      sent = connected;
      reached = true;
      // What goes wrong is told by the answer that does not come.
      connected.exceptionHandler(_ -> {});
      body.sendTo(connected)
          .onComplete((answer, _) -> {
            if (closed) {
              return;
            }
            if (answer == null) {
              close(503, "UC", 0);
              ended(
                  this,
                  backends.sidecarsInPods()
                      ? Tries.Outcome.Answered.with(503)
                      : new Tries.Outcome.Reset(),
                  null);
            } else {
              answer.pause();
              raw = HttpHeads.headers(answer.headers());
              ended(this, Tries.Outcome.Answered.of(answer.statusCode(), raw), answer);
            }
          });
    }

    /// The app is down: behind its sidecar, which answers 503, or with the whole pod.
    private void notThere() {
      if (closed) {
        return;
      }
      if (backends.sidecarsInPods() && backends.tables().snapshot().hasPod(pod.ip())) {
        close(503, "URX,UF", 0);
        ended(this, Tries.Outcome.Answered.with(503), null);
      } else {
        closed = true;
        stopTimer();
        release();
        ended(this, new Tries.Outcome.Refused(), null);
      }
    }

    private void tooSlow() {
      if (closed || relaying) {
        return;
      }
      cancel();
      ended(this, new Tries.Outcome.TooSlow(), null);
    }

    void cancel() {
      if (closed) {
        return;
      }
      if (!begun) {
        closed = true;
        release();
        return;
      }
      close(0, "DC", 0);
      if (sent != null) {
        sent.reset();
      }
    }

    /// Another try follows; the connection can serve it once this answer is read.
    void drop(HttpClientResponse answer) {
      close(answer.statusCode(), "", 0);
      answer.handler(null);
      answer.exceptionHandler(_ -> {});
      answer.resume();
    }

    void relay(HttpClientResponse answer, List<String> flags) {
      relaying = true;
      stopTimer();
      var response = request.response();
      if (response.closed()) {
        callerGone();
        return;
      }
      response.setStatusCode(answer.statusCode());
      var headers = forward.answer().apply(answer.statusCode(), raw);
      var cookie = LoadBalancer.cookie(forward, pod);
      told = cookie.isPresent() ? headers.add("set-cookie", cookie.get()) : headers;
      HttpHeads.put(told, response.headers());
      if (request.method().equals(HttpMethod.HEAD)) {
        answer.resume();
        close(answer.statusCode(), "", 0);
        finish(answer.statusCode(), flags, pod, true, 0);
        response.end();
        return;
      }
      if (answer.getHeader("content-length") == null) {
        response.setChunked(true);
      }
      answer.handler(chunk -> {
        answered += chunk.length();
        response.write(chunk);
        if (response.writeQueueFull()) {
          answer.pause();
          response.drainHandler(_ -> answer.resume());
        }
      });
      answer.exceptionHandler(_ -> {
        if (!over) {
          close(answer.statusCode(), "UC", answered);
          finish(answer.statusCode(), plus("UC"), pod, true, answered);
          response.reset();
        }
      });
      answer.endHandler(_ -> {
        var trailers = HttpHeads.headers(answer.trailers());
        raw = raw.addAll(trailers);
        told = told.addAll(trailers);
        close(answer.statusCode(), "", answered);
        if (!over) {
          finish(answer.statusCode(), flags, pod, true, answered);
          if (response.isChunked() && !answer.trailers().isEmpty()) {
            response.trailers().addAll(answer.trailers());
          }
          response.end();
          if (!body.ended()) {
            // The pod has said all it wants to; the rest of the request goes nowhere.
            body.drop();
            if (sent != null) {
              sent.reset();
            }
          }
        }
      });
      answer.resume();
    }

    /// What the pod's sidecar counts, once.
    private void close(int code, String flag, long received) {
      if (closed) {
        return;
      }
      closed = true;
      stopTimer();
      release();
      backends
          .telemetry()
          .destination(
              backends.tables().snapshot(),
              caller,
              pod,
              outgoing,
              new Telemetry.End(
                  code,
                  flag.isEmpty() ? List.of() : List.of(flag),
                  since(started),
                  body.sent(),
                  received,
                  code == 0 ? Headers.NONE : raw));
    }

    /// Its connection is free for another.
    private void release() {
      if (begun) {
        backends.balancer().ends(forward.destination(), pod);
      }
      if (turn != null) {
        turn.leave();
      }
    }

    /// The time is over while the answer is on its way: it breaks off.
    void cutOff() {
      var status = request.response().getStatusCode();
      finish(status, plus("UT"), pod, true, answered);
      cancel();
      request.response().reset();
    }

    private void stopTimer() {
      if (timer >= 0) {
        backends.vertx().cancelTimer(timer);
      }
    }
  }
}

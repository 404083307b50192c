package dev.sluice.playground.network;

import dev.sluice.playground.network.RouteDecision.Forward;
import dev.sluice.playground.network.RouteDecision.Local;
import dev.sluice.playground.network.RouteDecision.Passthrough;
import dev.sluice.playground.network.RouteDecision.Unknown;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The network without HTTP and without waiting: pods answer through a function, time is counted
/// instead of spent, and the metrics are those that real requests would leave.
public final class VirtualNetwork {

  /// What a pod's app does with a request.
  public sealed interface Reply {
    /// @param after how long the app takes
    record Answered(int status, Headers headers, Duration after) implements Reply {
      public static Answered with(int status, Duration after) {
        return new Answered(status, Headers.NONE, after);
      }
    }

    /// The app closes the connection after it has read the request.
    record Closed(Duration after) implements Reply {}

    /// The app is down, its sidecar is up.
    record Down() implements Reply {}

    /// The pod is gone, nothing listens.
    record Gone() implements Reply {}
  }

  /// The apps in the pods.
  public interface Pods {
    /// @param request as the pod gets it
    Reply answer(Endpoint pod, RequestHead request);
  }

  /// A request that reached a pod.
  public record Arrived(Endpoint pod, RequestHead request, boolean copy) {}

  /// One request from the caller's side.
  ///
  /// @param answeredBy the pod whose answer the caller got; null when a proxy answered
  /// @param body of a proxy's own answer; empty when a pod answered
  public record Exchange(
      int status,
      Headers headers,
      String body,
      List<String> flags,
      String details,
      String rule,
      @Nullable Destination destination,
      int tries,
      List<Arrived> arrived,
      @Nullable Endpoint answeredBy,
      Duration took) {}

  private final RouteTables tables;
  private final Telemetry telemetry;
  private final boolean sidecarsInPods;
  private final LoadBalancer balancer = new LoadBalancer();

  /// As in a mesh: every pod has a sidecar of its own.
  public VirtualNetwork(RouteTables tables, Telemetry telemetry) {
    this(tables, telemetry, true);
  }

  VirtualNetwork(RouteTables tables, Telemetry telemetry, boolean sidecarsInPods) {
    this.tables = tables;
    this.telemetry = telemetry;
    this.sidecarsInPods = sidecarsInPods;
  }

  /// Sends the same request several times.
  ///
  /// @param port that the caller connects to
  /// @param count not negative
  /// @param over the requests are spread evenly over this time, from `now` on
  /// @return how they ended, in order
  public List<Exchange> simulate(
      Caller caller,
      int port,
      RequestHead request,
      int count,
      Instant now,
      Duration over,
      Pods pods,
      RandomGenerator random) {
    var exchanges = new ArrayList<Exchange>();
    for (var i = 0; i < count; i++) {
      var at = now.plus(over.multipliedBy(i).dividedBy(count));
      exchanges.add(send(caller, port, request, at, pods, random));
    }
    return exchanges;
  }

  public Exchange send(
      Caller caller,
      int port,
      RequestHead request,
      Instant now,
      Pods pods,
      RandomGenerator random) {
    var decision = tables.route(caller, port, request, random);
    return switch (decision) {
      case Local local -> {
        var end =
            new Telemetry.End(local.status(), local.flags(), local.delay(), 0, 0, local.headers());
        telemetry.source(caller, request, local.destination(), null, false, end);
        yield local(local, local.delay(), 1, List.of(), List.of());
      }
      case Unknown unknown -> {
        var end = new Telemetry.End(502, List.of(), Duration.ZERO, 0, 0);
        telemetry.outside(caller, request, "BlackHoleCluster", end);
        yield local(unknown.answer(), Duration.ZERO, 1, List.of(), List.of());
      }
      case Passthrough _ -> {
        // Nothing leaves the virtual world.
        var end = new Telemetry.End(503, List.of("UF"), Duration.ZERO, 0, 0);
        telemetry.outside(caller, request, "PassthroughCluster", end);
        yield local(ProxyAnswers.unreachable(), Duration.ZERO, 1, List.of(), List.of());
      }
      case Forward forward -> new Run(caller, request, forward, now, pods, random).exchange();
    };
  }

  private static Exchange local(
      Local local, Duration took, int tries, List<Arrived> arrived, List<String> before) {
    var flags = new ArrayList<>(before);
    flags.addAll(local.flags());
    return new Exchange(
        local.status(),
        local.headers(),
        local.body(),
        List.copyOf(flags),
        local.details(),
        local.rule(),
        local.destination(),
        tries,
        arrived,
        null,
        took);
  }

  /// One forwarded request.
  private final class Run {
    private final Caller caller;
    private final RequestHead request;
    private final Forward forward;
    private final Instant start;
    private final Pods pods;
    private final RandomGenerator random;
    private final List<Arrived> arrived = new ArrayList<>();
    private final List<Endpoint> tried = new ArrayList<>();
    private final List<String> flags;
    private Duration elapsed;
    private Headers told = Headers.NONE;

    Run(
        Caller caller,
        RequestHead request,
        Forward forward,
        Instant start,
        Pods pods,
        RandomGenerator random) {
      this.caller = caller;
      this.request = request;
      this.forward = forward;
      this.start = start;
      this.pods = pods;
      this.random = random;
      this.elapsed = forward.delay();
      this.flags = forward.delay().isZero() ? List.of() : List.of("DI");
    }

    Exchange exchange() {
      forward.copies().forEach(this::copy);
      for (var number = 1; ; number++) {
        var picked = balancer.pick(caller, forward, tried, start.plus(elapsed), random);
        if (picked.isEmpty()) {
          return ended(ProxyAnswers.ejected(forward), number, null, false);
        }
        var pod = picked.get();
        tried.add(pod);
        var reply = pods.answer(pod, forward.attempt(number));
        if (!(reply instanceof Reply.Gone) && (sidecarsInPods || !(reply instanceof Reply.Down))) {
          arrived.add(new Arrived(pod, forward.attempt(number), false));
        }
        var limit = limit();
        var perTry = forward.retries().perTry();
        var takes = takes(reply);
        if (limit != null
            && takes.compareTo(limit) > 0
            && (perTry == null || limit.compareTo(perTry) <= 0)) {
          inbound(pod, number, 0, "DC", limit);
          elapsed = elapsed.plus(limit);
          return ended(Tries.timedOut(forward), number, pod, false);
        }
        var outcome = outcome(pod, number, reply, takes, perTry);
        balancer.saw(forward, pod, outcome, start.plus(elapsed));
        switch (Tries.after(outcome, number, forward, random)) {
          case Tries.Next.Again(var pause) -> {
            var left = limit();
            if (left != null && pause.compareTo(left) >= 0) {
              elapsed = elapsed.plus(left);
              return ended(Tries.timedOut(forward), number, pod, false);
            }
            elapsed = elapsed.plus(pause);
          }
          case Tries.Next.Answer(var answer) -> {
            return ended(answer, number, pod, false);
          }
          case Tries.Next.Relay(var used) -> {
            return relayed(pod, number, reply, used);
          }
        }
      }
    }

    /// Also moves time on, and counts what the pod's sidecar saw.
    private Tries.Outcome outcome(
        Endpoint pod, int number, Reply reply, Duration takes, @Nullable Duration perTry) {
      if (perTry != null && takes.compareTo(perTry) > 0) {
        elapsed = elapsed.plus(perTry);
        inbound(pod, number, 0, "DC", perTry);
        return new Tries.Outcome.TooSlow();
      }
      elapsed = elapsed.plus(takes);
      return switch (reply) {
        case Reply.Answered answered -> {
          inbound(pod, number, answered.status, "", takes, answered.headers);
          yield Tries.Outcome.Answered.of(answered.status, answered.headers);
        }
        case Reply.Closed _ -> {
          inbound(pod, number, 503, "UC", takes);
          yield sidecarsInPods ? Tries.Outcome.Answered.with(503) : new Tries.Outcome.Reset();
        }
        case Reply.Down _ -> {
          if (sidecarsInPods) {
            inbound(pod, number, 503, "URX,UF", takes);
            yield Tries.Outcome.Answered.with(503);
          }
          yield new Tries.Outcome.Refused();
        }
        case Reply.Gone _ -> new Tries.Outcome.Refused();
      };
    }

    private void copy(RouteDecision.Copy copy) {
      var pod = balancer.any(copy.endpoints(), random);
      var reply = pods.answer(pod, copy.outgoing());
      if (reply instanceof Reply.Gone || (!sidecarsInPods && reply instanceof Reply.Down)) {
        return;
      }
      arrived.add(new Arrived(pod, copy.outgoing(), true));
      var end =
          switch (reply) {
            case Reply.Answered(var status, _, var after) ->
                new Telemetry.End(status, List.of(), after, 0, 0);
            case Reply.Closed(var after) -> new Telemetry.End(503, List.of("UC"), after, 0, 0);
            case Reply.Down _, Reply.Gone _ ->
                new Telemetry.End(503, List.of("URX,UF"), Duration.ZERO, 0, 0);
          };
      telemetry.destination(tables.snapshot(), caller, pod, copy.outgoing(), end);
    }

    private void inbound(Endpoint pod, int number, int code, String flag, Duration took) {
      inbound(pod, number, code, flag, took, Headers.NONE);
    }

    private void inbound(
        Endpoint pod, int number, int code, String flag, Duration took, Headers answer) {
      var seen = flag.isEmpty() ? List.<String>of() : List.of(flag);
      telemetry.destination(
          tables.snapshot(),
          caller,
          pod,
          forward.attempt(number),
          new Telemetry.End(code, seen, took, 0, 0, answer));
    }

    /// Until the time for all tries is over; null when there is no such time.
    private @Nullable Duration limit() {
      var timeout = forward.timeout();
      return timeout == null ? null : timeout.minus(elapsed.minus(forward.delay()));
    }

    private Exchange ended(Local answer, int tries, @Nullable Endpoint pod, boolean answered) {
      told = answer.headers();
      var exchange = local(answer, elapsed, tries, List.copyOf(arrived), flags);
      source(exchange.status(), exchange.flags(), pod, answered);
      return exchange;
    }

    private Exchange relayed(Endpoint pod, int tries, Reply reply, List<String> used) {
      var all = new ArrayList<>(flags);
      all.addAll(used);
      if (!(reply instanceof Reply.Answered answered)) {
        var answer = ProxyAnswers.brokenAtPod(forward, reply instanceof Reply.Closed);
        return local(answer, elapsed, tries, source(503, all, pod), all);
      }
      var headers = forward.answer().apply(answered.status, answered.headers);
      var cookie = LoadBalancer.cookie(forward, pod);
      if (cookie.isPresent()) {
        headers = headers.add("set-cookie", cookie.get());
      }
      told = headers;
      return new Exchange(
          answered.status,
          headers,
          "",
          List.copyOf(all),
          "via_upstream",
          forward.rule(),
          forward.destination(),
          tries,
          source(answered.status, all, pod),
          pod,
          elapsed);
    }

    private List<Arrived> source(int status, List<String> all, Endpoint pod) {
      source(status, all, pod, true);
      return List.copyOf(arrived);
    }

    private void source(int status, List<String> all, @Nullable Endpoint pod, boolean answered) {
      telemetry.source(
          caller,
          request,
          forward.destination(),
          pod,
          answered,
          new Telemetry.End(status, all, elapsed, 0, 0, told));
    }
  }

  private static Duration takes(Reply reply) {
    return switch (reply) {
      case Reply.Answered answered -> answered.after;
      case Reply.Closed closed -> closed.after;
      case Reply.Down _, Reply.Gone _ -> Duration.ZERO;
    };
  }
}

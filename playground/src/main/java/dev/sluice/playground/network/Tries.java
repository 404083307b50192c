package dev.sluice.playground.network;

import dev.sluice.playground.network.RouteDecision.Forward;
import dev.sluice.playground.network.RouteDecision.Local;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What follows on one try of a forwarded request: another one, its answer, or an answer of the
/// proxy. Pure; whoever carries requests, over HTTP or on a virtual clock, asks here.
final class Tries {
  /// Pauses double up to this many times the first.
  private static final long GROWTH = 10;

  private Tries() {}

  /// How one try ended.
  sealed interface Outcome {
    /// @param grpcStatus null unless the head of the answer carried one
    /// @param rateLimited whether the answer says that the caller sends too much
    record Answered(int status, @Nullable Integer grpcStatus, boolean rateLimited)
        implements Outcome {
      static Answered with(int status) {
        return new Answered(status, null, false);
      }

      static Answered of(int status, Headers headers) {
        var grpc = headers.first("grpc-status").filter(s -> s.matches("[0-9]{1,2}"));
        return new Answered(
            status,
            grpc.map(Integer::valueOf).orElse(null),
            headers.first("x-envoy-ratelimited").isPresent());
      }
    }

    /// Nothing listens.
    record Refused() implements Outcome {}

    /// The connection ended after the request was sent and before an answer began.
    record Reset() implements Outcome {}

    record TooSlow() implements Outcome {}
  }

  sealed interface Next {
    record Again(Duration pause) implements Next {}

    /// The pod's answer goes to the caller.
    record Relay(List<String> flags) implements Next {}

    record Answer(Local answer) implements Next {}
  }

  /// @param number of the try, from 1
  static Next after(Outcome outcome, int number, Forward forward, RandomGenerator random) {
    var retries = forward.retries();
    var wanted = covers(retries, outcome);
    if (wanted && number <= retries.attempts()) {
      var first = Math.max(1, retries.pause().toMillis());
      var ceiling = Math.min(first * GROWTH, first << Math.min(number - 1, 8));
      return new Next.Again(Duration.ofMillis(random.nextLong(ceiling + 1)));
    }
    var used = wanted && retries.attempts() > 0 ? List.of("URX") : List.<String>of();
    return switch (outcome) {
      case Outcome.Answered _ -> new Next.Relay(used);
      case Outcome.Refused _ ->
          new Next.Answer(
              broken(
                  forward,
                  number,
                  used,
                  "UF",
                  "remote connection failure",
                  "remote_connection_failure|delayed_connect_error:_Connection_refused"));
      case Outcome.Reset _ ->
          new Next.Answer(
              broken(
                  forward, number, used, "UC", "connection termination", "connection_termination"));
      case Outcome.TooSlow _ ->
          new Next.Answer(
              local(
                  forward,
                  504,
                  "upstream request timeout",
                  plus(used, "UT"),
                  "upstream_per_try_timeout"));
    };
  }

  /// The time for all tries together is over.
  static Local timedOut(Forward forward) {
    return local(forward, 504, "upstream request timeout", List.of("UT"), "response_timeout");
  }

  private static boolean covers(RouteDecision.Retries retries, Outcome outcome) {
    var on = retries.on();
    var any5xx = on.contains("5xx");
    var gateway = on.contains("gateway-error");
    return switch (outcome) {
      case Outcome.Answered(var _, var _, var limited) when limited ->
          on.contains("envoy-ratelimited");
      case Outcome.Answered(var status, var grpc, var _) ->
          (any5xx && status >= 500)
              || (gateway && (status == 502 || status == 503 || status == 504))
              || (on.contains("retriable-4xx") && status == 409)
              || retries.codes().contains(status)
              || (grpc != null && covers(on, grpc));
      case Outcome.Refused _ ->
          any5xx
              || gateway
              || on.contains("connect-failure")
              || on.contains("reset")
              || on.contains("reset-before-request");
      case Outcome.Reset _, Outcome.TooSlow _ -> any5xx || gateway || on.contains("reset");
    };
  }

  private static boolean covers(Set<String> on, int grpcStatus) {
    return switch (grpcStatus) {
      case 1 -> on.contains("cancelled");
      case 4 -> on.contains("deadline-exceeded");
      case 8 -> on.contains("resource-exhausted");
      case 13 -> on.contains("internal");
      case 14 -> on.contains("unavailable");
      default -> false;
    };
  }

  private static Local broken(
      Forward forward, int number, List<String> used, String flag, String reason, String details) {
    var body =
        "upstream connect error or disconnect/reset before headers. "
            + (number > 1 ? "retried and the latest reset reason: " : "reset reason: ")
            + reason;
    return local(
        forward,
        503,
        body,
        plus(used, flag),
        "upstream_reset_before_response_started{" + details + "}");
  }

  private static Local local(
      Forward forward, int status, String body, List<String> flags, String details) {
    return GrpcAnswers.inWordsOf(
        forward.outgoing(),
        new Local(
            forward.rule(),
            Duration.ZERO,
            status,
            forward.answer().apply(status, Routing.text(body)),
            body,
            flags,
            details,
            forward.destination()),
        OptionalInt.empty());
  }

  private static List<String> plus(List<String> flags, String flag) {
    return flags.isEmpty() ? List.of(flag) : List.of(flags.getFirst(), flag);
  }
}

package dev.sluice.playground.network;

import dev.sluice.playground.network.RouteDecision.Forward;
import dev.sluice.playground.network.RouteDecision.Local;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/// Answers that proxies give when no pod does.
final class ProxyAnswers {
  private static final String RESET =
      "upstream connect error or disconnect/reset before headers. reset reason: ";

  private ProxyAnswers() {}

  /// The address that an unknown host stands for cannot be reached.
  static Local unreachable() {
    var body = RESET + "remote connection failure";
    return new Local(
        "allow_any",
        Duration.ZERO,
        503,
        Routing.text(body),
        body,
        List.of("UF"),
        "upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused}",
        null);
  }

  /// The destination's pool is full. Never tried again.
  static Local overflow(Forward forward) {
    var answer =
        at(
            forward,
            RESET + "overflow",
            List.of("UO"),
            "upstream_reset_before_response_started{overflow}");
    return new Local(
        answer.rule(),
        answer.delay(),
        answer.status(),
        answer.headers().set("x-envoy-overloaded", "true"),
        answer.body(),
        answer.flags(),
        answer.details(),
        answer.destination());
  }

  /// Nothing listens at the pod, and nobody tries again.
  static Local refused(Forward forward) {
    return at(
        forward,
        RESET + "remote connection failure",
        List.of("UF"),
        "upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused}");
  }

  /// Outlier detection has taken every pod out.
  static Local ejected(Forward forward) {
    return at(forward, "no healthy upstream", List.of("UH"), "no_healthy_upstream");
  }

  /// What the sidecar of a pod says about its app; for the caller it is a status like any other.
  ///
  /// @param closed whether the app took the request and closed the connection, or never listened
  static Local brokenAtPod(Forward forward, boolean closed) {
    return at(
        forward,
        closed
            ? RESET + "connection termination"
            : "upstream connect error or disconnect/reset before headers. retried and the latest"
                + " reset reason: remote connection failure",
        List.of(),
        "via_upstream");
  }

  private static Local at(Forward forward, String body, List<String> flags, String details) {
    return GrpcAnswers.inWordsOf(
        forward.outgoing(),
        new Local(
            forward.rule(),
            Duration.ZERO,
            503,
            forward.answer().apply(503, Routing.text(body)),
            body,
            flags,
            details,
            forward.destination()),
        OptionalInt.empty());
  }
}

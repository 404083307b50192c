package dev.sluice.playground.network;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a proxy of the mesh does with one request, all draws made.
public sealed interface RouteDecision {

  /// Name of the VirtualService's rule, empty when it has none.
  String rule();

  /// An injected pause before anything else happens; zero for none.
  Duration delay();

  /// The request goes to a Service.
  ///
  /// @param endpoints ready pods to choose from, never empty
  /// @param outgoing the request as a pod gets it, but for what [#attempt] adds
  /// @param timeout for all tries together; null for none
  /// @param copies to send beside it, without waiting
  record Forward(
      String rule,
      Duration delay,
      Destination destination,
      TrafficPolicy policy,
      List<Endpoint> endpoints,
      RequestHead outgoing,
      AnswerEdits answer,
      @Nullable Duration timeout,
      Retries retries,
      List<Copy> copies)
      implements RouteDecision {

    /// @param number from 1
    public RequestHead attempt(int number) {
      var head = outgoing;
      var limit = shorter(timeout, retries.perTry);
      if (limit != null) {
        head =
            head.withHeaders(
                head.headers()
                    .set("x-envoy-expected-rq-timeout-ms", String.valueOf(limit.toMillis())));
      }
      return head.withHeaders(head.headers().set("x-envoy-attempt-count", String.valueOf(number)));
    }

    private static @Nullable Duration shorter(@Nullable Duration a, @Nullable Duration b) {
      return a == null ? b : b == null || a.compareTo(b) < 0 ? a : b;
    }
  }

  /// The proxy answers itself.
  ///
  /// @param flags Envoy's response flags, in their order
  /// @param details Envoy's words for why
  /// @param destination that was chosen before, null when none was
  record Local(
      String rule,
      Duration delay,
      int status,
      Headers headers,
      String body,
      List<String> flags,
      String details,
      @Nullable Destination destination)
      implements RouteDecision {}

  /// The mesh does not know the host, and refuses it.
  record Unknown() implements RouteDecision {
    @Override
    public String rule() {
      return "block_all";
    }

    @Override
    public Duration delay() {
      return Duration.ZERO;
    }

    Local answer() {
      return new Local(
          rule(), Duration.ZERO, 502, Headers.NONE, "", List.of(), "direct_response", null);
    }
  }

  /// The mesh does not know the host, and lets the request go where it was going anyway.
  ///
  /// @param outgoing the request as the outside would get it
  record Passthrough(RequestHead outgoing) implements RouteDecision {
    @Override
    public String rule() {
      return "allow_any";
    }

    @Override
    public Duration delay() {
      return Duration.ZERO;
    }
  }

  /// A mirrored request.
  ///
  /// @param endpoints never empty
  record Copy(Destination destination, List<Endpoint> endpoints, RequestHead outgoing) {}

  /// @param attempts beyond the first try
  /// @param on Envoy's retry conditions
  /// @param codes that are retried under `retriable-status-codes`
  /// @param perTry null for no limit
  /// @param pause the longest one before the second try; later ones may be longer
  /// @param otherPods whether pods that were not tried are preferred; null where that follows from
  ///   how the destination chooses its pods
  record Retries(
      int attempts,
      Set<String> on,
      Set<Integer> codes,
      @Nullable Duration perTry,
      Duration pause,
      @Nullable Boolean otherPods) {
    private static final Duration PAUSE = Duration.ofMillis(25);
    static final Retries NEVER = new Retries(0, Set.of(), Set.of(), null, PAUSE, null);

    /// What Istio gives a rule that says nothing.
    public static final Retries DEFAULT =
        new Retries(
            2,
            Set.of("connect-failure", "refused-stream", "unavailable", "cancelled"),
            Set.of(),
            null,
            PAUSE,
            null);
  }
}

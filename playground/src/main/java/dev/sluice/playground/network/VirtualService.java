package dev.sluice.playground.network;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A VirtualService as far as HTTP routing needs it. Hosts and names are as written, not completed.
///
/// @param hosts empty for a delegate
/// @param gateways empty means the mesh
/// @param exportTo empty means everybody
record VirtualService(
    String namespace,
    String name,
    Instant created,
    List<String> hosts,
    List<String> gateways,
    List<String> exportTo,
    List<Rule> http) {

  /// The named gateways as NAMESPACE/NAME, without the mesh.
  List<String> gatewayNames() {
    return gateways.stream().filter(g -> !g.equals("mesh")).map(this::qualified).toList();
  }

  private String qualified(String gateway) {
    return gateway.contains("/") ? gateway : namespace + "/" + gateway;
  }

  boolean isDelegate() {
    return hosts.isEmpty();
  }

  /// One entry of `spec.http`.
  ///
  /// @param namespace in which the short names of destinations are completed
  record Rule(
      String namespace,
      String name,
      List<Match> match,
      List<WeightedTarget> route,
      @Nullable Redirect redirect,
      @Nullable DirectResponse direct,
      @Nullable DelegateRef delegate,
      @Nullable Rewrite rewrite,
      @Nullable Duration timeout,
      @Nullable Retries retries,
      @Nullable Fault fault,
      List<Mirror> mirrors,
      @Nullable Cors cors,
      @Nullable Edits headers) {}

  /// Conditions that must all hold; null or empty means no condition.
  record Match(
      @Nullable TextMatch uri,
      boolean ignoreUriCase,
      @Nullable TextMatch scheme,
      @Nullable TextMatch method,
      @Nullable TextMatch authority,
      Map<String, TextMatch> headers,
      Map<String, TextMatch> withoutHeaders,
      Map<String, TextMatch> queryParams,
      @Nullable Integer port,
      Map<String, String> sourceLabels,
      String sourceNamespace,
      List<String> gateways) {

    /// Whether nothing of a request itself is asked for.
    boolean everyRequest() {
      return (uri == null
              || (uri instanceof TextMatch.Prefix(var p) && p.equals("/"))
              || (uri instanceof TextMatch.Regex(var r) && (r.equals(".*") || r.equals("*"))))
          && scheme == null
          && method == null
          && authority == null
          && headers.isEmpty()
          && withoutHeaders.isEmpty()
          && queryParams.isEmpty();
    }
  }

  /// A StringMatch.
  sealed interface TextMatch {
    record Exact(String text) implements TextMatch {}

    record Prefix(String text) implements TextMatch {}

    record Regex(String text) implements TextMatch {}

    /// An empty matcher: the name must be there.
    record Present() implements TextMatch {}
  }

  /// @param port null when omitted
  record Target(String host, @Nullable Integer port, String subset) {}

  record WeightedTarget(Target target, int weight, @Nullable Edits headers) {}

  record Redirect(
      @Nullable String uri,
      @Nullable String authority,
      @Nullable String scheme,
      @Nullable Integer port,
      int code) {}

  /// @param body null when there is none
  record DirectResponse(int status, @Nullable String body) {}

  /// @param namespace empty means the one of the root
  record DelegateRef(String name, String namespace) {}

  record Rewrite(
      @Nullable String uri,
      @Nullable String authority,
      @Nullable String regex,
      @Nullable String replacement) {}

  /// @param attempts null when not said
  /// @param retryOn empty means the default conditions
  record Retries(@Nullable Integer attempts, @Nullable Duration perTryTimeout, String retryOn) {}

  /// Percentages from 0 to 100.
  record Fault(
      @Nullable Duration delay,
      double delayPercent,
      @Nullable Integer abort,
      double abortPercent) {}

  /// @param percent from 0 to 100
  record Mirror(Target target, double percent) {}

  record Cors(
      List<TextMatch> origins,
      List<String> methods,
      List<String> headers,
      List<String> exposed,
      @Nullable Duration maxAge,
      @Nullable Boolean credentials) {}

  /// Header operations of one level.
  record Edits(Changes request, Changes response) {}

  record Changes(Map<String, String> set, Map<String, String> add, List<String> remove) {
    static final Changes NONE = new Changes(Map.of(), Map.of(), List.of());
  }
}

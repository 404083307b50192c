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
    List<Rule> http,
    List<TcpRule> tcp) {

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

  /// One entry of `spec.tcp`.
  record TcpRule(String namespace, List<TcpMatch> match, List<WeightedTarget> route) {}

  /// Conditions that must all hold; null or empty means no condition.
  record TcpMatch(
      @Nullable Integer port,
      Map<String, String> sourceLabels,
      String sourceNamespace,
      List<String> gateways) {}

  /// Conditions that must all hold; null or empty means no condition.
  ///
  /// @param name empty when it has none
  record Match(
      String name,
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

    /// Whole parts of a path: `/a` fits `/a` and `/a/b`, not `/ab`. Does not end with a slash.
    record PathPrefix(String text) implements TextMatch {}

    /// An empty matcher: the name must be there.
    record Present() implements TextMatch {}
  }

  /// @param port null when omitted
  record Target(String host, @Nullable Integer port, String subset) {}

  record WeightedTarget(Target target, int weight, @Nullable Edits headers) {}

  /// @param callersPort whether the port that the caller connected to is named
  /// @param prefix what takes the place of the prefix that matched, null for nothing
  /// @param tidy whether a port is named where, and only where, the scheme does not imply it
  record Redirect(
      @Nullable String uri,
      @Nullable String authority,
      @Nullable String scheme,
      @Nullable Integer port,
      boolean callersPort,
      int code,
      @Nullable String prefix,
      boolean tidy) {}

  /// @param body null when there is none
  record DirectResponse(int status, @Nullable String body) {}

  /// @param namespace empty means the one of the root
  record DelegateRef(String name, String namespace) {}

  /// @param wholePath whether `uri` stands for the whole path, whatever matched
  record Rewrite(
      @Nullable String uri,
      @Nullable String authority,
      @Nullable String regex,
      @Nullable String replacement,
      boolean wholePath) {}

  /// @param attempts 0 switches retries off
  /// @param retryOn empty means the default conditions
  /// @param backoff the longest first pause; null for the default
  /// @param otherPods whether later tries prefer pods that were not tried; null for the default
  record Retries(
      int attempts,
      @Nullable Duration perTryTimeout,
      String retryOn,
      @Nullable Duration backoff,
      @Nullable Boolean otherPods) {}

  /// Percentages from 0 to 100.
  ///
  /// @param abort status; null when nothing is aborted
  /// @param grpcAbort gRPC status, which has an HTTP status of its own; null when none is said
  record Fault(
      @Nullable Duration delay,
      double delayPercent,
      @Nullable Integer abort,
      @Nullable Integer grpcAbort,
      double abortPercent) {}

  /// @param percent from 0 to 100
  record Mirror(Target target, double percent) {}

  /// @param passRefused whether a preflight of a refused origin goes on to the pod
  record Cors(
      List<TextMatch> origins,
      List<String> methods,
      List<String> headers,
      List<String> exposed,
      @Nullable Duration maxAge,
      @Nullable Boolean credentials,
      boolean passRefused) {}

  /// Header operations of one level.
  record Edits(Changes request, Changes response) {}

  record Changes(Map<String, String> set, Map<String, String> add, List<String> remove) {
    static final Changes NONE = new Changes(Map.of(), Map.of(), List.of());
  }
}

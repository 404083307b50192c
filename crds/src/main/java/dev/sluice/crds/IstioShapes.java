package dev.sluice.crds;

import dev.sluice.crds.shape.Field;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Shapes of the parts of a Canary that are passed on to Istio as they are. Only schemas are made
/// from these records; what a manifest says there is kept as JSON, so that nothing is lost.
final class IstioShapes {
  private IstioShapes() {}

  record TextMatch(
      @Field("The whole value.") @Nullable String exact,
      @Field("How the value begins.") @Nullable String prefix,
      @Field("RE2 pattern of the whole value.") @Nullable String regex) {}

  record HeaderMatch(
      @Field("The whole value.") @Nullable String exact,
      @Field("How the value begins.") @Nullable String prefix,
      @Field("How the value ends.") @Nullable String suffix,
      @Field("RE2 pattern of the whole value.") @Nullable String regex) {}

  record HttpMatch(
      @Field("A name for the condition.") @Nullable String name,
      @Field("The path without its query.") @Nullable TextMatch uri,
      @Field("The scheme.") @Nullable TextMatch scheme,
      @Field("The method.") @Nullable TextMatch method,
      @Field("The Host header.") @Nullable TextMatch authority,
      @Field("Headers that the request must have.") Map<String, TextMatch> headers,
      @Field("Headers that the request must not have.") Map<String, TextMatch> withoutHeaders,
      @Field("Query parameters.") Map<String, TextMatch> queryParams,
      @Field("Port that the request was sent to.") @Nullable Integer port,
      @Field("Labels of the calling pod.") Map<String, String> sourceLabels,
      @Field("Namespace of the calling pod.") @Nullable String sourceNamespace,
      @Field("Gateways that the rule applies to.") List<String> gateways,
      @Field("Paths match in any case.") @Nullable Boolean ignoreUriCase) {}

  record AnalysisMatch(
      @Field("Headers that the request must have.") Map<String, HeaderMatch> headers,
      @Field("Query parameters.") Map<String, TextMatch> queryParams,
      @Field("Labels of the calling pod.") Map<String, String> sourceLabels) {}

  record Retries(
      @Field("How often a request is tried again.") @Nullable Integer attempts,
      @Field("Longest time for one try.") @Nullable String perTryTimeout,
      @Field("Conditions, separated by commas.") @Nullable String retryOn) {}

  record Headers(
      @Field("Of the request.") @Nullable HeaderChange request,
      @Field("Of the answer.") @Nullable HeaderChange response) {}

  record HeaderChange(
      @Field("Headers to append.") Map<String, String> add,
      @Field("Headers to replace.") Map<String, String> set,
      @Field("Headers to remove.") List<String> remove) {}

  record CorsPolicy(
      @Field("Allowed origins by their full text (deprecated).") List<String> allowOrigin,
      @Field("Allowed origins.") List<TextMatch> allowOrigins,
      @Field("Allowed methods.") List<String> allowMethods,
      @Field("Allowed headers.") List<String> allowHeaders,
      @Field("Headers that scripts may read.") List<String> exposeHeaders,
      @Field("How long a browser may keep the answer.") @Nullable String maxAge,
      @Field("Whether credentials may be sent.") @Nullable Boolean allowCredentials) {}

  record TrafficPolicy(
      @Field("Limits of connections.") @Nullable ConnectionPool connectionPool,
      @Field("How a pod is chosen.") @Nullable LoadBalancer loadBalancer,
      @Field("When a failing pod is left out.") @Nullable OutlierDetection outlierDetection,
      @Field("TLS towards the pods.") @Nullable Tls tls,
      @Field("Policies of single ports.") List<PortPolicy> portLevelSettings) {}

  record PortPolicy(
      @Field("The port.") @Nullable PortNumber port,
      @Field("Limits of connections.") @Nullable ConnectionPool connectionPool,
      @Field("How a pod is chosen.") @Nullable LoadBalancer loadBalancer,
      @Field("When a failing pod is left out.") @Nullable OutlierDetection outlierDetection,
      @Field("TLS towards the pods.") @Nullable Tls tls) {}

  record PortNumber(@Field("Number of the port.") @Nullable Integer number) {}

  record ConnectionPool(
      @Field("Of HTTP.") @Nullable HttpPool http, @Field("Of TCP.") @Nullable TcpPool tcp) {}

  record HttpPool(
      @Field(
              value = "Whether connections are upgraded to HTTP/2.",
              values = {"DEFAULT", "DO_NOT_UPGRADE", "UPGRADE"})
          @Nullable String h2UpgradePolicy,
      @Field("Most requests that wait for a connection.") @Nullable Integer http1MaxPendingRequests,
      @Field("Most requests at a time.") @Nullable Integer http2MaxRequests,
      @Field("When an idle connection is closed.") @Nullable String idleTimeout,
      @Field("Most requests of one connection.") @Nullable Integer maxRequestsPerConnection,
      @Field("Most retries at a time.") @Nullable Integer maxRetries) {}

  record TcpPool(
      @Field("Most connections.") @Nullable Integer maxConnections,
      @Field("Longest time to connect.") @Nullable String connectTimeout,
      @Field("When an idle connection is closed.") @Nullable String idleTimeout,
      @Field("Longest life of a connection.") @Nullable String maxConnectionDuration,
      @Field("Keepalive of connections.") @Nullable Keepalive tcpKeepalive) {}

  record Keepalive(
      @Field("Probes before a connection counts as dead.") @Nullable Integer probes,
      @Field("Idle time before the first probe.") @Nullable String time,
      @Field("Time between probes.") @Nullable String interval) {}

  record LoadBalancer(
      @Field(
              value = "A standard algorithm.",
              values = {"ROUND_ROBIN", "LEAST_CONN", "RANDOM", "PASSTHROUGH", "LEAST_REQUEST"})
          @Nullable String simple,
      @Field("Sticks to a pod by a hash.") @Nullable ConsistentHash consistentHash,
      @Field("Prefers near pods.") @Nullable LocalitySetting localityLbSetting,
      @Field("How long a new pod is spared.") @Nullable String warmupDurationSecs) {}

  record ConsistentHash(
      @Field("By a cookie.") @Nullable HashCookie httpCookie,
      @Field("By a header.") @Nullable String httpHeaderName,
      @Field("By a query parameter.") @Nullable String httpQueryParameterName,
      @Field("Least size of the ring.") @Nullable Integer minimumRingSize,
      @Field("By the caller's address.") @Nullable Boolean useSourceIp) {}

  record HashCookie(
      @Field("Name of the cookie.") @Nullable String name,
      @Field("Path of the cookie.") @Nullable String path,
      @Field("Lifetime of the cookie.") @Nullable String ttl) {}

  record LocalitySetting(
      @Field("Shares by region.") List<Distribute> distribute,
      @Field("Whether it applies.") @Nullable Boolean enabled,
      @Field("Where traffic goes when a region fails.") List<Failover> failover) {}

  record Distribute(
      @Field("Region of the caller.") @Nullable String from,
      @Field("Percent by region.") Map<String, Integer> to) {}

  record Failover(
      @Field("Region that failed.") @Nullable String from,
      @Field("Region that takes over.") @Nullable String to) {}

  record OutlierDetection(
      @Field("Shortest time that a pod is left out.") @Nullable String baseEjectionTime,
      @Field("5xx answers in a row.") @Nullable Integer consecutive5xxErrors,
      @Field("Errors in a row (deprecated).") @Nullable Integer consecutiveErrors,
      @Field("502, 503 and 504 in a row.") @Nullable Integer consecutiveGatewayErrors,
      @Field("Failures to connect in a row.") @Nullable Integer consecutiveLocalOriginFailures,
      @Field("How often pods are looked at.") @Nullable String interval,
      @Field("Most pods left out, in percent.") @Nullable Integer maxEjectionPercent,
      @Field("Off below this share of healthy pods, in percent.")
          @Nullable Integer minHealthPercent,
      @Field("Tells failures to connect from answers.")
          @Nullable Boolean splitExternalLocalOriginErrors) {}

  record Tls(
      @Field(
              value = "How connections are secured.",
              values = {"DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL"})
          @Nullable String mode,
      @Field("File with the authorities to trust.") @Nullable String caCertificates,
      @Field("File with the client's certificate.") @Nullable String clientCertificate,
      @Field("File with the client's key.") @Nullable String privateKey,
      @Field("Server name to ask for.") @Nullable String sni,
      @Field("Names to accept.") List<String> subjectAltNames) {}
}

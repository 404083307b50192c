package dev.sluice.playground.network;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.playground.network.TrafficPolicy.Balance;
import dev.sluice.playground.network.TrafficPolicy.Ejection;
import dev.sluice.playground.network.TrafficPolicy.Pool;
import dev.sluice.playground.network.TrafficPolicy.Simple;
import dev.sluice.playground.network.TrafficPolicy.StickyBy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the JSON of a `trafficPolicy`.
final class PolicyReader {
  private static final int EJECT_AFTER = 5;
  private static final Duration EJECT_FOR = Duration.ofSeconds(30);
  private static final int EJECT_AT_MOST = 10;

  private PolicyReader() {}

  /// @throws IllegalArgumentException for a duration that is none
  static TrafficPolicy policy(JsonNode policy) {
    if (!policy.isObject()) {
      return TrafficPolicy.NONE;
    }
    var ports = new LinkedHashMap<Integer, TrafficPolicy>();
    for (var settings : policy.path("portLevelSettings")) {
      ports.putIfAbsent(settings.path("port").path("number").asInt(), parts(settings));
    }
    var whole = parts(policy);
    return new TrafficPolicy(whole.balance(), whole.ejection(), whole.pool(), ports);
  }

  private static TrafficPolicy parts(JsonNode policy) {
    return new TrafficPolicy(
        balance(policy.path("loadBalancer")),
        ejection(policy.path("outlierDetection")),
        pool(policy.path("connectionPool")),
        Map.of());
  }

  private static @Nullable Balance balance(JsonNode balancer) {
    var hash = balancer.path("consistentHash");
    if (hash.hasNonNull("httpCookie")) {
      var cookie = hash.path("httpCookie");
      return new StickyBy.Cookie(
          cookie.path("name").asText(),
          MeshReader.duration(cookie, "ttl"),
          cookie.path("path").asText(""));
    }
    if (hash.hasNonNull("httpHeaderName")) {
      return new StickyBy.HeaderValue(Names.lower(hash.path("httpHeaderName").asText()));
    }
    if (hash.hasNonNull("httpQueryParameterName")) {
      return new StickyBy.QueryParameter(hash.path("httpQueryParameterName").asText());
    }
    if (hash.path("useSourceIp").asBoolean()) {
      return new StickyBy.SourceAddress();
    }
    return switch (balancer.path("simple").asText("")) {
      case "ROUND_ROBIN" -> new Simple(Simple.Kind.ROUND_ROBIN);
      case "RANDOM", "PASSTHROUGH" -> new Simple(Simple.Kind.RANDOM);
      case "LEAST_REQUEST", "LEAST_CONN" -> new Simple(Simple.Kind.LEAST_REQUEST);
      default -> null;
    };
  }

  private static @Nullable Ejection ejection(JsonNode outlier) {
    if (!outlier.isObject()) {
      return null;
    }
    var base = MeshReader.duration(outlier, "baseEjectionTime");
    var atMost = outlier.path("maxEjectionPercent").asInt(0);
    return new Ejection(
        outlier
            .path("consecutive5xxErrors")
            .asInt(outlier.path("consecutiveErrors").asInt(EJECT_AFTER)),
        outlier.path("consecutiveGatewayErrors").asInt(0),
        outlier.path("splitExternalLocalOriginErrors").asBoolean()
            ? outlier.path("consecutiveLocalOriginFailures").asInt(EJECT_AFTER)
            : 0,
        outlier.path("splitExternalLocalOriginErrors").asBoolean(),
        base == null ? EJECT_FOR : base,
        atMost == 0 ? EJECT_AT_MOST : atMost);
  }

  private static @Nullable Pool pool(JsonNode pool) {
    if (!pool.isObject()) {
      return null;
    }
    var http = pool.path("http");
    return new Pool(
        pool.path("tcp").path("maxConnections").asInt(0),
        http.path("http1MaxPendingRequests").asInt(0),
        http.path("http2MaxRequests").asInt(0));
  }
}

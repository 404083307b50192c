package dev.sluice.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/// What of a traffic policy Istio would refuse.
final class TrafficPolicyCheck {
  private TrafficPolicyCheck() {}

  static void problems(String field, JsonNode policy, Findings found) {
    if (policy.isObject() && policy.isEmpty()) {
      found.add(field, "must have at least one field");
    }
    outliers(field + ".outlierDetection", policy.path("outlierDetection"), found);
    pool(field + ".connectionPool", policy.path("connectionPool"), found);
    balancer(field + ".loadBalancer", policy, found);
    tls(field + ".tls", policy.path("tls"), found);
  }

  private static void outliers(String field, JsonNode outliers, Findings found) {
    found.duration(field + ".interval", outliers.path("interval"));
    found.duration(field + ".baseEjectionTime", outliers.path("baseEjectionTime"));
    found.between(field + ".maxEjectionPercent", outliers.path("maxEjectionPercent"), 0, 100);
    found.between(field + ".minHealthPercent", outliers.path("minHealthPercent"), 0, 100);
    for (String count :
        List.of(
            "consecutiveErrors",
            "consecutive5xxErrors",
            "consecutiveGatewayErrors",
            "consecutiveLocalOriginFailures")) {
      found.between(field + "." + count, outliers.path(count), 0, Integer.MAX_VALUE);
    }
    if (outliers.path("consecutiveLocalOriginFailures").asInt() > 0
        && !outliers.path("splitExternalLocalOriginErrors").asBoolean()) {
      found.add(
          field + ".consecutiveLocalOriginFailures", "needs splitExternalLocalOriginErrors: true");
    }
  }

  private static void pool(String field, JsonNode pool, Findings found) {
    if (pool.isObject() && !pool.hasNonNull("http") && !pool.hasNonNull("tcp")) {
      found.add(field, "must have http or tcp");
    }
    JsonNode http = pool.path("http");
    for (String count :
        List.of(
            "http1MaxPendingRequests",
            "http2MaxRequests",
            "maxRequestsPerConnection",
            "maxRetries",
            "maxConcurrentStreams")) {
      found.between(field + ".http." + count, http.path(count), 0, Integer.MAX_VALUE);
    }
    found.duration(field + ".http.idleTimeout", http.path("idleTimeout"));
    JsonNode tcp = pool.path("tcp");
    found.between(field + ".tcp.maxConnections", tcp.path("maxConnections"), 0, Integer.MAX_VALUE);
    found.duration(field + ".tcp.connectTimeout", tcp.path("connectTimeout"));
    found.duration(field + ".tcp.maxConnectionDuration", tcp.path("maxConnectionDuration"));
  }

  private static void balancer(String field, JsonNode policy, Findings found) {
    JsonNode balancer = policy.path("loadBalancer");
    if (balancer.hasNonNull("simple") && balancer.hasNonNull("consistentHash")) {
      found.add(field, "takes one of simple and consistentHash");
    }
    JsonNode hash = balancer.path("consistentHash");
    if (hash.hasNonNull("httpCookie") && hash.path("httpCookie").path("name").asText().isEmpty()) {
      found.add(field + ".consistentHash.httpCookie.name", "is required");
    }
    found.duration(field + ".warmupDurationSecs", balancer.path("warmupDurationSecs"));
    JsonNode locality = balancer.path("localityLbSetting");
    if (locality.path("distribute").size() > 0 && locality.path("failover").size() > 0) {
      found.add(field + ".localityLbSetting", "takes one of distribute and failover");
    }
    JsonNode distribute = locality.path("distribute");
    for (int i = 0; i < distribute.size(); i++) {
      long sum = 0;
      for (JsonNode share : distribute.get(i).path("to")) {
        sum += share.asLong();
      }
      if (sum != 100) {
        found.add(
            field + ".localityLbSetting.distribute[" + i + "].to", "must sum to 100, not " + sum);
      }
    }
  }

  private static void tls(String field, JsonNode tls, Findings found) {
    String mode = tls.path("mode").asText();
    if (!mode.equals("MUTUAL") || tls.hasNonNull("credentialName")) {
      return;
    }
    for (String file : List.of("clientCertificate", "privateKey")) {
      if (tls.path(file).asText().isEmpty()) {
        found.add(field + "." + file, "is required with mode MUTUAL");
      }
    }
  }
}

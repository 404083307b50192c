package dev.sluice.playground.admission;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;

/// A DestinationRule: its host, subsets and policies.
final class DestinationRuleCheck {
  private static final long MOST_TABLE = 5_000_011;

  private DestinationRuleCheck() {}

  static void check(JsonNode object, Findings found) {
    var spec = object.path("spec");
    found.error(Names.problemOfHost(spec.path("host").asText("")));
    policy(spec.path("trafficPolicy"), found);
    var names = new HashSet<String>();
    for (var subset : spec.path("subsets")) {
      if (subset.isNull()) {
        found.error("subset may not be null");
        continue;
      }
      var name = subset.path("name").asText("");
      if (!names.add(name)) {
        found.error("duplicate subset names: " + name);
      }
      Destinations.subsetName(name, found);
      Values.labels(subset.path("labels"), found);
      var inside = new Findings();
      policy(subset.path("trafficPolicy"), inside);
      found.errorsOf(inside);
    }
    var selector = spec.path("workloadSelector");
    var namespace = object.path("metadata").path("namespace").asText("");
    Values.exportTo(spec.path("exportTo"), namespace, selector.isObject(), found);
    selector(selector, found);
  }

  private static void selector(JsonNode selector, Findings found) {
    if (!selector.isObject()) {
      return;
    }
    var labels = selector.path("matchLabels");
    for (var label : labels.properties()) {
      var pair = Names.quoted(label.getKey() + "=" + label.getValue().asText());
      if (label.getKey().isEmpty()) {
        found.error("empty key is not supported in selector: " + pair);
      }
      if (pair.contains("*")) {
        found.error("wildcard is not supported in selector: " + pair);
      }
    }
    if (labels.isEmpty()) {
      found.warning("workload selector specified without labels");
    }
  }

  private static void policy(JsonNode policy, Findings found) {
    if (!policy.isObject()) {
      return;
    }
    if (lacks(
        policy,
        "outlierDetection",
        "connectionPool",
        "loadBalancer",
        "tls",
        "portLevelSettings",
        "tunnel",
        "proxyProtocol")) {
      found.error("traffic policy must have at least one field");
      return;
    }
    if (policy.hasNonNull("tunnel") && policy.hasNonNull("proxyProtocol")) {
      found.error("tunnel and proxyProtocol must not be set together");
      return;
    }
    parts(policy, found);
    for (var port : policy.path("portLevelSettings")) {
      var inside = new Findings();
      if (!port.path("port").isObject()) {
        inside.error("portTrafficPolicy must have valid port");
      }
      if (lacks(port, "outlierDetection", "connectionPool", "loadBalancer", "tls")) {
        inside.error("port traffic policy must have at least one field");
      } else {
        parts(port, inside);
      }
      found.errorsOf(inside);
    }
    tunnel(policy.path("tunnel"), found);
  }

  private static boolean lacks(JsonNode policy, String... fields) {
    return List.of(fields).stream().noneMatch(policy::hasNonNull);
  }

  private static void parts(JsonNode policy, Findings found) {
    var outlier = policy.path("outlierDetection");
    outlier(outlier, found);
    pool(policy.path("connectionPool"), found);
    balancer(policy.path("loadBalancer"), outlier.isObject(), found);
    tls(policy.path("tls"), found);
  }

  private static void outlier(JsonNode outlier, Findings found) {
    if (!outlier.isObject()) {
      return;
    }
    Values.duration(outlier.path("baseEjectionTime"), found);
    if (outlier.path("consecutiveErrors").asInt(0) != 0) {
      found.warning(
          "outlier detection consecutive errors is deprecated, use consecutiveGatewayErrors or consecutive5xxErrors instead");
    }
    if (!outlier.path("splitExternalLocalOriginErrors").asBoolean()
        && outlier.path("consecutiveLocalOriginFailures").asInt(0) > 0) {
      found.error(
          "outlier detection consecutive local origin failures is specified, but split external local origin errors is set to false");
    }
    Values.duration(outlier.path("interval"), found);
    Values.percent(outlier.path("maxEjectionPercent"), found);
    Values.percent(outlier.path("minHealthPercent"), found);
  }

  private static void pool(JsonNode pool, Findings found) {
    if (!pool.isObject()) {
      return;
    }
    if (lacks(pool, "http", "tcp")) {
      found.error("connection pool must have at least one field");
      return;
    }
    var http = pool.path("http");
    notNegative(http.path("http1MaxPendingRequests"), "http1 max pending requests", found);
    notNegative(http.path("http2MaxRequests"), "http2 max requests", found);
    notNegative(http.path("maxRequestsPerConnection"), "max requests per connection", found);
    notNegative(http.path("maxRetries"), "max retries", found);
    Values.duration(http.path("idleTimeout"), found);
    if (http.path("h2UpgradePolicy").asText("").equals("UPGRADE")
        && http.path("useClientProtocol").asBoolean()) {
      found.error("use client protocol must not be true when H2UpgradePolicy is UPGRADE");
    }
    notNegative(http.path("maxConcurrentStreams"), "max concurrent streams", found);
    var tcp = pool.path("tcp");
    notNegative(tcp.path("maxConnections"), "max connections", found);
    Values.duration(tcp.path("connectTimeout"), found);
    Values.duration(tcp.path("maxConnectionDuration"), found);
    // No time at all switches the timeout off.
    if (!Values.isZero(tcp.path("idleTimeout"))) {
      Values.duration(tcp.path("idleTimeout"), found);
    }
    Values.duration(tcp.path("tcpKeepalive").path("time"), found);
    Values.duration(tcp.path("tcpKeepalive").path("interval"), found);
  }

  private static void notNegative(JsonNode number, String name, Findings found) {
    if (number.asLong(0) < 0) {
      found.error(name + " must be non-negative");
    }
  }

  private static void balancer(JsonNode balancer, boolean ejects, Findings found) {
    var hash = balancer.path("consistentHash");
    var cookie = hash.path("httpCookie");
    if (cookie.isObject() && cookie.path("name").asText("").isEmpty()) {
      found.error("name required for HttpCookie");
    }
    if (hash.path("minimumRingSize").asLong(0) != 0) {
      found.warning(
          "consistent hash MinimumRingSize is deprecated, use ConsistentHashLB's RingHash configuration instead");
      if (hash.hasNonNull("ringHash") || hash.hasNonNull("maglev")) {
        found.error("only one of MinimumRingSize or Maglev/Ringhash can be specified");
      }
    }
    if (hash.path("maglev").isObject()) {
      var size = hash.path("maglev").path("tableSize").asLong(0);
      if (size == 0) {
        found.error("tableSize must be set for maglev");
      }
      if (size >= MOST_TABLE) {
        found.error("tableSize must be less than 5000011 for maglev");
      }
      if (!isPrime(size)) {
        found.error("tableSize must be a prime number for maglev");
      }
    }
    LocalityCheck.check(balancer.path("localityLbSetting"), ejects, found);
    var warm = balancer.path("warmup");
    if (warm.isObject()) {
      if (!warm.hasNonNull("duration")) {
        found.error("duration is required");
      }
      Values.duration(warm.path("duration"), found);
      if (warm.path("minimumPercent").asDouble(0) > 100) {
        found.error("minimumPercent value should be less than or equal to 100");
      }
      if (warm.hasNonNull("aggression") && warm.path("aggression").asDouble() < 1) {
        found.error("aggression should be greater than or equal to 1");
      }
    }
  }

  private static boolean isPrime(long number) {
    if (number == 0 || (number > 3 && number % 2 == 0)) {
      return false;
    }
    for (var factor = 3L; factor * factor <= Math.min(number, MOST_TABLE); factor += 2) {
      if (number % factor == 0) {
        return false;
      }
    }
    return true;
  }

  private static void tls(JsonNode tls, Findings found) {
    if (!tls.isObject()) {
      return;
    }
    var mode = tls.path("mode").asText("DISABLE");
    var ca = !tls.path("caCertificates").asText("").isEmpty();
    var names = !tls.path("subjectAltNames").isEmpty();
    var credential = !tls.path("credentialName").asText("").isEmpty();
    if (tls.path("insecureSkipVerify").asBoolean()) {
      if (mode.equals("SIMPLE") && (ca || credential || names)) {
        found.error(
            "cannot specify CaCertificates or CredentialName or SubjectAltNames when InsecureSkipVerify is set true");
      }
      if (mode.equals("MUTUAL") && (ca || names)) {
        found.error(
            "cannot specify CaCertificates or SubjectAltNames when InsecureSkipVerify is set true");
      }
    }
    var client = !tls.path("clientCertificate").asText("").isEmpty();
    var key = !tls.path("privateKey").asText("").isEmpty();
    if ((mode.equals("SIMPLE") || mode.equals("MUTUAL")) && credential) {
      if (client || ca || key || !tls.path("caCrl").asText("").isEmpty()) {
        found.error(
            "cannot specify client certificates or CA certificate or CA CRL If credentialName is set");
      }
    } else if (mode.equals("MUTUAL")) {
      if (!client) {
        found.error("client certificate required for mutual tls");
      }
      if (!key) {
        found.error("private key required for mutual tls");
      }
    }
  }

  private static void tunnel(JsonNode tunnel, Findings found) {
    if (!tunnel.isObject()) {
      return;
    }
    if (!List.of("", "CONNECT", "POST").contains(tunnel.path("protocol").asText(""))) {
      found.error("tunnel protocol must be \"CONNECT\" or \"POST\"");
    }
    var host = tunnel.path("targetHost").asText("");
    var problem = Names.problemOfName(host);
    if (problem.isPresent() && !Names.isAddress(host)) {
      found.error(
          "tunnel target host must be valid FQDN or IP address: %s; %s is not a valid IP"
              .formatted(problem.get(), host));
    }
    var port = new Findings();
    Values.port(tunnel.path("targetPort").asLong(0), port);
    found.error(port.failure().map(why -> "tunnel target port is invalid: " + why));
  }
}

package dev.sluice.playground.admission;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// A Gateway: its name, and each server's hosts, port and encryption.
final class GatewayCheck {
  private static final String SOCKET = "unix://";

  private GatewayCheck() {}

  static void check(JsonNode object, Findings found) {
    var name = object.path("metadata").path("name").asText("");
    if (!Names.isLabel(name)) {
      found.error("invalid gateway name: " + Names.quoted(name));
    }
    var servers = object.path("spec").path("servers");
    if (servers.isEmpty()) {
      found.error("gateway must have at least one server");
    }
    servers.forEach(server -> server(server, found));
    var names = new HashSet<String>();
    for (var server : servers) {
      var port = server.path("port");
      if (!port.isObject()) {
        continue;
      }
      if (!names.add(port.path("name").asText(""))) {
        found.error(
            "port names in servers must be unique: duplicate name " + port.path("name").asText(""));
      }
      if (!isHttp(protocol(port)) && server.path("tls").path("httpsRedirect").asBoolean()) {
        found.warning("tls.httpsRedirect should only be used with http servers");
      }
    }
  }

  private static void server(JsonNode server, Findings found) {
    if (server.path("hosts").isEmpty()) {
      found.error("server config must contain at least one host");
    }
    server.path("hosts").forEach(host -> host(host.asText(), found));
    var bind = server.path("bind").asText("");
    var before = new Findings();
    port(server.path("port"), bind, before);
    found.errorsOf(before);
    if (bind.startsWith(SOCKET)) {
      socket(server.path("port"), bind.substring(SOCKET.length()), found);
    } else if (!bind.isEmpty() && !Names.isAddress(bind)) {
      found.error(bind + " is not a valid IP");
    }
    var tls = server.path("tls");
    if (tls.isObject()) {
      encryption(tls, found);
    }
    if (before.failure().isEmpty()) {
      fits(protocol(server.path("port")), tls, found);
    }
  }

  private static void fits(String protocol, JsonNode tls, Findings found) {
    var encrypted = Set.of("https", "tls").contains(protocol);
    if (encrypted && !tls.isObject()) {
      found.error("server must have TLS settings for HTTPS/TLS protocols");
    } else if (!encrypted && tls.isObject()) {
      if (!isHttp(protocol)) {
        found.error("server cannot have TLS settings for non HTTPS/TLS ports");
      } else if (!passes(mode(tls))
          || has(tls, "caCertificates")
          || has(tls, "privateKey")
          || has(tls, "serverCertificate")) {
        found.error("server cannot have TLS settings for plain text HTTP ports");
      }
    }
  }

  private static void host(String host, Findings found) {
    var slash = host.indexOf('/');
    if (slash < 0) {
      hostName(host, found);
      return;
    }
    var namespace = host.substring(0, slash);
    var name = host.substring(slash + 1);
    if (namespace.isEmpty() || name.isEmpty()) {
      found.error("config namespace and dnsName in host entry cannot be empty");
    }
    if (!List.of("*", ".").contains(namespace) && !Names.isLabel(namespace)) {
      found.error("invalid namespace value " + Names.quoted(namespace) + " in gateway");
    }
    hostName(name, found);
  }

  private static void hostName(String host, Findings found) {
    if (!host.equals("*") && !host.contains(".")) {
      found.error("short names (non FQDN) are not allowed");
    }
    if (!Names.isAddress(host)) {
      found.error(Names.problemOfHost(host));
    }
    if (host.contains("*") && host.length() != 1 && !host.startsWith("*.")) {
      found.error("partial wildcard " + Names.quoted(host) + " not allowed");
    }
  }

  private static void port(JsonNode port, String bind, Findings found) {
    if (!port.isObject()) {
      found.error("port is required");
      return;
    }
    if (!Values.PROTOCOLS.contains(protocol(port))) {
      found.error(
          "invalid protocol %s, supported protocols are HTTP, HTTP2, GRPC, GRPC-WEB, MONGO, REDIS, MYSQL, TCP"
              .formatted(Names.quoted(port.path("protocol").asText(""))));
    }
    var number = port.path("number").asLong(0);
    if (number > 0 || !bind.startsWith(SOCKET)) {
      Values.port(number, found);
    }
    if (port.path("targetPort").asLong(0) > 0) {
      found.error("targetPort has no impact on Gateways");
    }
    if (port.path("name").asText("").isEmpty()) {
      found.error("port name must be set: " + shown(port));
    }
  }

  private static String shown(JsonNode port) {
    var protocol = port.path("protocol").asText("");
    return "number:"
        + port.path("number").asLong(0)
        + (protocol.isEmpty() ? "" : " protocol:" + Names.quoted(protocol));
  }

  private static void socket(JsonNode port, String path, Findings found) {
    if (path.isEmpty()) {
      found.error("unix address must not be empty");
    } else if (!path.startsWith("@") && (!path.startsWith("/") || path.endsWith("/"))) {
      found.error(path + " is not an absolute path to a file");
    }
    if (port.path("number").asLong(0) != 0) {
      found.error("port number must be 0 for unix domain socket: " + shown(port));
    }
  }

  private static void encryption(JsonNode tls, Findings found) {
    var mode = mode(tls);
    if (List.of("TLSV1_0", "TLSV1_1").contains(tls.path("minProtocolVersion").asText(""))
        && tls.path("cipherSuites").isEmpty()) {
      found.warning(
          "TLS version below TLSV1_2 require setting compatible ciphers as by default they no longer include compatible ciphers.");
    }
    if (mode.equals("ISTIO_MUTUAL")) {
      refused(tls, "serverCertificate", "server certificate", found);
      refused(tls, "privateKey", "private key", found);
      refused(tls, "caCertificates", "CA bundle", found);
      refused(tls, "credentialName", "credentialName", found);
      return;
    }
    var credential = has(tls, "credentialName");
    if (passes(mode)
        && (has(tls, "caCrl")
            || has(tls, "serverCertificate")
            || has(tls, "privateKey")
            || has(tls, "caCertificates")
            || credential)) {
      found.warning(mode + " mode does not use certificates, they will be ignored");
    }
    var mutual = List.of("MUTUAL", "OPTIONAL_MUTUAL").contains(mode);
    if ((mode.equals("SIMPLE") || mutual) && credential) {
      return;
    }
    if (mode.equals("SIMPLE") || mutual) {
      var kind = mutual ? "MUTUAL" : "SIMPLE";
      wanted(tls, "serverCertificate", kind + " TLS requires a server certificate", found);
      wanted(tls, "privateKey", kind + " TLS requires a private key", found);
      if (mutual) {
        wanted(tls, "caCertificates", "MUTUAL TLS requires a client CA bundle", found);
      }
    }
    if (has(tls, "caCrl")) {
      if (credential) {
        found.error(
            "CRL is not supported with credentialName. CRL has to be specified in the credential");
      }
      if (mode.equals("SIMPLE")) {
        found.error("CRL is not supported with SIMPLE TLS");
      }
    }
  }

  private static void refused(JsonNode tls, String field, String name, Findings found) {
    if (has(tls, field)) {
      found.error("ISTIO_MUTUAL TLS cannot have associated " + name);
    }
  }

  private static void wanted(JsonNode tls, String field, String message, Findings found) {
    if (!has(tls, field)) {
      found.error(message);
    }
  }

  private static boolean has(JsonNode tls, String field) {
    return !tls.path(field).asText("").isEmpty();
  }

  private static String mode(JsonNode tls) {
    return tls.path("mode").asText("PASSTHROUGH");
  }

  private static boolean passes(String mode) {
    return mode.equals("PASSTHROUGH") || mode.equals("AUTO_PASSTHROUGH");
  }

  private static String protocol(JsonNode port) {
    return port.path("protocol").asText("").toLowerCase(Locale.ROOT);
  }

  private static boolean isHttp(String protocol) {
    return Set.of("http", "http2", "http_proxy", "grpc", "grpc-web").contains(protocol);
  }
}

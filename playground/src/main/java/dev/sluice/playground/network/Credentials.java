package dev.sluice.playground.network;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Who a caller of the proxy is: proxy credentials whose user is the namespace and whose password
/// is the name of the workload, or labels such as `app=client,version=v1`.
public final class Credentials {
  private static final int LONGEST = 2_000;

  /// Of a caller who does not say who it is.
  static final Caller NOBODY = new Caller.Sidecar("default", Map.of(), "unknown");

  private Credentials() {}

  /// The credentials of a caller, as `Proxy-Authorization` carries them.
  public static String header(String namespace, String workloadOrLabels) {
    var pair = namespace + ":" + workloadOrLabels;
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  /// @throws IllegalArgumentException for credentials of another form, saying which is meant
  static Caller caller(@Nullable String header) {
    if (header == null) {
      return NOBODY;
    }
    if (header.length() > LONGEST || !header.regionMatches(true, 0, "Basic ", 0, 6)) {
      throw refused();
    }
    try {
      var pair =
          new String(
              Base64.getDecoder().decode(header.substring(6).strip()), StandardCharsets.UTF_8);
      var colon = pair.indexOf(':');
      var namespace = colon < 0 ? pair : pair.substring(0, colon);
      return caller(namespace, colon < 0 ? "" : pair.substring(colon + 1));
    } catch (IllegalArgumentException e) {
      throw refused();
    }
  }

  private static Caller caller(String namespace, String password) {
    if (!namespace.matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")) {
      throw refused();
    }
    if (password.isEmpty()) {
      return new Caller.Sidecar(namespace, Map.of(), "unknown");
    }
    if (password.indexOf('=') < 0) {
      return Caller.Sidecar.named(password, namespace);
    }
    var labels = new LinkedHashMap<String, String>();
    for (var pair : password.split(",", -1)) {
      var equals = pair.indexOf('=');
      if (equals < 1) {
        throw refused();
      }
      labels.put(pair.substring(0, equals).strip(), pair.substring(equals + 1).strip());
    }
    return new Caller.Sidecar(namespace, labels, labels.getOrDefault("app", "unknown"));
  }

  private static IllegalArgumentException refused() {
    return new IllegalArgumentException(
        "proxy credentials are NAMESPACE:WORKLOAD or NAMESPACE:app=NAME,version=VERSION");
  }
}

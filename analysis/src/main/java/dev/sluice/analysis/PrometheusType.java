package dev.sluice.analysis;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Prometheus and whatever speaks its query API.
final class PrometheusType implements ProviderType {

  @Override
  public String name() {
    return "prometheus";
  }

  @Override
  public Duration looksBack(String query) {
    return Lookback.of(query);
  }

  @Override
  public Set<String> keys() {
    return Set.of("token", "username", "password");
  }

  @Override
  public void check(Provider provider) throws NeedsEdit {
    var _ = queryAddress(provider);
  }

  /// Credentials are a bearer `token`, or `username` and `password`, in the secret; a header of the
  /// same name in the provider's headers gives way to them.
  @Override
  public MetricSource connect(Provider provider, Map<String, String> credentials, Http http)
      throws NeedsEdit {
    var headers = new LinkedHashMap<String, List<String>>();
    provider.headers().forEach(headers::put);
    var authorization = authorization(credentials);
    if (!authorization.isEmpty()) {
      headers.keySet().removeIf(h -> h.equalsIgnoreCase("Authorization"));
      headers.put("Authorization", List.of(authorization));
    }
    headers.keySet().removeIf(h -> h.equalsIgnoreCase("Content-Type"));
    headers.put("Content-Type", List.of("application/x-www-form-urlencoded"));
    return new PrometheusSource(
        provider.toString(),
        queryAddress(provider),
        Map.copyOf(headers),
        !authorization.isEmpty(),
        provider.insecureSkipVerify(),
        http);
  }

  private static URI queryAddress(Provider provider) throws NeedsEdit {
    var base = provider.address().replaceFirst("/+$", "");
    try {
      var address = new URI(base + "/api/v1/query");
      var scheme = address.getScheme();
      if (address.getHost() == null
          || address.getRawQuery() != null
          || address.getRawFragment() != null
          || !("http".equals(scheme) || "https".equals(scheme))) {
        throw notAnAddress(provider);
      }
      return address;
    } catch (URISyntaxException _) {
      throw notAnAddress(provider);
    }
  }

  private static NeedsEdit notAnAddress(Provider provider) {
    return new NeedsEdit(
        "provider.address",
        "'%s' is not the address of a Prometheus; write it as http://HOST:PORT"
            .formatted(Addresses.display(provider.address())));
  }

  private static String authorization(Map<String, String> secret) throws NeedsEdit {
    var token = secret.getOrDefault("token", "").strip();
    if (!token.isEmpty()) {
      return "Bearer " + token;
    }
    var user = secret.get("username");
    var password = secret.get("password");
    if (user != null && password != null) {
      var pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
      return "Basic " + Base64.getEncoder().encodeToString(pair);
    }
    if (!secret.isEmpty()) {
      throw new NeedsEdit(
          "provider.secretRef",
          "the secret of a Prometheus holds 'token', or 'username' and 'password'");
    }
    return "";
  }
}

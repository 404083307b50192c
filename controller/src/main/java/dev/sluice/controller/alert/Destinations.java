package dev.sluice.controller.alert;

import dev.sluice.controller.http.Http;
import dev.sluice.crds.AlertProvider;
import dev.sluice.crds.LocalRef;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads an AlertProvider and its Secret into a destination. Pure.
final class Destinations {
  private Destinations() {}

  /// @param secret the data of the provider's Secret, in base64 as Kubernetes has it; empty when it
  ///   has none
  /// @throws IllegalArgumentException with what keeps it from being served, without secrets
  static Destination of(AlertProvider provider, Map<String, String> secret) {
    AlertProvider.Spec spec = provider.spec();
    LocalRef ref = spec.secretRef();
    Optional<String> inSecret = decoded(secret, "address");
    if (ref != null && inSecret.isEmpty()) {
      throw new IllegalArgumentException("Secret " + ref.name() + " has no key 'address'");
    }
    String address = inSecret.orElse(spec.address() == null ? "" : spec.address());
    return new Destination(
        "AlertProvider " + provider.ref(),
        spec.type(),
        url(address),
        decoded(secret, "token"),
        or(spec.channel(), Destination.DEFAULT_CHANNEL),
        or(spec.username(), Destination.DEFAULT_USERNAME),
        proxy(spec.proxy()));
  }

  private static URI url(String address) {
    try {
      URI url = URI.create(address.strip());
      if (url.getHost() != null) {
        return url;
      }
    } catch (IllegalArgumentException _) {
      // said below, without the address: it is a secret
    }
    throw new IllegalArgumentException("its address is not a URL");
  }

  private static Optional<Http.Proxy> proxy(@Nullable String proxy) {
    if (proxy == null || proxy.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Http.Proxy.at(URI.create(proxy)));
    } catch (IllegalArgumentException _) {
      throw new IllegalArgumentException("its proxy is not of the form http://host:port");
    }
  }

  private static Optional<String> decoded(Map<String, String> secret, String key) {
    String value = secret.get(key);
    if (value == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
              new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8).strip())
          .filter(text -> !text.isEmpty());
    } catch (IllegalArgumentException _) {
      throw new IllegalArgumentException("key '" + key + "' of its Secret is not base64");
    }
  }

  private static String or(@Nullable String value, String otherwise) {
    return value == null || value.isEmpty() ? otherwise : value;
  }
}

package dev.sluice.analysis;

import java.util.List;
import java.util.Map;

/// Where metrics are asked, with what credentials.
///
/// @param type such as `prometheus`; [Providers] knows which there are
/// @param address base URL, possibly with a path
/// @param headers sent with every question; values may be secret
/// @param secret decoded entries of the provider's Secret, empty without one; never printed
/// @param insecureSkipVerify takes any TLS certificate
public record Provider(
    String type,
    String address,
    Map<String, List<String>> headers,
    Map<String, String> secret,
    boolean insecureSkipVerify) {

  public Provider {
    headers = Map.copyOf(headers);
    secret = Map.copyOf(secret);
  }

  /// A Prometheus without credentials.
  public static Provider prometheus(String address) {
    return new Provider("prometheus", address, Map.of(), Map.of(), false);
  }

  /// Without headers, secret and the address's user part.
  @Override
  public String toString() {
    return type + " at " + Addresses.display(address);
  }
}

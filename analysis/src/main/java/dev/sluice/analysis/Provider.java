package dev.sluice.analysis;

import java.util.List;
import java.util.Map;

/// Where metrics are asked, with what credentials.
///
/// @param type such as `prometheus`; [Providers] knows which there are
/// @param address base URL, possibly with a path
/// @param headers sent with every question; values may be secret
/// @param credentials from the provider's Secret; never printed
/// @param insecureSkipVerify takes any TLS certificate
public record Provider(
    String type,
    String address,
    Map<String, List<String>> headers,
    Credentials credentials,
    boolean insecureSkipVerify) {

  public Provider {
    headers = Map.copyOf(headers);
  }

  /// A Prometheus without credentials.
  public static Provider prometheus(String address) {
    return new Provider("prometheus", address, Map.of(), Credentials.NONE, false);
  }

  /// The same provider, asked by somebody.
  public Provider with(Credentials others) {
    return new Provider(type, address, headers, others, insecureSkipVerify);
  }

  /// Without headers, credentials and the address's user part.
  @Override
  public String toString() {
    return type + " at " + Addresses.display(address);
  }
}

package dev.sluice.playground.api;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// One request to the API server, however it arrived.
///
/// @param path decoded, without query
/// @param query decoded; a name may have several values
/// @param headers names in lower case
/// @param body empty when there is none
public record Call(
    String method,
    String path,
    Map<String, List<String>> query,
    Map<String, String> headers,
    byte[] body) {

  public Optional<String> parameter(String name) {
    return Optional.ofNullable(query.get(name)).filter(v -> !v.isEmpty()).map(List::getFirst);
  }

  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
  }
}

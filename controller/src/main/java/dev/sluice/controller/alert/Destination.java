package dev.sluice.controller.alert;

import dev.sluice.controller.http.Http;
import java.net.URI;
import java.util.Optional;

/// Where one sink sends.
///
/// @param name of the sink for people, such as `AlertProvider production/on-call`
/// @param type of the sink, such as `slack`
/// @param address secret in itself; never shown
/// @param token secret; empty for none
public record Destination(
    String name,
    String type,
    URI address,
    Optional<String> token,
    String channel,
    String username,
    Optional<Http.Proxy> proxy) {

  /// As Flagger has them.
  public static final String DEFAULT_CHANNEL = "general";

  public static final String DEFAULT_USERNAME = "flagger";

  /// The controller's own channel, for Canaries that name no alerts.
  public static Destination slack(
      URI address,
      Optional<String> token,
      String channel,
      String username,
      Optional<Http.Proxy> proxy) {
    return new Destination(
        "The controller's Slack channel", "slack", address, token, channel, username, proxy);
  }

  /// Without the address and the token.
  @Override
  public String toString() {
    return name + " (" + type + ")";
  }
}

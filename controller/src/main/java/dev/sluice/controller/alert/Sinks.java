package dev.sluice.controller.alert;

import java.util.List;
import java.util.Optional;

/// All receivers of alerts that Sluice can serve. A new one is one line here.
final class Sinks {

  private static final List<Sink> KNOWN =
      List.of(
          SlackCompatible.SLACK,
          SlackCompatible.DISCORD,
          SlackCompatible.ROCKET_CHAT,
          new MsTeams(),
          new GoogleChat(),
          new GenericWebhook());

  private Sinks() {}

  static Optional<Sink> of(String type) {
    return KNOWN.stream().filter(sink -> sink.type().equals(type)).findFirst();
  }

  static List<String> types() {
    return KNOWN.stream().map(Sink::type).sorted().toList();
  }

  static List<Sink> all() {
    return KNOWN;
  }
}

package dev.sluice.controller.server;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Whether the loop still turns. A process whose loop has stopped looks at nothing any more and
/// should be started anew; nothing is lost by that.
public final class Pulse {
  /// The loop turns at least once a minute, unless every pass that may run hangs.
  static final Duration LONGEST = Duration.ofMinutes(10);

  private volatile Supplier<Optional<Instant>> turned = Optional::empty;

  /// @param lastTurn of the loop that runs; empty while none does, which is fine
  public void of(Supplier<Optional<Instant>> lastTurn) {
    turned = lastTurn;
  }

  /// Why the process should be started anew, one clause each.
  public List<String> problems(Instant now) {
    return turned
        .get()
        .map(at -> Duration.between(at, now))
        .filter(silence -> silence.compareTo(LONGEST) > 0)
        .map(silence -> List.of("the loop has not turned for " + silence.toSeconds() + " seconds"))
        .orElse(List.of());
  }
}

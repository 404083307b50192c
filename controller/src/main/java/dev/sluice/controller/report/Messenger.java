package dev.sluice.controller.report;

import dev.sluice.controller.rollout.Announcement;
import dev.sluice.controller.rollout.Standing;
import dev.sluice.crds.Canary;
import java.time.Instant;

/// Where alerts and event webhooks go. Must not block for long and must not throw: telling people
/// never stops a rollout.
@FunctionalInterface
public interface Messenger {

  /// @param standing after the decision
  void tell(Canary canary, Standing standing, Announcement announcement, Instant now);

  /// Both, this one first.
  default Messenger and(Messenger other) {
    return (canary, standing, announcement, now) -> {
      tell(canary, standing, announcement, now);
      other.tell(canary, standing, announcement, now);
    };
  }
}

package dev.sluice.controller.rollout;

/// Says what must be asked outside before deciding, so that metrics and webhooks are only asked
/// when a step waits for them.
public final class Survey {
  private Survey() {}

  /// @param seen everything but the answers
  public static Questions of(Observation seen) {
    return !Gate.isClosed(seen)
            && seen.standing().map(Standing::phase).orElse(null) instanceof Phase.Progressing phase
        ? Analysis.questions(phase, seen)
        : Questions.NONE;
  }
}

package dev.sluice.controller.preflight;

import dev.sluice.controller.rollout.policy.Problem;
import java.util.List;

/// What the controller would make of one Canary.
///
/// @param canary `namespace/name`
/// @param at file and line; empty when it was read from a cluster
/// @param refused why it would not be worked on, or not be stored; empty mostly
/// @param warnings what works, but perhaps not as its author thinks
public record Verdict(String canary, String at, List<Problem> refused, List<Problem> warnings) {
  public Verdict {
    refused = List.copyOf(refused);
    warnings = List.copyOf(warnings);
  }

  /// The worst of what there is to say.
  public enum Grade {
    OK("ok"),
    WARNED("with warnings"),
    REFUSED("refused");

    private final String words;

    Grade(String words) {
      this.words = words;
    }

    /// For a person.
    public String words() {
      return words;
    }
  }

  public Grade grade() {
    if (!refused.isEmpty()) {
      return Grade.REFUSED;
    }
    return warnings.isEmpty() ? Grade.OK : Grade.WARNED;
  }
}

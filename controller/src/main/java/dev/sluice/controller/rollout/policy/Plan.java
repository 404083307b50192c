package dev.sluice.controller.rollout.policy;

import java.util.List;

/// What a spec came to once read.
public sealed interface Plan {

  /// @param warnings what works, but perhaps not as its author thinks
  record Valid(Policy policy, List<Problem> warnings) implements Plan {
    public Valid {
      warnings = List.copyOf(warnings);
    }
  }

  /// @param problems what cannot work; never empty
  /// @param suspended whether nothing may be written whatever else is wrong
  record Invalid(List<Problem> problems, boolean suspended) implements Plan {
    public Invalid {
      problems = List.copyOf(problems);
      if (problems.isEmpty()) {
        throw new IllegalArgumentException("an invalid plan has a problem");
      }
    }
  }
}

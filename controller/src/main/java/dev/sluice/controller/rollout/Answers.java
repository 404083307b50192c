package dev.sluice.controller.rollout;

import dev.sluice.analysis.Verdict;
import java.util.List;
import java.util.Optional;

/// What the outside said when [Survey] asked.
///
/// @param about the revision that the target had when the questions were asked; if it has changed
///   since, the answers are thrown away
/// @param hooks in the order they were called; the first refusal ends the list
/// @param verdict on the metrics; empty when a hook refused or nothing was to be judged
public record Answers(Revision about, List<HookAnswer> hooks, Optional<Verdict> verdict) {

  public Answers {
    hooks = List.copyOf(hooks);
  }

  /// @param refusal what it said, in one clause, or empty when it agreed
  public record HookAnswer(Policy.Hook hook, String refusal) {
    boolean agreed() {
      return refusal.isEmpty();
    }
  }
}

package dev.sluice.controller.rollout;

import dev.sluice.analysis.Look;
import dev.sluice.analysis.Verdict;
import dev.sluice.controller.rollout.policy.Policy.Hook;
import java.util.List;
import java.util.Optional;

/// What the outside said when [Survey] asked.
///
/// @param about the revision that the questions were about; answers about another than the one
///   under way are thrown away
/// @param hooks in the order they were called
/// @param verdict on the metrics; empty when a webhook had decided before, or nothing was to be
///   judged
/// @param looks what the verdict is made of, in the order of the spec
public record Answers(
    Revision about, List<HookAnswer> hooks, Optional<Verdict> verdict, List<Look> looks) {

  public Answers {
    hooks = List.copyOf(hooks);
    looks = List.copyOf(looks);
  }

  /// Where no metric is counted for itself.
  public Answers(Revision about, List<HookAnswer> hooks, Optional<Verdict> verdict) {
    this(about, hooks, verdict, List.of());
  }

  /// @param refusal what it said, or why it could not be asked, in one clause; empty when it agreed
  public record HookAnswer(Hook hook, String refusal) {
    public boolean agreed() {
      return refusal.isEmpty();
    }
  }

  /// The first of these that agreed.
  Optional<HookAnswer> agreed(List<Hook> asked) {
    return of(asked).stream().filter(HookAnswer::agreed).findFirst();
  }

  /// The first of these that refused.
  Optional<HookAnswer> refused(List<Hook> asked) {
    return of(asked).stream().filter(answer -> !answer.agreed()).findFirst();
  }

  /// Whether each of these was called. Answers may be about a spec that was edited meanwhile.
  boolean all(List<Hook> asked) {
    return of(asked).size() == asked.size();
  }

  private List<HookAnswer> of(List<Hook> asked) {
    return asked.stream()
        .flatMap(hook -> hooks.stream().filter(answer -> answer.hook().equals(hook)).limit(1))
        .toList();
  }
}

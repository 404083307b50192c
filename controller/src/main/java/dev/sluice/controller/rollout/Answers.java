package dev.sluice.controller.rollout;

import java.util.List;

/// What the outside said when [Survey] asked.
///
/// @param about the revision that the target had when the questions were asked; if it has changed
///   since, the answers are thrown away
/// @param hooks in the order they were called; the first refusal ends the list
/// @param metrics in the order of the spec, all of them; empty when a hook refused or none was
///   asked
public record Answers(Revision about, List<HookAnswer> hooks, List<Check> metrics) {

  public Answers {
    hooks = List.copyOf(hooks);
    metrics = List.copyOf(metrics);
  }

  /// @param refusal what it said, in one clause, or empty when it agreed
  public record HookAnswer(Policy.Hook hook, String refusal) {
    boolean agreed() {
      return refusal.isEmpty();
    }
  }

  /// What one metric check found. `evidence` says value, bound, baseline and sample size in one
  /// clause, such as `request-success-rate 87.32% < 99% (412 requests)`.
  public sealed interface Check {
    String metric();

    String evidence();

    record Passed(String metric, String evidence) implements Check {}

    record Failing(String metric, String evidence) implements Check {}

    /// The source is fine and has no series, or too few samples.
    record NoData(String metric, String evidence) implements Check {}

    /// The source could not be asked.
    record Unavailable(String metric, String evidence) implements Check {}

    /// Enough traffic to see that proxies do not do what the route says.
    record Misrouted(String metric, String evidence) implements Check {}
  }
}

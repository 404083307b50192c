package dev.sluice.controller.check;

import dev.sluice.analysis.Check;
import dev.sluice.analysis.Provider;
import dev.sluice.analysis.compare.Tolerance;
import dev.sluice.analysis.counters.OwnCounters;
import dev.sluice.controller.rollout.policy.Problem;
import dev.sluice.crds.ObjectRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the metrics of a spec come to.
///
/// @param metricsServer answers whatever has no provider of its own
/// @param asked in the order of the spec; whole only where there are no problems
/// @param compared metrics of users' own that are compared with the primary instead
/// @param problems what keeps a metric from being asked
/// @param warnings what works, but perhaps not as its author thinks
public record Checks(
    Provider metricsServer,
    List<Asked> asked,
    List<Own> compared,
    List<Problem> problems,
    List<Problem> warnings) {

  /// @param secret whose entries the provider of the check must be given before it is asked
  record Asked(Check check, Optional<ObjectRef> secret) {}

  /// @param metric its name in the analysis
  /// @param provider that has its counters
  /// @param tolerance of what is bad
  /// @param secret as of [Asked]
  record Own(
      String metric,
      OwnCounters counters,
      Provider provider,
      Tolerance tolerance,
      Optional<ObjectRef> secret) {}

  /// The same with one more problem.
  Checks with(Problem problem) {
    List<Problem> more = new ArrayList<>(problems);
    more.add(problem);
    return new Checks(metricsServer, asked, compared, more, warnings);
  }

  public Checks {
    asked = List.copyOf(asked);
    compared = List.copyOf(compared);
    problems = List.copyOf(problems);
    warnings = List.copyOf(warnings);
  }
}

package dev.sluice.controller.canary;

import dev.sluice.analysis.Check;
import dev.sluice.analysis.Provider;
import dev.sluice.controller.rollout.Problem;
import dev.sluice.crds.ObjectRef;
import java.util.List;
import java.util.Optional;

/// What the metrics of a spec come to.
///
/// @param metricsServer answers whatever has no provider of its own
/// @param asked in the order of the spec; whole only where there are no problems
/// @param problems what keeps a metric from being asked
/// @param warnings what works, but perhaps not as its author thinks
record Checks(
    Provider metricsServer, List<Asked> asked, List<Problem> problems, List<Problem> warnings) {

  /// @param secret whose entries the provider of the check must be given before it is asked
  record Asked(Check check, Optional<ObjectRef> secret) {}

  Checks {
    asked = List.copyOf(asked);
    problems = List.copyOf(problems);
    warnings = List.copyOf(warnings);
  }
}

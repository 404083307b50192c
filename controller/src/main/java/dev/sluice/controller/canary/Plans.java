package dev.sluice.controller.canary;

import dev.sluice.controller.check.Checks;
import dev.sluice.controller.check.Metrics;
import dev.sluice.controller.rollout.policy.Plan;
import dev.sluice.controller.rollout.policy.Policy;
import dev.sluice.controller.rollout.policy.PolicyReader;
import dev.sluice.controller.rollout.policy.Problem;
import dev.sluice.controller.rollout.policy.Settings;
import dev.sluice.controller.routing.Providers;
import dev.sluice.crds.Canary;
import dev.sluice.mesh.Mesh;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a spec comes to: by the rules of rollouts, by those of the mesh, and with the objects that
/// its metrics name.
public final class Plans {
  private final Settings settings;
  private final Providers providers;
  private final Metrics metrics;

  public Plans(Settings settings, Providers providers, Metrics metrics) {
    this.settings = settings;
    this.providers = providers;
    this.metrics = metrics;
  }

  public Plan of(Canary canary) {
    Plan plan = PolicyReader.read(canary.spec(), settings, providers.byDefault());
    return switch (plan) {
      case Plan.Invalid invalid -> invalid;
      case Plan.Valid(var policy, var warnings) -> complete(canary, policy, warnings);
    };
  }

  /// When to look again though nothing is heard of: nobody tells when a mesh is installed.
  Optional<Duration> lookAgain(Canary canary) {
    return providers.isMissing(canary) ? Optional.of(Providers.RECHECK) : Optional.empty();
  }

  private Plan complete(Canary canary, Policy policy, List<Problem> warned) {
    List<Problem> problems = new ArrayList<>();
    List<Problem> warnings = new ArrayList<>(warned);
    Mesh mesh = providers.asked(canary);
    providers.missing(canary).ifPresent(why -> problems.add(new Problem("spec.provider", why)));
    mesh.problems(canary).forEach(p -> problems.add(new Problem(p.field(), p.why())));
    mesh.warnings(canary).forEach(w -> warnings.add(new Problem(w.field(), w.why())));
    Checks checks = metrics.checks(canary);
    // What is never asked must not stand in the way of a fix or of a pause.
    (policy.skipAnalysis() || policy.suspended() ? warnings : problems).addAll(checks.problems());
    warnings.addAll(checks.warnings());
    return problems.isEmpty()
        ? new Plan.Valid(policy, warnings)
        : new Plan.Invalid(problems, policy.suspended());
  }
}

package dev.sluice.controller.canary;

import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.Verdict;
import dev.sluice.controller.rollout.Answers;
import dev.sluice.controller.rollout.Answers.HookAnswer;
import dev.sluice.controller.rollout.Observation;
import dev.sluice.controller.rollout.Policy;
import dev.sluice.controller.rollout.Questions;
import dev.sluice.controller.rollout.Revision;
import dev.sluice.controller.rollout.Standing;
import dev.sluice.crds.Canary;
import dev.sluice.mesh.Percent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Calls the webhooks in order, the first refusal ends it, then asks the metrics.
final class OutsideAsker implements CanaryReconciler.Asker {

  private final Hooks hooks;
  private final Judgement judgement;

  OutsideAsker(Hooks hooks, Judgement judgement) {
    this.hooks = hooks;
    this.judgement = judgement;
  }

  @Override
  public Answers ask(Canary canary, Revision about, Questions questions, Observation seen) {
    List<HookAnswer> answers = new ArrayList<>();
    try {
      for (Policy.Hook hook : questions.hooks()) {
        String refusal = hooks.refusal(canary, hook, about).orElse("");
        answers.add(new HookAnswer(hook, refusal));
        if (!refusal.isEmpty()) {
          return new Answers(about, answers, Optional.empty());
        }
      }
      return new Answers(about, answers, verdict(canary, questions, seen));
    } catch (InterruptedException e) {
      // The process is stopping: what was not answered was not asked.
      Thread.currentThread().interrupt();
      return new Answers(about, answers, Optional.of(stopping()));
    }
  }

  private Optional<Verdict> verdict(Canary canary, Questions questions, Observation seen)
      throws InterruptedException {
    if (!questions.metrics()) {
      return Optional.empty();
    }
    Percent weight = seen.standing().map(Standing::phase).map(p -> p.weight()).orElse(Percent.NONE);
    return Optional.of(
        judgement.judge(canary, questions, weight, seen.routing().since(), seen.now()));
  }

  private static Verdict stopping() {
    return new Verdict.Hold(
        Verdict.Reason.SOURCE_UNAVAILABLE,
        false,
        List.of(
            new Evidence("metrics", null, null, null, null, "the controller is being stopped")));
  }
}

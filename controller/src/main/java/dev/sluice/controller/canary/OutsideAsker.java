package dev.sluice.controller.canary;

import dev.sluice.analysis.Verdict;
import dev.sluice.controller.check.Hooks;
import dev.sluice.controller.check.Judgement;
import dev.sluice.controller.check.Judgement.Judged;
import dev.sluice.controller.rollout.Answers;
import dev.sluice.controller.rollout.Answers.HookAnswer;
import dev.sluice.controller.rollout.Observation;
import dev.sluice.controller.rollout.Questions;
import dev.sluice.controller.rollout.Survey;
import dev.sluice.controller.rollout.policy.Policy;
import dev.sluice.crds.Canary;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Calls webhooks and asks the metrics in the order of the questions, until an answer has decided.
final class OutsideAsker implements CanaryReconciler.Asker {

  private final Hooks hooks;
  private final Judgement judgement;

  OutsideAsker(Hooks hooks, Judgement judgement) {
    this.hooks = hooks;
    this.judgement = judgement;
  }

  @Override
  public Answers ask(Canary canary, Questions questions, Observation seen)
      throws InterruptedException {
    List<HookAnswer> answers = new ArrayList<>();
    Optional<Judged> judged = ask(canary, questions, seen, answers);
    return new Answers(
        questions.about(),
        answers,
        judged.map(Judged::verdict),
        judged.map(Judged::looks).orElse(List.of()));
  }

  private Optional<Judged> ask(
      Canary canary, Questions questions, Observation seen, List<HookAnswer> answers)
      throws InterruptedException {
    for (Policy.Hook hook : questions.rollback()) {
      if (call(canary, hook, questions, answers).agreed()) {
        return Optional.empty();
      }
    }
    if (!allAgree(canary, questions.checks(), questions, answers)) {
      return Optional.empty();
    }
    Optional<Judged> judged = judged(canary, questions, seen);
    if (judged.isEmpty() || passed(judged.get(), seen)) {
      allAgree(canary, questions.gates(), questions, answers);
    }
    for (Policy.Hook hook : questions.notices()) {
      call(canary, hook, questions, answers);
    }
    return judged;
  }

  private static boolean passed(Judged judged, Observation seen) {
    return judged.verdict() instanceof Verdict.Safe && Survey.mayGoOn(seen, judged.looks());
  }

  private boolean allAgree(
      Canary canary, List<Policy.Hook> asked, Questions questions, List<HookAnswer> answers)
      throws InterruptedException {
    for (Policy.Hook hook : asked) {
      if (!call(canary, hook, questions, answers).agreed()) {
        return false;
      }
    }
    return true;
  }

  private HookAnswer call(
      Canary canary, Policy.Hook hook, Questions questions, List<HookAnswer> answers)
      throws InterruptedException {
    HookAnswer answer =
        new HookAnswer(
            hook, hooks.refusal(canary, hook, questions.phase(hook), questions.about()).orElse(""));
    answers.add(answer);
    return answer;
  }

  private Optional<Judged> judged(Canary canary, Questions questions, Observation seen)
      throws InterruptedException {
    if (!questions.metrics()) {
      return Optional.empty();
    }
    return Optional.of(
        judgement.judge(canary, questions, seen.measurable(), seen.routing().since(), seen.now()));
  }
}

package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Phase.Idle;
import dev.sluice.controller.rollout.policy.Policy.HookType;
import java.util.List;

/// A run that has ended and of which the post-rollout webhooks have not been told. They are called
/// once; a crash before their answers are recorded calls them again.
final class Ending {
  private Ending() {}

  static Questions questions(Idle phase, Observation seen) {
    return Questions.hooks(
        phase.seen().revision(),
        phase.name(),
        List.of(),
        List.of(),
        List.of(),
        seen.policy().hooks(HookType.POST_ROLLOUT));
  }

  /// Whatever they answer is told and changes nothing.
  static Step decide(Idle phase, Observation seen) {
    if (!seen.planned()) {
      return Step.stay(phase);
    }
    var hooks = questions(phase, seen).notices();
    var answers = seen.answersAbout(phase.seen().revision()).filter(said -> said.all(hooks));
    if (!hooks.isEmpty() && answers.isEmpty()) {
      return Step.stay(phase).lookAgain(Analysis.soon(seen));
    }
    var step = Step.to(phase.ended());
    for (var answer : answers.map(Answers::hooks).orElse(List.of())) {
      step =
          answer.agreed()
              ? step.tell(
                  Reason.POST_ROLLOUT_PASSED,
                  "Post-rollout check %s passed".formatted(answer.hook().name()))
              : step.tell(
                  Reason.POST_ROLLOUT_FAILED,
                  "Post-rollout hook %s failed: %s"
                      .formatted(answer.hook().name(), answer.refusal()));
    }
    return step;
  }
}

package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.policy.Policy;
import dev.sluice.controller.rollout.policy.Policy.Hook;
import dev.sluice.controller.rollout.policy.Policy.HookType;
import dev.sluice.controller.rollout.policy.Strategy;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What must be true of webhooks that may stop or end a rollout. Written against what they were
/// seen to answer.
final class GateRules {
  private Set<Hook> agreed = new HashSet<>();
  private Questions asked = Questions.NONE;
  private boolean rollbackAgreed;
  private Policy policy = Policy.CAUTIOUS;
  private boolean planned;

  void asked(Questions questions, Answers answers) {
    asked = questions;
    rollbackAgreed = answers.agreed(questions.rollback()).isPresent();
    answers.hooks().stream().filter(a -> a.agreed()).forEach(a -> agreed.add(a.hook()));
    if (rollbackAgreed) {
      check("whoever gives up asks nothing more", answers.verdict().isEmpty());
    }
  }

  /// What was agreed to counts for one decision, and for the spec that it was made under.
  void decided(Observation seen, Decision decision) {
    policy = seen.policy();
    planned = seen.planned();
    var running = seen.standing().map(Standing::phase).orElse(null);
    if (rollbackAgreed
        && seen.answers().isPresent()
        && planned
        && !policy.suspended()
        && policy.hooks(HookType.ROLLBACK).containsAll(asked.rollback())
        && seen.known().filter(c -> c.now().revision().equals(asked.about())).isPresent()
        && seen.known().filter(Content.Known::sameAsPrimary).isEmpty()
        && running instanceof Phase.Running) {
      check(
          "a rollback webhook that agreed ends the run: " + decision.next(),
          decision.next().filter(next -> endsOrMakesWay(running, next.phase())).isPresent());
    }
    if (seen.answers().isEmpty()) {
      agreed = new HashSet<>();
    }
    rollbackAgreed = false;
  }

  private static boolean endsOrMakesWay(Phase was, Phase is) {
    return is instanceof Phase.RollingBack
        || (was.weight().value() > 0 && is.weight().value() == 0 && is instanceof Phase.Running);
  }

  void recorded(Standing before, Standing after) {
    if (!OrderRules.isOrdered(before, after, Orders.Scope.STAGE)) {
      unordered(before, after);
    }
    if (after.phase() instanceof Phase.Waiting) {
      check("who waits for the start has no traffic", after.phase().weight().value() == 0);
    }
    agreed = new HashSet<>();
  }

  private void unordered(Standing before, Standing after) {
    if (before.phase() instanceof Phase.Idle || before.phase() instanceof Phase.Waiting) {
      if (after.phase() instanceof Phase.Progressing) {
        check("nothing starts before confirm-rollout agreed", agreedTo(HookType.CONFIRM_ROLLOUT));
      }
    }
    if (before.phase() instanceof Phase.Progressing was) {
      moved(was, after.phase());
    }
  }

  private void moved(Phase.Progressing was, Phase after) {
    if (after instanceof Phase.Progressing is && is.weight().compareTo(was.weight()) > 0) {
      check(
          "no more traffic before confirm-traffic-increase agreed, once",
          agreedTo(HookType.CONFIRM_TRAFFIC_INCREASE) || was.awaits() == Phase.Approval.PROMOTION);
    }
    var consent = policy.strategy().consent(was.stage());
    if (after instanceof Phase.Progressing is
        && policy.strategy().isForEveryone(is.stage())
        && !policy.strategy().isForEveryone(was.stage())
        && consent == Strategy.Consent.PROMOTION) {
      check(
          "nobody is brought to a revision for good before confirm-promotion agreed",
          agreedTo(HookType.CONFIRM_PROMOTION));
    }
    if (after instanceof Phase.Promoting
        && !policy.skipAnalysis()
        && consent != Strategy.Consent.GIVEN) {
      check(
          "nothing is promoted before confirm-promotion agreed",
          agreedTo(HookType.CONFIRM_PROMOTION));
      check(
          "nothing is promoted before confirm-traffic-increase agreed, once",
          agreedTo(HookType.CONFIRM_TRAFFIC_INCREASE) || was.awaits() == Phase.Approval.PROMOTION);
    }
  }

  private boolean agreedTo(HookType type) {
    List<Hook> needed = policy.hooks(type);
    return agreed.containsAll(needed);
  }

  private static void check(String rule, boolean kept) {
    if (!kept) {
      throw new Invariants.Broken(rule);
    }
  }
}

package dev.sluice.controller.rollout;

import dev.sluice.analysis.Look;
import dev.sluice.controller.rollout.policy.Policy;
import dev.sluice.controller.rollout.policy.Stage;
import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Where a canary is. Every phase carries only what is true in it and all that a restarted
/// controller needs to go on as if nothing had happened.
public sealed interface Phase {

  /// The name in `status.phase`, one of Flagger's.
  String name();

  /// The canary's share that this phase asked for last; what `status.canaryWeight` shows.
  default Percent weight() {
    return Percent.NONE;
  }

  /// What the mesh is to do in this phase.
  default Split split() {
    return Split.of(weight());
  }

  /// Nothing is under way; the next change of the target starts a run.
  sealed interface Idle extends Phase {

    /// The newest state of the target that was dealt with; anything newer is a new revision.
    Snapshot seen();

    /// The same phase having seen something else.
    Idle seeing(Snapshot snapshot);

    /// Whether the post-rollout webhooks of the run before are still to be called.
    default boolean ending() {
      return false;
    }

    /// The same phase once they have been.
    default Idle ended() {
      return this;
    }
  }

  /// A revision is under way.
  sealed interface Running extends Phase {
    Run run();
  }

  /// The Canary is being deleted.
  sealed interface Leaving extends Phase {}

  /// The target serves again as if there had never been a Canary, or is about to.
  ///
  /// @param since when the deletion was seen
  record Terminating(Instant since) implements Leaving {
    @Override
    public String name() {
      return "Terminating";
    }
  }

  /// Nothing is left to be done but to let the Canary go.
  ///
  /// @param leftBehind whether the primary goes on serving without a Canary, because the target
  ///   could not take its traffic in time
  record Terminated(boolean leftBehind) implements Leaving {
    @Override
    public String name() {
      return "Terminated";
    }
  }

  /// The primary is made from the target and takes over its traffic.
  ///
  /// @param copied what the primary was made from
  record Initializing(Optional<Snapshot> copied, Instant since) implements Phase {
    @Override
    public String name() {
      return "Initializing";
    }
  }

  /// A new revision that its confirm-rollout webhooks have not agreed to. None of its pods is
  /// started.
  ///
  /// @param since when it began to wait
  /// @param nextCheck when they are asked again
  record Waiting(Run run, Instant since, Instant nextCheck) implements Running {
    @Override
    public String name() {
      return "Waiting";
    }
  }

  record Initialized(Snapshot seen) implements Idle {
    @Override
    public String name() {
      return "Initialized";
    }

    @Override
    public Initialized seeing(Snapshot snapshot) {
      return new Initialized(snapshot);
    }
  }

  /// A new revision gets more and more traffic while its checks pass.
  ///
  /// @param stage what was asked for
  /// @param failedChecks of this run
  /// @param checks how many checks of this run looked at metrics
  /// @param since when this weight was asked for
  /// @param nextCheck not before this
  /// @param awaits what it goes on without as little as without its checks, which have passed
  record Progressing(
      Run run,
      Stage stage,
      int failedChecks,
      int checks,
      Instant since,
      Instant nextCheck,
      Approval awaits)
      implements Running {

    /// Waiting for nobody's approval.
    Progressing(
        Run run, Stage stage, int failedChecks, int checks, Instant since, Instant nextCheck) {
      this(run, stage, failedChecks, checks, since, nextCheck, Approval.NONE);
    }

    /// A run of whose revision no user has seen anything yet.
    static Progressing starting(Run run, Instant now) {
      return new Progressing(run, Stage.START, 0, 0, now, now);
    }

    @Override
    public String name() {
      return awaits == Approval.PROMOTION ? "WaitingPromotion" : "Progressing";
    }

    @Override
    public Percent weight() {
      return stage.weight();
    }

    @Override
    public Split split() {
      return stage.split();
    }

    Progressing with(Run other) {
      return new Progressing(other, stage, failedChecks, checks, since, nextCheck, awaits);
    }

    /// The same after one more check.
    ///
    /// @param looks that it was made of
    /// @param policy whose metrics are counted
    Progressing counting(List<Look> looks, Policy policy) {
      return with(run.counting(run.counts().plus(looks, policy.metrics(), checks == 0)));
    }

    Progressing awaiting(Approval approval) {
      return new Progressing(run, stage, failedChecks, checks, since, nextCheck, approval);
    }

    /// The same at another place of the way to its users.
    Progressing with(Stage other) {
      return new Progressing(run, other, failedChecks, checks, since, nextCheck, awaits);
    }

    /// The same, not checked before then.
    Progressing checking(Instant next) {
      return new Progressing(run, stage, failedChecks, checks, since, next, awaits);
    }

    /// The same after a check that looked at metrics.
    Progressing looked() {
      return new Progressing(run, stage, failedChecks, checks + 1, since, nextCheck, awaits);
    }

    /// The same with so many failed checks.
    Progressing failed(int count) {
      return new Progressing(run, stage, count, checks, since, nextCheck, awaits);
    }

    /// Another share of the traffic is asked for, which nobody has approved yet.
    Progressing entering(Stage next, Instant now, Instant due) {
      return new Progressing(run, next, failedChecks, checks, now, due);
    }
  }

  /// What is still needed once the checks have passed.
  enum Approval {
    NONE,

    /// Of the comparison with the primary.
    EVIDENCE,

    /// Of webhooks, from here on.
    TRAFFIC_INCREASE,
    PROMOTION
  }

  /// The analysis passed; the primary is updated and then gets the traffic back.
  ///
  /// @param weight the canary's share that was asked for
  /// @param since when the promotion began
  /// @param nextStep not before this, where the traffic goes back in steps
  record Promoting(Run run, Percent weight, Instant since, Instant nextStep) implements Running {
    @Override
    public String name() {
      return "Promoting";
    }
  }

  /// All traffic goes to the promoted primary; the target is scaled to zero once it has left.
  record Finalising(Run run, Instant since) implements Running {
    @Override
    public String name() {
      return "Finalising";
    }
  }

  /// Traffic is taken away from a revision that will not be promoted, then its pods.
  record RollingBack(Run run, Cause cause, Instant since) implements Running {
    @Override
    public String name() {
      return "Progressing";
    }
  }

  /// @param ending whether the post-rollout webhooks are still to be called
  record Succeeded(Snapshot seen, boolean ending) implements Idle {

    /// With nothing left to do.
    Succeeded(Snapshot seen) {
      this(seen, false);
    }

    @Override
    public String name() {
      return "Succeeded";
    }

    @Override
    public Succeeded seeing(Snapshot snapshot) {
      return new Succeeded(snapshot, ending);
    }

    @Override
    public Succeeded ended() {
      return new Succeeded(seen);
    }
  }

  /// @param ending whether the post-rollout webhooks are still to be called
  record Failed(Snapshot seen, Cause cause, boolean ending) implements Idle {

    /// With nothing left to do.
    Failed(Snapshot seen, Cause cause) {
      this(seen, cause, false);
    }

    @Override
    public String name() {
      return "Failed";
    }

    @Override
    public Failed seeing(Snapshot snapshot) {
      return new Failed(snapshot, cause, ending);
    }

    @Override
    public Failed ended() {
      return new Failed(seen, cause);
    }
  }
}

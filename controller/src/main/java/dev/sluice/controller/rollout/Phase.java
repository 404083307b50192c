package dev.sluice.controller.rollout;

import dev.sluice.mesh.Percent;
import java.time.Instant;
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

  /// Nothing is under way; the next change of the target starts a run.
  sealed interface Idle extends Phase {

    /// The newest state of the target that was dealt with; anything newer is a new revision.
    Snapshot seen();

    /// The same phase having seen something else.
    Idle seeing(Snapshot snapshot);
  }

  /// A revision is under way.
  sealed interface Running extends Phase {
    Run run();
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
  /// @param weight the canary's share that was asked for
  /// @param failedChecks of this run
  /// @param checks how many checks of this run looked at metrics
  /// @param since when this weight was asked for
  /// @param nextCheck not before this
  record Progressing(
      Run run, Percent weight, int failedChecks, int checks, Instant since, Instant nextCheck)
      implements Running {
    @Override
    public String name() {
      return "Progressing";
    }
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

  record Succeeded(Snapshot seen) implements Idle {
    @Override
    public String name() {
      return "Succeeded";
    }

    @Override
    public Succeeded seeing(Snapshot snapshot) {
      return new Succeeded(snapshot);
    }
  }

  record Failed(Snapshot seen, Cause cause) implements Idle {
    @Override
    public String name() {
      return "Failed";
    }

    @Override
    public Failed seeing(Snapshot snapshot) {
      return new Failed(snapshot, cause);
    }
  }
}

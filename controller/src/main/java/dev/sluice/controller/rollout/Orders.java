package dev.sluice.controller.rollout;

import java.time.Instant;
import java.util.Optional;

/// What people have ordered beside the manifest and what still holds of it; all of it survives a
/// restart.
///
/// @param pause since when nothing goes forward, if it does not
/// @param waiver what a run need not pass, if anything
/// @param last the command that was answered last
public record Orders(Optional<Pause> pause, Optional<Waiver> waiver, Optional<Answered> last) {
  public static final Orders NONE =
      new Orders(Optional.empty(), Optional.empty(), Optional.empty());

  /// No revision is started, gets more traffic or is promoted.
  ///
  /// @param by who wants it
  /// @param why may be empty
  public record Pause(String by, String why, Instant since) {}

  /// @param run the id of the run that it is for; for its present stage alone, unless it is for all
  ///   of them
  /// @param by who wants it
  /// @param why may be empty
  public record Waiver(Scope scope, String run, String by, String why) {

    /// `promote by jane: INC-12`, for messages.
    String title() {
      return "%s by %s%s".formatted(scope.verb.title(), by, why.isEmpty() ? "" : ": " + why);
    }
  }

  /// How much a run need not pass.
  public enum Scope {
    /// The check of this stage.
    CHECK(Command.Verb.SKIP),
    /// That, and whoever is to agree.
    STAGE(Command.Verb.PROMOTE),
    /// Every stage that is left.
    RUN(Command.Verb.PROMOTE_FULLY);

    private final Command.Verb verb;

    Scope(Command.Verb verb) {
      this.verb = verb;
    }

    /// As in status, such as `Stage`.
    String title() {
      return Reason.title(name());
    }
  }

  /// What became of a command.
  ///
  /// @param taken whether it was; else it was refused
  /// @param message what follows from it, or why it was refused
  /// @param open whether the annotation that it came in may still be there
  public record Answered(
      String id,
      String what,
      String by,
      String through,
      String why,
      Instant at,
      boolean taken,
      String message,
      boolean open) {

    /// `jane (through kubectl-annotate)`, for people.
    public String who() {
      return Command.who(by, through);
    }

    Answered closed() {
      return new Answered(id, what, by, through, why, at, taken, message, false);
    }
  }

  /// Whether somebody ordered that so much, or more, need not be passed.
  boolean waives(Scope scope) {
    return waiver.filter(waived -> waived.scope().compareTo(scope) >= 0).isPresent();
  }

  Orders with(Pause other) {
    return new Orders(Optional.of(other), waiver, last);
  }

  Orders withoutPause() {
    return new Orders(Optional.empty(), waiver, last);
  }

  Orders with(Waiver other) {
    return new Orders(pause, Optional.of(other), last);
  }

  Orders withoutWaiver() {
    return new Orders(pause, Optional.empty(), last);
  }

  Orders with(Answered other) {
    return new Orders(pause, waiver, Optional.of(other));
  }

  /// What still holds once a phase has led to another: what need not be passed does not outlive the
  /// stage or the run that it was for, nor the loss of its traffic.
  Orders after(Phase before, Phase next) {
    return waiver.filter(waived -> !outlives(waived, before, next)).isPresent()
        ? withoutWaiver()
        : this;
  }

  private static boolean outlives(Waiver waiver, Phase before, Phase next) {
    if (!(next instanceof Phase.Running running) || !running.run().id().equals(waiver.run())) {
      return false;
    }
    return switch (running) {
      case Phase.Waiting _ -> before instanceof Phase.Waiting;
      case Phase.Progressing now ->
          switch (before) {
            case Phase.Waiting _ -> waiver.scope() == Scope.RUN;
            case Phase.Progressing earlier ->
                now.stage().equals(earlier.stage())
                    || (waiver.scope() == Scope.RUN && !now.stage().isStart());
            case Phase.Initializing _,
                Phase.Idle _,
                Phase.Promoting _,
                Phase.Finalising _,
                Phase.RollingBack _,
                Phase.Leaving _ ->
                false;
          };
      case Phase.Promoting _, Phase.Finalising _, Phase.RollingBack _ -> false;
    };
  }
}

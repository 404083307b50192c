package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Announcement.Alert;
import dev.sluice.controller.rollout.Announcement.Severity;
import dev.sluice.controller.rollout.Orders.Answered;
import dev.sluice.controller.rollout.Orders.Pause;
import dev.sluice.controller.rollout.Orders.Scope;
import dev.sluice.controller.rollout.Orders.Waiver;
import dev.sluice.controller.rollout.Phase.Failed;
import dev.sluice.controller.rollout.Phase.Progressing;
import dev.sluice.controller.rollout.Phase.Promoting;
import dev.sluice.controller.rollout.Phase.Running;
import dev.sluice.controller.rollout.Phase.Waiting;
import dev.sluice.controller.rollout.policy.Policy;
import dev.sluice.controller.rollout.policy.Stage.Position;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/// Answers a command at the first look at it, once: what it changes is recorded together with its
/// id. One that makes no sense at that moment is refused and not kept for later.
///
/// A command never moves traffic or pods by itself. It says what a run need not pass, that it is
/// not to go on, or that it is over; the phases do the rest, as safely as they always do.
///
/// @param phase where the rollout is from now on
/// @param orders what holds from now on
/// @param announcements what people are told of it
record Ordering(Phase phase, Orders orders, List<Announcement> announcements) {

  /// Whether there is a command that was not answered yet.
  static boolean isNew(Observation seen) {
    return seen.command()
        .filter(command -> seen.orders().last().filter(l -> l.id().equals(command.id())).isEmpty())
        .isPresent();
  }

  static Ordering of(Phase phase, Observation seen) {
    if (isNew(seen)) {
      return answered(phase, seen, seen.command().orElseThrow());
    }
    var orders = seen.orders();
    var isGone = seen.command().isEmpty() && orders.last().filter(Answered::open).isPresent();
    return new Ordering(
        phase, isGone ? orders.with(orders.last().get().closed()) : orders, List.of());
  }

  /// The annotation of a command that was answered is in the way of the next.
  static Optional<Action> cleaning(Observation seen, Orders orders) {
    return seen.command()
        .filter(command ->
            orders.last().filter(l -> l.open() && l.id().equals(command.id())).isPresent())
        .map(command -> new Action.TakeOffCommand(command.id()));
  }

  private static Ordering answered(Phase phase, Observation seen, Command command) {
    var answer = answer(phase, seen, command);
    var message = message(answer, seen, command);
    var last =
        new Answered(
            command.id(),
            command.text(),
            command.by(),
            command.through(),
            command.why(),
            seen.now(),
            answer instanceof Taken,
            answer.what(),
            !command.isDeclared());
    return switch (answer) {
      case Refused _ ->
          new Ordering(
              phase,
              seen.orders().with(last),
              List.of(new Announcement(Reason.COMMAND_REFUSED, message, Optional.empty())));
      case Taken(var _, var step, var orders, var severity) -> {
        var all = new java.util.ArrayList<Announcement>();
        var alert = severity.map(s -> new Alert(s, message, true));
        all.add(new Announcement(Reason.COMMAND_TAKEN, message, alert));
        all.addAll(step.announcements());
        yield new Ordering(step.next(), orders.with(last), List.copyOf(all));
      }
    };
  }

  private static String message(Answer answer, Observation seen, Command command) {
    return "%s of %s by %s%s%s %s"
        .formatted(
            command.text(),
            seen.names().canaryIn(),
            command.who(),
            command.why().isEmpty() ? "" : " (" + command.why() + ")",
            answer instanceof Taken ? ":" : " is refused:",
            answer.what());
  }

  private sealed interface Answer {
    /// What follows from it, or why nothing does, in one clause.
    String what();
  }

  private record Refused(String what) implements Answer {}

  /// @param alert empty where nobody need be told but by the Event
  private record Taken(String what, Step step, Orders orders, Optional<Severity> alert)
      implements Answer {}

  private static Answer answer(Phase phase, Observation seen, Command command) {
    var verb = command.verb();
    if (command.isDeclared()) {
      return new Refused(
          "it is part of a manifest, which is applied again and again; take it out there and use kubectl annotate, or ./sluice");
    }
    if (verb.isEmpty()) {
      return new Refused("there is no such command; known: " + Command.known());
    }
    return impossible(phase, seen, command)
        .<Answer>map(Refused::new)
        .orElseGet(() ->
            switch (verb.get()) {
              case PROMOTE -> waive(Scope.STAGE, phase, seen, command);
              case PROMOTE_FULLY -> waive(Scope.RUN, phase, seen, command);
              case SKIP -> waive(Scope.CHECK, phase, seen, command);
              case ABORT -> abort(phase, seen, command);
              case RETRY -> retry(phase, seen);
              case PAUSE -> pause(phase, seen, command);
              case RESUME -> resume(phase, seen);
            });
  }

  /// Why no command at all makes sense.
  private static Optional<String> impossible(Phase phase, Observation seen, Command command) {
    if (seen.deleted() || phase instanceof Phase.Leaving) {
      return Optional.of("the Canary is being deleted");
    }
    if (seen.standing().isEmpty()) {
      return Optional.of("the Canary is new; nothing is under way");
    }
    var closed = Gate.obstacle(seen);
    if (closed.isPresent()) {
      return Optional.of(closed.get().message());
    }
    return revision(phase)
        .filter(command::isAboutAnother)
        .map(present ->
            "it is about revision %s, but the revision here is %s"
                .formatted(command.revision(), present))
        .or(() ->
            command.revision().isEmpty() || revision(phase).isPresent()
                ? Optional.empty()
                : Optional.of("revision %s is not here".formatted(command.revision())));
  }

  private static Optional<Revision> revision(Phase phase) {
    return switch (phase) {
      case Phase.Idle idle -> Optional.of(idle.seen().revision());
      case Running running -> Optional.of(running.run().revision());
      case Phase.Initializing initializing -> initializing.copied().map(Snapshot::revision);
      case Phase.Leaving _ -> Optional.empty();
    };
  }

  // ---- promote, promote-fully, skip ----

  private static Answer waive(Scope scope, Phase phase, Observation seen, Command command) {
    if (!(phase instanceof Running running)) {
      return new Refused(idle(phase));
    }
    return switch (running) {
      case Waiting waiting when scope == Scope.CHECK ->
          new Refused(
              "%s waits for approval and is not being checked; promote starts it without"
                  .formatted(waiting.run().title()));
      case Waiting waiting -> waived(scope, waiting, seen, command);
      case Progressing progressing -> waived(scope, progressing, seen, command);
      case Promoting promoting ->
          new Refused("%s is being promoted already".formatted(promoting.run().title()));
      case Phase.Finalising finalising ->
          new Refused("%s is promoted already".formatted(finalising.run().title()));
      case Phase.RollingBack back -> new Refused(rollingBack(back));
    };
  }

  private static Answer waived(Scope scope, Running phase, Observation seen, Command command) {
    if (!seen.planned()) {
      return new Refused("the spec is refused, so nothing goes forward until it is edited");
    }
    var moved = movedOn(phase, seen);
    if (moved.isPresent()) {
      return new Refused(moved.get());
    }
    var waiver = new Waiver(scope, phase.run().id(), command.who(), command.why());
    var orders = seen.orders().with(waiver);
    return new Taken(
        following(scope, phase, seen),
        Step.stay(hurried(phase, seen)),
        scope == Scope.RUN ? orders.withoutPause() : orders,
        scope == Scope.RUN
            ? Optional.of(Severity.WARN)
            : scope == Scope.STAGE ? Optional.of(Severity.INFO) : Optional.empty());
  }

  /// A command is about what its giver saw.
  private static Optional<String> movedOn(Running phase, Observation seen) {
    return seen.known()
        .map(Content.Known::now)
        .filter(now -> now.isNewerThan(phase.run().target()))
        .map(now ->
            "%s has been changed meanwhile to revision %s"
                .formatted(seen.names().targetIn(), now.revision()));
  }

  /// Without the rest of the interval; but pods that have just become ready are known to every
  /// proxy first.
  private static Running hurried(Running phase, Observation seen) {
    return switch (phase) {
      case Waiting waiting -> new Waiting(waiting.run(), waiting.since(), seen.now());
      case Progressing p when p.stage().isStart() && !p.nextCheck().isAfter(p.since()) -> p;
      case Progressing p -> {
        var isAsked = !p.stage().isStart() || p.awaits() != Phase.Approval.NONE;
        var known = isAsked ? seen.now() : seen.now().plus(seen.settings().settle());
        yield p.with(seen.policy().strategy().lastLook(p.stage()))
            .checking(known.isBefore(p.nextCheck()) ? known : p.nextCheck());
      }
      case Promoting _, Phase.Finalising _, Phase.RollingBack _ -> phase;
    };
  }

  private static String following(Scope scope, Running phase, Observation seen) {
    var run = phase.run().title();
    return switch (scope) {
      case RUN ->
          "%s is promoted without the rest of its analysis as soon as its pods are ready"
              .formatted(run);
      case STAGE ->
          phase instanceof Progressing progressing
              ? "%s goes on from %s without its check and without approval"
                  .formatted(run, seen.share(progressing))
              : "%s is started without approval".formatted(run);
      case CHECK ->
          "%s goes on from %s without its check%s"
              .formatted(
                  run,
                  phase instanceof Progressing progressing
                      ? seen.share(progressing)
                      : phase.weight(),
                  seen.policy().has(Policy.HookType.CONFIRM_TRAFFIC_INCREASE)
                          || seen.policy().has(Policy.HookType.CONFIRM_PROMOTION)
                      ? ", if its webhooks agree"
                      : "");
    };
  }

  // ---- abort, retry ----

  private static Answer abort(Phase phase, Observation seen, Command command) {
    if (!(phase instanceof Running running)) {
      return new Refused(idle(phase));
    }
    return switch (running) {
      case Waiting waiting -> aborted(waiting, seen, command);
      case Progressing progressing -> aborted(progressing, seen, command);
      case Promoting promoting when isUncopied(promoting, seen) ->
          aborted(promoting, seen, command);
      case Promoting promoting -> new Refused(tooLate(promoting.run(), seen));
      case Phase.Finalising finalising -> new Refused(tooLate(finalising.run(), seen));
      case Phase.RollingBack back -> new Refused(rollingBack(back));
    };
  }

  /// Whether the primary has not been given the revision, and not only a moment ago: what was just
  /// written may not have been seen yet.
  private static boolean isUncopied(Promoting phase, Observation seen) {
    return !seen.primaryRuns(phase.run().revision())
        && !seen.now().isBefore(phase.since().plus(Traffic.PATIENCE));
  }

  private static String tooLate(Run run, Observation seen) {
    return "%s is being given %s already; release the version before again, by a revert in Git or kubectl rollout undo"
        .formatted(seen.names().primaryIn(), run.title());
  }

  private static Answer aborted(Running phase, Observation seen, Command command) {
    return new Taken(
        "%s is given up; its %s go to the primary"
            .formatted(phase.run().title(), seen.traffic(phase)),
        Withdrawal.aborted(phase.run(), seen, command),
        seen.orders().withoutPause(),
        Optional.empty());
  }

  private static Answer retry(Phase phase, Observation seen) {
    if (!(phase instanceof Failed failed)) {
      return new Refused(
          phase instanceof Running running
              ? "%s has not failed; it is under way".formatted(running.run().title())
              : idle(phase));
    }
    var known = seen.known();
    if (known.isEmpty()) {
      return new Refused(Detection.unreadable(seen).message());
    }
    var content = known.get();
    if (content.sameAsPrimary()) {
      return new Refused(Withdrawal.isAgain(seen));
    }
    if (content.now().isNewerThan(failed.seen())) {
      return new Refused(
          "%s has been changed to revision %s, which is analysed anyway"
              .formatted(seen.names().targetIn(), content.now().revision()));
    }
    if (!seen.planned()) {
      return new Refused("the spec is refused, so nothing is started until it is edited");
    }
    if (failed.ending()) {
      return new Refused("the post-rollout webhooks of the run before have not been called yet");
    }
    var run = Run.of(content, seen.now());
    return new Taken(
        "%s is analysed once more; it failed because of: %s"
            .formatted(run.title(), failed.cause().why()),
        Step.to(new Waiting(run, seen.now(), seen.now())),
        seen.orders().withoutPause(),
        Optional.empty());
  }

  // ---- pause, resume ----

  private static Answer pause(Phase phase, Observation seen, Command command) {
    var before = seen.orders().pause();
    if (before.isPresent()) {
      return new Refused(
          "it has been paused by %s since %s".formatted(before.get().by(), before.get().since()));
    }
    var pause = new Pause(command.who(), command.why(), seen.now().truncatedTo(ChronoUnit.SECONDS));
    return new Taken(
        paused(phase, seen),
        Step.stay(phase),
        seen.orders().with(pause).withoutWaiver(),
        Optional.empty());
  }

  private static String paused(Phase phase, Observation seen) {
    return switch (phase) {
      case Waiting waiting -> "%s is not started until resumed".formatted(waiting.run().title());
      case Progressing progressing ->
          "%s stays at %s until resumed; its checks go on, and those that fail count"
              .formatted(progressing.run().title(), seen.traffic(progressing));
      case Promoting _, Phase.Finalising _ ->
          "the promotion under way is brought to its end, and no other revision is started until resumed";
      case Phase.RollingBack _ ->
          "the rollback under way is brought to its end, and no other revision is started until resumed";
      case Phase.Initializing _, Phase.Idle _, Phase.Leaving _ ->
          "no revision is started until resumed";
    };
  }

  private static Answer resume(Phase phase, Observation seen) {
    return seen.orders()
        .pause()
        .<Answer>map(pause ->
            new Taken(
                "it goes on after a pause by %s since %s".formatted(pause.by(), pause.since()),
                Step.stay(TimeLimit.stopped(phase, pause.since(), seen)),
                seen.orders().withoutPause(),
                Optional.empty()))
        .orElseGet(() ->
            phase instanceof Progressing progressing
                ? pastStep(progressing, seen)
                : new Refused("it is not paused"));
  }

  /// The manifest has it pause at this step.
  private static Answer pastStep(Progressing phase, Observation seen) {
    if (!seen.planned()) {
      return new Refused("the spec is refused, so nothing goes forward until it is edited");
    }
    return Pace.resumed(phase, seen)
        .<Answer>map(next ->
            new Taken(
                "%s goes on from %s, where step %s had it pause, once a check passes"
                    .formatted(
                        next.run().title(),
                        seen.share(next),
                        next.stage().position().map(Position::title).orElseThrow()),
                Step.stay(next),
                seen.orders(),
                Optional.empty()))
        .orElseGet(() -> new Refused("it is not paused"));
  }

  // ---- words ----

  private static String idle(Phase phase) {
    return switch (phase) {
      case Failed failed ->
          "nothing is under way; revision %s was rolled back (%s), and retry analyses it again"
              .formatted(failed.seen().revision(), failed.cause().why());
      case Phase.Initializing _ -> "the primary is still being made; nothing is under way";
      case Phase.Idle _, Running _, Phase.Leaving _ ->
          "nothing is under way; the next change of the target starts a rollout";
    };
  }

  private static String rollingBack(Phase.RollingBack phase) {
    return phase.cause().kind() == Cause.Kind.SUPERSEDED
        ? "%s is being stopped, as a newer change takes its place".formatted(phase.run().title())
        : "%s is being rolled back already: %s".formatted(phase.run().title(), phase.cause().why());
  }
}

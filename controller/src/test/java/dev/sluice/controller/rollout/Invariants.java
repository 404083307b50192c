package dev.sluice.controller.rollout;

import dev.sluice.analysis.Verdict;
import dev.sluice.controller.rollout.Routing.Apex;
import dev.sluice.controller.rollout.policy.Comparing;
import dev.sluice.controller.rollout.policy.Plan;
import dev.sluice.controller.rollout.policy.Policy;
import dev.sluice.controller.rollout.policy.Policy.HookType;
import dev.sluice.controller.rollout.policy.Stage;
import dev.sluice.controller.rollout.policy.Stage.Position;
import dev.sluice.controller.rollout.policy.Stay;
import dev.sluice.crds.CanaryStatus;
import dev.sluice.crds.Comparison.Unsure;
import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// What must be true whatever happens. Written against what was seen and done, not against how
/// [Rollout] comes to it.
final class Invariants implements ModelController.Witness {
  /// A rule was broken.
  static final class Broken extends AssertionError {
    private static final long serialVersionUID = 1;

    Broken(String rule) {
      super(rule);
    }
  }

  private static final Set<CanaryStatus.Phase> AT_WORK =
      Set.of(
          CanaryStatus.Phase.PROGRESSING,
          CanaryStatus.Phase.WAITING_PROMOTION,
          CanaryStatus.Phase.PROMOTING);

  private final ModelCluster cluster;

  /// Revisions that passed their last check, or that were promoted before anybody looked.
  private final Set<String> proven = new HashSet<>();

  /// By run: what really failed, as opposed to what only was silent.
  private final Map<String, Integer> failures = new HashMap<>();

  private final Map<String, Integer> promotions = new HashMap<>();
  private final Map<String, Integer> ends = new HashMap<>();
  private final Set<String> transitions = new TreeSet<>();

  Invariants(ModelCluster cluster) {
    this.cluster = cluster;
  }

  /// Such as `Progressing --> Promoting`.
  Set<String> transitions() {
    return transitions;
  }

  /// Such as `promote taken`.
  Set<String> commands() {
    return orders.outcomes();
  }

  int ends(String kind) {
    return ends.getOrDefault(kind, 0);
  }

  @Override
  public void decided(Observation seen, Decision decision) {
    prove(seen);
    gates.decided(seen, decision);
    if ((seen.policy().skipAnalysis() || isOrdered(seen, decision))
        && decision.next().map(Standing::phase).orElse(null) instanceof Phase.Promoting skipped) {
      proven.add(content(skipped.run().revision()));
    }
    if (seen.standing().map(Standing::phase).orElse(null) instanceof Phase.Promoting
        && decision.next().map(Standing::phase).orElse(null) instanceof Phase.Finalising) {
      check(
          "a primary gets its traffic back once all of its pods run what was promoted",
          takes(seen.primary(), seen.policy().primaryReadyThreshold())
              && seen.primary()
                  .filter(p -> p.updated() == p.replicas() && p.existing() == p.updated())
                  .filter(p -> p.observedGeneration() == p.generation())
                  .isPresent());
    }
    check(
        "a hold has a message that a person can act on",
        decision.next().flatMap(Standing::hold).filter(h -> h.message().length() < 20).isEmpty());
    var running = seen.standing().map(Standing::phase).filter(Phase.Progressing.class::isInstance);
    running.ifPresent(p -> onlyTheAnalysed((Phase.Progressing) p, seen, decision));
    running.ifPresent(p -> heard((Phase.Progressing) p, seen, decision));
    if (decision.actions().isEmpty() && decision.next().isEmpty()) {
      check(
          "nothing is announced that is not recorded or done", decision.announcements().isEmpty());
    }
    check(
        "whoever waits knows for how long",
        decision.lookAgain().isPresent()
            || decision.actions().isEmpty()
            || decision.next().isPresent());
  }

  /// What the comparison with the primary says ends a run at once, and no step is taken without it.
  private void heard(Phase.Progressing phase, Observation seen, Decision decision) {
    var policy = seen.policy();
    if (policy.comparison().isEmpty() || policy.skipAnalysis() || Gate.isClosed(seen)) {
      return;
    }
    var look = seen.compared().filter(compared -> compared.run().equals(phase.run().id()));
    var next = decision.next().map(Standing::phase).orElse(phase);
    if (look.filter(compared -> compared.verdict() instanceof Verdict.Rollback).isPresent()
        && phase.run().firstTraffic().isPresent()
        && seen.known()
            .filter(c -> c.now().revision().equals(phase.run().revision()))
            .isPresent()) {
      check(
          "a release that is found worse keeps no traffic for another tick",
          !(next instanceof Phase.Progressing still) || still.weight().equals(Percent.NONE));
    }
    var steps =
        next instanceof Phase.Promoting
            || (next instanceof Phase.Progressing higher
                && phase.weight().value() > 0
                && higher.weight().compareTo(phase.weight()) > 0);
    if (steps && !isOrdered(seen, decision)) {
      check(
          "no step is taken without a look that has nothing against it",
          look.filter(compared ->
                  compared.verdict() instanceof Verdict.Continue
                      || compared.verdict() instanceof Verdict.Safe
                      || (compared.verdict() instanceof Verdict.Hold hold
                          && hold.reason() == Verdict.Reason.NO_PRIMARY_DATA
                          && phase.weight().equals(Percent.ALL)))
              .isPresent());
      var known = look.get().excessAtMost().orElse(1);
      var waited = policy.comparison().get().unsure() == Unsure.PROMOTE;
      check(
          "what is promoted is known to be no worse than can be afforded",
          !(next instanceof Phase.Promoting)
              || known <= 0.0216
              || waited
              || phase.weight().equals(Percent.ALL));
    }
  }

  private static boolean isOrdered(Observation seen, Decision decision) {
    return seen.standing().isPresent()
        && decision.next().isPresent()
        && OrderRules.isOrdered(seen.standing().get(), decision.next().get(), Orders.Scope.CHECK);
  }

  /// Rule 4: another revision than the one under analysis loses its traffic at once.
  private void onlyTheAnalysed(Phase.Progressing phase, Observation seen, Decision decision) {
    var another = seen.known().filter(c -> c.now().isNewerThan(phase.run().target())).isPresent();
    var hasTraffic = seen.routing().split().filter(split -> !split.isNone()).isPresent();
    var suspended = seen.policy().suspended();
    if (another
        && hasTraffic
        && takes(seen.primary(), seen.policy().primaryReadyThreshold())
        && !suspended) {
      check(
          "a target that was edited in mid-run loses its traffic in the same tick",
          decision.actions().stream()
              .anyMatch(action -> action instanceof Action.Route(var split) && split.isNone()));
    }
  }

  @Override
  public void asked(Observation seen, Questions questions, Answers answers) {
    switch (seen.standing().orElseThrow().phase()) {
      case Phase.Progressing phase -> askedInRun(phase, seen, questions, answers);
      case Phase.Waiting phase -> {
        check("no gate is asked before it is due", !seen.now().isBefore(phase.nextCheck()));
        check("who waits has no traffic", seen.routing().split().filter(Split::isNone).isPresent());
        check(
            "a gate is asked about the revision that waits",
            answers.about().equals(phase.run().revision()));
      }
      case Phase.Idle idle ->
          check(
              "between runs only the start and the end of one are asked about",
              questions.checks().isEmpty()
                  && !questions.metrics()
                  && questions.rollback().isEmpty()
                  && (idle.ending() ? questions.gates().isEmpty() : questions.notices().isEmpty()));
      case Phase.Initializing _,
          Phase.Promoting _,
          Phase.Finalising _,
          Phase.RollingBack _,
          Phase.Leaving _ ->
          throw new Broken("nothing is asked while nothing is open");
    }
    gates.asked(questions, answers);
  }

  /// Whether the manifest lets a release that is very well known go on before its interval is over.
  private static boolean knowsMore(Phase.Progressing phase, Observation seen) {
    return seen.policy()
            .comparison()
            .filter(how -> !seen.now().isBefore(phase.since().plus(how.soonest())))
            .isPresent()
        && seen.compared()
            .filter(compared -> compared.excessAtMost().orElse(1) <= 0.002)
            .isPresent();
  }

  private void askedInRun(
      Phase.Progressing phase, Observation seen, Questions questions, Answers answers) {
    check(
        "no check before it is due",
        !seen.now().isBefore(phase.nextCheck())
            || knowsMore(phase, seen)
            || phase.awaits() == Phase.Approval.EVIDENCE);
    check(
        "a check is about the revision of the run", answers.about().equals(phase.run().revision()));
    check(
        "nothing is asked about what is promoted already",
        seen.known().filter(Content.Known::sameAsPrimary).isEmpty());
    if (questions.checks().isEmpty() && questions.gates().isEmpty() && !questions.metrics()) {
      return;
    }
    check(
        "a check is about the weight that was asked for, once proxies obey it",
        seen.routing().split().filter(phase.split()::hasShares).isPresent()
            && !seen.now().isBefore(seen.routing().since().plus(seen.settings().settle())));
    check(
        "the pods that answer run the revision that is analysed",
        seen.target().filter(t -> t.existing() == t.updated()).isPresent());
    check(
        "metrics are judged from first traffic on",
        !questions.metrics() || questions.firstTraffic().isPresent());
    var target = cluster.target;
    if (target != null && cluster.revision(target.template).equals(answers.about())) {
      check(
          "the pods that answer run the config that is analysed",
          target.runsItsTemplate(cluster.second));
    }
    limits.asked(phase.run().id(), answers);
    var failed =
        answers.refused(questions.checks()).isPresent()
            || answers.verdict().filter(Invariants::isFailure).isPresent();
    if (failed) {
      failures.merge(phase.run().id(), 1, Integer::sum);
    }
  }

  /// A revision has proven itself once the metrics are well at its last share of the traffic.
  private void prove(Observation seen) {
    var passed =
        seen.answers().flatMap(Answers::verdict).filter(v -> v instanceof Verdict.Safe).isPresent();
    if (passed
        && seen.standing().map(Standing::phase).orElse(null) instanceof Phase.Progressing phase
        && seen.answers().get().about().equals(phase.run().revision())
        && seen.policy().strategy().after(phase.stage()).isEmpty()) {
      proven.add(content(phase.run().revision()));
    }
  }

  /// Whatever the API server calls it.
  private static String content(Revision revision) {
    return revision.hash().replaceFirst("~.*", "");
  }

  private static boolean isFailure(Verdict verdict) {
    return verdict instanceof Verdict.Rollback
        || (verdict instanceof Verdict.Hold hold && hold.failedCheck());
  }

  /// Whether somebody has just let the run go past its stage, or past the pause that this is.
  private static boolean isOrdered(Standing before, Standing after) {
    return OrderRules.isOrdered(before, after, Orders.Scope.CHECK)
        || OrderRules.isResumed(before, after);
  }

  /// Whether a list of steps has not gone on, whatever became of the checks or the pause of a step.
  static boolean isSameStep(Stage was, Stage is) {
    return was.position().isPresent()
        && was.split().equals(is.split())
        && was.position().map(Position::step).equals(is.position().map(Position::step));
  }

  /// Whether a stage has lasted as long as it has to.
  private boolean isOver(Phase.Progressing was, Instant now) {
    if (was.stage().position().filter(Position::resumed).isPresent()) {
      return true;
    }
    var stay = policy().strategy().stay(was.stage());
    var interval = stay.interval().orElse(policy().interval());
    var least =
        switch (stay.pause()) {
          case Stay.Pause.For(var time) -> time;
          case Stay.Pause.UntilResumed _ -> Duration.ofDays(10_000);
          case Stay.Pause.None _ ->
              stay.mayBeShort()
                  ? policy()
                      .comparison()
                      .map(Comparing::soonest)
                      .filter(soonest -> soonest.compareTo(interval) < 0)
                      .orElse(interval)
                  : interval;
        };
    return !now.isBefore(was.since().plus(least));
  }

  @Override
  public void recorded(Standing before, Standing after) {
    gates.recorded(before, after);
    orders.recorded(before, after);
    limits.recorded(before, after, policy().skipAnalysis());
    if (before.phase() instanceof Phase.Progressing was
        && after.phase() instanceof Phase.Progressing is
        && was.run().id().equals(is.run().id())
        && !was.stage().isStart()
        && !is.stage().isStart()
        && !is.stage().equals(was.stage())
        && !(isOrdered(before, after) && isSameStep(was.stage(), is.stage()))) {
      check("no step early, restarted or not", isOrdered(before, after) || isOver(was, is.since()));
      check(
          "no step is left out",
          policy().strategy().after(was.stage()).equals(Optional.of(is.stage()))
              || (isOrdered(before, after)
                  && policy()
                      .strategy()
                      .after(policy().strategy().lastLook(was.stage()))
                      .equals(Optional.of(is.stage()))));
    }
    if (after.phase() instanceof Phase.Progressing lost
        && before.phase() instanceof Phase.Progressing was
        && !was.stage().isStart()
        && lost.stage().isStart()
        && was.run().id().equals(lost.run().id())) {
      failures.merge(lost.run().id(), 1, Integer::sum);
    }
    if (after.phase() instanceof Phase.Promoting is
        && !(before.phase() instanceof Phase.Promoting)) {
      check("one promotion for a run", promotions.merge(is.run().id(), 1, Integer::sum) == 1);
    }
    if (after.phase() instanceof Phase.RollingBack is
        && !(before.phase() instanceof Phase.RollingBack)
        && is.cause().kind() == Cause.Kind.FAILED_CHECKS) {
      // The last loss of all pods is counted with the decision that ends the run.
      var lost = is.cause().why().startsWith("no pod of") ? 1 : 0;
      check(
          "only failures roll back, never silence alone",
          failures.getOrDefault(is.run().id(), 0) + lost >= policy().threshold()
              || limits.isExceeded(is.run().id()));
    }
    if (after.phase() instanceof Phase.RollingBack is
        && before.phase() instanceof Phase.Progressing was
        && is.cause().kind() == Cause.Kind.TOO_LONG) {
      var longest = policy().longest().orElseThrow();
      check(
          "nobody is rolled back before the time is over",
          !is.since().isBefore(was.run().started().plus(longest).plus(was.run().stopped())));
    }
    if (!after.phase().getClass().equals(before.phase().getClass())) {
      var to = after.phase().getClass().getSimpleName();
      ends.merge(to, 1, Integer::sum);
      transitions.add(before.phase().getClass().getSimpleName() + " --> " + to);
    }
    check(
        "status never claims a weight that was never asked for",
        after.phase().weight().value() == 0
            || after.phase() instanceof Phase.Promoting
            || weights.contains(after.phase().weight()));
  }

  private Policy policy() {
    return cluster.plan instanceof Plan.Valid(var policy, _) ? policy : lastPolicy;
  }

  private final GateRules gates = new GateRules();
  private final OrderRules orders = new OrderRules();
  private final LimitRules limits = new LimitRules();
  private final Set<Percent> weights = new HashSet<>();
  private Policy lastPolicy = Policy.CAUTIOUS;

  void remember(Policy policy) {
    for (var stage = policy.strategy().after(Stage.START);
        stage.isPresent();
        stage = policy.strategy().after(stage.get())) {
      weights.add(stage.get().weight());
    }
    lastPolicy = policy;
  }

  @Override
  public void acting(Action action, Observation seen) {
    switch (action) {
      case Action.Route(var split) -> routing(split, seen);
      case Action.PointApexAtPrimary _ ->
          check("traffic goes to a primary that can take it", mayTake(seen));
      case Action.ScaleTarget(var replicas) -> scaling(replicas, seen);
      case Action.CopyToPrimary(var revision, _) -> copying(revision, seen);
      case Action.EnsureServices _, Action.Guard _ -> {}
      case Action.LeaveBehind _ ->
          check(
              "what serves is left alone only where the target cannot serve",
              seen.routing().sides().any());
      case Action.GiveBack _ -> givingBack(seen);
      case Action.GiveBackFound _ ->
          check(
              "what was found is given back without a target only where there is none",
              seen.deleted() && seen.target().isEmpty());
      case Action.GiveBackFormer _ ->
          check(
              "a former mesh goes when the new one is obeyed", seen.routing().former().isPresent());
      case Action.Release _ -> releasing(seen);
      case Action.ScalePrimary(var replicas) ->
          check(
              "only one scales the primary",
              replicas > 0 && seen.autoscaling() instanceof Autoscaling.None);
      case Action.TakeOffCommand _ -> {}
      case Action.CopyAutoscaler(var least) -> shrinking(least, seen);
      case Action.RestAutoscaler _ -> scaling(0, seen);
      case Action.WakeAutoscaler _ ->
          check(
              "an autoscaler wakes for a target that is to have pods",
              seen.deleted() || AT_WORK.contains(cluster.status.phase()));
      case Action.CopyBudget _, Action.DropAutoscalers _ -> {}
    }
  }

  /// The primary must be able to take all of its traffic back at any time.
  private static void shrinking(int least, Observation seen) {
    var hasAll = seen.routing().split().filter(split -> !split.isNone()).isEmpty();
    check(
        "a primary is not made smaller while the canary has traffic",
        hasAll
            || !(seen.autoscaling() instanceof Autoscaling.Present p)
            || least >= Math.min(p.least().orElse(0), p.primary().most()));
  }

  private static void routing(Split split, Observation seen) {
    var before = seen.routing().split().orElse(Split.NONE);
    if (split.canary().compareTo(before.canary()) > 0
        || split.mirrored().compareTo(before.mirrored()) > 0) {
      check(
          "traffic goes to a canary that can take it",
          takes(seen.target(), seen.policy().canaryReadyThreshold()));
    }
    if (split.canary().compareTo(before.canary()) < 0) {
      check("traffic goes back to a primary that can take it", mayTake(seen));
    }
  }

  /// Callers come to the target by the apex only once all of them reach it by the routes.
  private static void givingBack(Observation seen) {
    check(
        "traffic is given back to a target that can take it",
        takes(seen.target(), seen.policy().canaryReadyThreshold()));
    check(
        "traffic has left the primary before anything else leads elsewhere",
        !seen.routing().sides().routes()
            || (seen.routing().split().filter(Split.of(Percent.ALL)::equals).isPresent()
                && !seen.now().isBefore(seen.routing().since().plus(seen.settings().settle()))));
  }

  private void releasing(Observation seen) {
    if (cluster.deleted && cluster.revert && cluster.target != null && !cluster.orphaned) {
      check("nothing leads to a primary that goes", !cluster.leadsToSides());
      check(
          "proxies have had time to leave a primary that goes",
          cluster.second - cluster.routeChangedAt >= seen.settings().settle().toSeconds());
      check(
          "a target that is given back has pods, unless people have just taken them, or did when"
              + " nothing had been made of it",
          cluster.target.replicas > 0
              || (cluster.stoppedByPeople
                  && (seen.target().filter(t -> t.replicas() > 0).isPresent()
                      || Capacity.lastPrimary(seen).isEmpty())));
    }
  }

  /// After a Canary with revertOnDeletion was deleted, and people and faults have rested.
  void goneAtRest() {
    check("a deletion does not wait for ever", cluster.gone);
    if (cluster.target == null || !cluster.revert) {
      return;
    }
    check("callers reach somebody", cluster.orphaned || !cluster.leadsToSides());
  }

  /// Enough pods are there, or at least more than where the traffic is.
  private static boolean mayTake(Observation seen) {
    var canary = seen.target().map(Workload::available).orElse(0);
    return takes(seen.primary(), seen.policy().primaryReadyThreshold())
        || (canary == 0 && seen.primary().map(Workload::available).orElse(0) > 0);
  }

  private static boolean takes(Optional<Workload> workload, Percent threshold) {
    return workload
        .filter(w -> w.replicas() > 0 && w.available() > 0)
        .filter(w -> w.available() >= w.replicas() * threshold.value() / 100)
        .isPresent();
  }

  private void scaling(int replicas, Observation seen) {
    if (replicas > 0) {
      return;
    }
    Instant settled = seen.routing().since().plus(seen.settings().settle());
    check(
        "traffic leaves the target before its pods do",
        seen.routing().split().filter(Split::isNone).isPresent()
            && seen.routing().apex() == Apex.PRIMARY
            && !seen.now().isBefore(settled));
    check(
        "a healthy app keeps its pods until its primary has some",
        seen.available(seen.primary()) > 0
            || seen.available(seen.target()) == 0
            || !(seen.standing().orElseThrow().phase() instanceof Phase.Initializing));
  }

  private void copying(Revision revision, Observation seen) {
    var adopted =
        (seen.routing().apex() != Apex.PRIMARY || seen.primary().isEmpty())
            && seen.standing().map(Standing::phase).orElse(null) instanceof Phase.Initializing;
    var first = seen.standing().isEmpty();
    if (adopted || first || seen.policy().skipAnalysis()) {
      proven.add(content(revision));
    }
    if (seen.policy().metrics().isEmpty()) {
      return;
    }
    check("only what was analysed is promoted", proven.contains(content(revision)));
  }

  /// After people and faults have rested for long enough.
  void atRest(Observation seen, Decision decision) {
    var standing = seen.standing().orElseThrow();
    check(
        "every rollout ends or says why not: " + standing,
        standing.phase() instanceof Phase.Idle || standing.hold().isPresent());
    check("once settled, no writes: " + decision.actions(), decision.actions().isEmpty());
    var asksWhetherToGiveUp =
        standing.phase() instanceof Phase.Progressing && seen.policy().has(HookType.ROLLBACK);
    check(
        "once settled, status rests: " + decision.next(),
        asksWhetherToGiveUp || decision.next().isEmpty());
    check("once settled, nothing is said", decision.announcements().isEmpty());
    if (standing.phase() instanceof Phase.Idle idle && standing.hold().isEmpty()) {
      check("an idle canary has no clock", decision.lookAgain().isEmpty());
      check("between releases the primary has all traffic", cluster.liveWeight().value() == 0);
      check("between releases requests find the primary", cluster.apex == Apex.PRIMARY);
      check("between releases somebody serves", cluster.available(cluster.primary) > 0);
      check(
          "between releases no autoscaler starts the target",
          seen.autoscaling().rest() != Autoscaling.Rest.AWAKE);
      noRevisionIsLost(idle);
    }
    check(
        "a hold that lasts has told somebody",
        standing
            .hold()
            .filter(h -> h.reason().tone() == HoldReason.Tone.ALERT && !h.alerted())
            .isEmpty());
  }

  private void noRevisionIsLost(Phase.Idle idle) {
    if (cluster.target == null || cluster.primary == null) {
      return;
    }
    var wanted = cluster.revision(cluster.target.template);
    if (idle instanceof Phase.Failed failed
        && !cluster.target.template.equals(cluster.primary.template)) {
      check("what failed is what the target still is", failed.seen().revision().equals(wanted));
    } else {
      check(
          "no revision is lost: the target is " + wanted + ", the primary " + cluster.primary,
          cluster.target.template.equals(cluster.primary.template));
    }
  }

  static void check(String rule, boolean kept) {
    if (!kept) {
      throw new Broken(rule);
    }
  }
}

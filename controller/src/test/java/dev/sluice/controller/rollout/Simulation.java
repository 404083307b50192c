package dev.sluice.controller.rollout;

import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.Limits;
import dev.sluice.analysis.Look;
import dev.sluice.analysis.Look.Outcome;
import dev.sluice.analysis.Thresholds;
import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.compare.RiskBudget;
import dev.sluice.analysis.traffic.Definition;
import dev.sluice.controller.rollout.Autoscaling.Rest;
import dev.sluice.controller.rollout.ModelDeployment.Template;
import dev.sluice.controller.rollout.Routing.Apex;
import dev.sluice.controller.rollout.policy.AbTest;
import dev.sluice.controller.rollout.policy.BlueGreen;
import dev.sluice.controller.rollout.policy.Comparing;
import dev.sluice.controller.rollout.policy.CookieNames;
import dev.sluice.controller.rollout.policy.GradualShift;
import dev.sluice.controller.rollout.policy.Plan;
import dev.sluice.controller.rollout.policy.Policy;
import dev.sluice.controller.rollout.policy.Policy.Hook;
import dev.sluice.controller.rollout.policy.Policy.HookType;
import dev.sluice.controller.rollout.policy.Problem;
import dev.sluice.controller.rollout.policy.Settings;
import dev.sluice.controller.rollout.policy.Stepped;
import dev.sluice.controller.rollout.policy.Strategy;
import dev.sluice.crds.CanaryStatus;
import dev.sluice.crds.Comparison.Blind;
import dev.sluice.crds.Comparison.Unsure;
import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One canary's life under people, faults and a random judge, for half an hour, and then a quarter
/// of an hour of peace in which everything must come to rest. The same seed lives the same life.
public final class Simulation {
  private static final int CHAOS = 900;
  private static final int PEACE = 600;

  /// Seconds between two looks of the comparison.
  private static final int LOOKS = 5;

  private static final ComparisonPolicy TICKING = ticking();

  private static final List<Verdict.Reason> HOLDS =
      List.of(
          Verdict.Reason.NO_CANARY_DATA,
          Verdict.Reason.NO_PRIMARY_DATA,
          Verdict.Reason.SHARED_DEGRADATION,
          Verdict.Reason.SUSPICIOUS,
          Verdict.Reason.LATENCY_UNAVAILABLE);

  private static final List<Outcome> OUTCOMES = List.of(Outcome.values());

  private static final Limits DRY =
      new Limits(
          OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty(), true, Duration.ZERO);

  private static Limits limits(Random random) {
    return new Limits(limit(random), limit(random), limit(random), false, Duration.ZERO);
  }

  private static OptionalInt limit(Random random) {
    return random.nextBoolean() ? OptionalInt.of(random.nextInt(4)) : OptionalInt.empty();
  }

  private static ComparisonPolicy ticking() {
    var p = ComparisonPolicy.DEFAULT;
    return new ComparisonPolicy(
        LOOKS,
        p.alpha(),
        p.errors(),
        p.latency(),
        p.margin(),
        p.minSuccess(),
        p.sloLatency(),
        p.bounds(),
        p.warmUp(),
        p.requireLatency());
  }

  private final Random random;
  private final long seed;

  /// Of its own, so that lives without a comparison go on as they went.
  private final Random comparisons;

  private final Random commands;
  private int given;

  /// Of its own, for the same reason.
  private final Random rehearsals;

  private final Limits limits;

  /// Likewise.
  private final Random ways;

  private final List<String> trace = new ArrayList<>();
  private final ModelCluster cluster;
  private final Invariants invariants;
  private ModelController controller;

  /// How likely things go wrong in this life; some are all peace.
  private final double faults;

  private final double people;
  private final boolean traced;
  private boolean peace;
  private boolean outage;
  private @Nullable Class<? extends Action> refusing;
  private final Set<HookType> closed = EnumSet.of(HookType.ROLLBACK);
  private int images = 1;

  /// When somebody deletes the Canary; for most never.
  private final long deletedAt;

  /// Or in the few seconds between a promotion and its end, which hardly anybody would hit.
  private final boolean deletedAtTheEnd;

  /// Whether all that it owns goes first then.
  private final boolean inForeground;

  /// @param traced whether what happens is written down, which costs more than what happens
  public Simulation(long seed, boolean traced) {
    this.traced = traced;
    this.seed = seed;
    comparisons = new Random(seed * 131 + 7);
    commands = new Random(seed * 577 + 11);
    rehearsals = new Random(seed * 61 + 11);
    limits = rehearsals.nextBoolean() ? Limits.NONE : limits(rehearsals);
    ways = new Random(seed * 151 + 3);
    random = new Random(seed * 7919 + 17);
    faults = random.nextInt(4) == 0 ? 0 : random.nextDouble() * 0.15;
    people = random.nextInt(6) == 0 ? 0.002 : random.nextDouble() * 0.02;
    cluster = new ModelCluster(policy(), template(false), 1 + random.nextInt(4));
    if (random.nextInt(8) == 0) {
      cluster.primaryRoom = random.nextInt(2);
    }
    cluster.tracksConfig = random.nextInt(3) > 0;
    if (random.nextInt(3) == 0) {
      cluster.autoscaler = new ModelAutoscaler(1 + random.nextInt(3), 3 + random.nextInt(6));
    }
    var end = new Random(seed * 31 + 5);
    cluster.revert = end.nextInt(3) == 0;
    deletedAt = cluster.revert && end.nextBoolean() ? 100 + end.nextInt(CHAOS) : -1;
    deletedAtTheEnd = cluster.revert && end.nextInt(10) == 0;
    inForeground = end.nextInt(4) == 0;
    if (cluster.autoscaler != null && end.nextBoolean()) {
      cluster.autoscaler.rest = Rest.AWAKE;
    }
    invariants = new Invariants(cluster);
    if (cluster.plan instanceof Plan.Valid(var policy, _)) {
      invariants.remember(policy);
    }
    controller = start();
  }

  Invariants invariants() {
    return invariants;
  }

  /// Lives the life.
  ///
  /// @throws AssertionError naming the rule that was broken
  public void run() {
    try {
      live(CHAOS);
      makePeace();
      live(PEACE);
      if (cluster.deleted) {
        invariants.goneAtRest();
        return;
      }
      controller.watch();
      var decision = controller.tick();
      invariants.atRest(controller.observe(), decision);
    } catch (Invariants.Broken broken) {
      note(() -> "BROKEN: " + broken.getMessage());
      throw broken;
    }
  }

  /// What happened, the last lines of it; nothing unless it was written down.
  public String trace(int lines) {
    var from = Math.max(0, trace.size() - lines);
    return String.join("\n", trace.subList(from, trace.size()));
  }

  private void live(int seconds) {
    for (int i = 0; i < seconds && !cluster.gone; i++) {
      cluster.pass(peace ? 0 : random.nextInt(3));
      if (!peace && random.nextDouble() < people) {
        somebodyActs();
      }
      if (!peace && commands.nextDouble() < people / 2) {
        somebodyCommands();
      }
      if (peace || random.nextDouble() < 0.7) {
        controller.watch();
      }
      if (cluster.second == deletedAt || (deletedAtTheEnd && isEnding() && !cluster.deleted)) {
        note(() -> "somebody deletes the Canary" + (inForeground ? " and first what it owns" : ""));
        if (inForeground) {
          cluster.deleteInForeground();
        } else {
          cluster.delete();
        }
      }
      if (cluster.second % LOOKS == 0 && (peace || comparisons.nextDouble() > faults)) {
        controller.hear();
      }
      if (peace && cluster.second % 10 == 0 && isPausedAtStep()) {
        command(Command.Verb.RESUME.title(), "", false);
      }
      if (controller.isDue() && !cluster.gone) {
        tick();
      }
    }
  }

  private boolean isPausedAtStep() {
    return StatusReader.read(cluster.status)
        .flatMap(Standing::hold)
        .filter(hold -> hold.reason() == HoldReason.PAUSED_AT_STEP)
        .isPresent();
  }

  private boolean isEnding() {
    return !peace && cluster.status.phase() == CanaryStatus.Phase.FINALISING;
  }

  private void tick() {
    try {
      controller.tick();
    } catch (ModelController.Crash _) {
      note(() -> "the controller dies and is started again");
      controller = start();
    }
  }

  private ModelController start() {
    return new ModelController(
        cluster,
        Settings.DEFAULT,
        new Luck(),
        new Outside(),
        new Noted(),
        said -> note(() -> "says " + said.reason().title() + ": " + said.message()));
  }

  private final class Outside implements ModelController.Outside {
    @Override
    public Answers answer(Questions questions) {
      return Simulation.this.answer(questions);
    }

    @Override
    public Optional<Compared> compared(Observation seen) {
      return Survey.comparison(seen).flatMap(what -> look(what));
    }
  }

  private final class Luck implements ModelController.Luck {
    @Override
    public boolean crashes() {
      return chance(faults / 4);
    }

    @Override
    public boolean isLost() {
      return chance(faults);
    }

    @Override
    public Optional<String> refuses(Action action) {
      return refusing == action.getClass()
          ? Optional.of("admission webhook denied the request")
          : Optional.empty();
    }

    @Override
    public boolean answerIsLost() {
      return chance(faults);
    }
  }

  private boolean chance(double probability) {
    return !peace && random.nextDouble() < probability;
  }

  // ---- people ----

  private void somebodyActs() {
    switch (random.nextInt(29)) {
      case 0, 1, 2, 3, 4 -> edit(template(random.nextInt(3) == 0));
      case 5 -> editConfig();
      case 6 -> revert();
      case 7 -> scaleTarget();
      case 8 -> editRoute();
      case 9 -> crashPods(cluster.target, "canary");
      case 10 -> crashPods(cluster.primary, "primary");
      case 11 -> {
        outage = !outage;
        note(() -> "metrics are " + (outage ? "away" : "back"));
      }
      case 12 -> upgrade();
      case 13 -> suspendOrNot();
      case 14 -> resetApex();
      case 15 -> editSpec();
      case 16 -> deletePrimary();
      case 17 -> deleteTarget();
      case 18 -> wish();
      case 20 -> gitSync();
      case 21, 22 -> autoscaler();
      case 19 -> {
        var kinds = List.of(Action.Route.class, Action.CopyToPrimary.class);
        refusing = refusing == null ? kinds.get(random.nextInt(2)) : null;
        note(() -> "the API server refuses " + (refusing == null ? "nothing" : refusing));
      }
      case 23, 24, 25, 26 -> openOrClose();
      case 27 -> {
        cluster.rivals = cluster.rivals.isEmpty() ? List.of("VirtualService other/web") : List.of();
        note(() -> "the host is " + (cluster.rivals.isEmpty() ? "free" : "taken"));
      }
      default -> breakSpec();
    }
  }

  /// Whatever is under way; some say which revision they mean, and may be wrong.
  private void somebodyCommands() {
    var verbs = Command.Verb.values();
    var text = commands.nextInt(12) == 0 ? "undo" : verbs[commands.nextInt(verbs.length)].title();
    var revision =
        commands.nextInt(3) == 0 ? "v" + Math.max(0, images - 1 - commands.nextInt(2)) : "";
    command(text, revision, commands.nextInt(20) == 0);
  }

  private void command(String text, String revision, boolean isDeclared) {
    given++;
    note(() -> "somebody commands: " + text + " " + revision);
    cluster.command(new Command("c" + given, text, "jane", "kubectl", "", revision, isDeclared));
  }

  private void openOrClose() {
    var type = List.of(HookType.values()).get(random.nextInt(HookType.values().length));
    var opened = closed.remove(type);
    if (!opened) {
      closed.add(type);
    }
    note(() -> "somebody " + (opened ? "opens " : "closes ") + type);
  }

  /// A Git sync begins or ends; some die in the middle and never say so.
  private void gitSync() {
    var begins = cluster.handOver.isEmpty();
    note(() -> "a Git sync " + (begins ? "begins" : "ends"));
    cluster.handOver =
        begins ? Optional.of(new Content.HandOver("c0ffee1", cluster.now())) : Optional.empty();
  }

  private Template template(boolean broken) {
    var startup = broken && random.nextBoolean() ? -1 : random.nextInt(9);
    return new Template(images++, 0, broken, startup);
  }

  private void edit(Template template) {
    if (cluster.target == null) {
      cluster.target = new ModelDeployment(template, 2, false);
      cluster.incarnation++;
      note(() -> "somebody creates the target again as " + template);
      return;
    }
    note(() -> "somebody edits the target: " + template);
    cluster.target.change(template, cluster.second);
  }

  private void editConfig() {
    if (cluster.target != null && cluster.tracksConfig) {
      var t = cluster.target.template;
      edit(new Template(t.image(), t.config() + 1, t.bad(), t.startup()));
    }
  }

  private void revert() {
    if (cluster.target != null && cluster.primary != null) {
      edit(cluster.primary.template);
    }
  }

  private void scaleTarget() {
    if (cluster.target != null) {
      var replicas = random.nextInt(3);
      note(() -> "somebody scales the target to " + replicas);
      cluster.target.scale(replicas, cluster.second);
      cluster.stoppedByPeople = replicas == 0;
    }
  }

  private void editRoute() {
    if (cluster.route != null) {
      var weight = random.nextInt(101);
      note(() -> "somebody sets the route to " + weight);
      cluster.writeRoute(Split.of(new Percent(weight)), "kubectl");
    }
  }

  private void resetApex() {
    if (cluster.apex == Apex.PRIMARY) {
      note(() -> "somebody points the apex Service elsewhere");
      cluster.pointApex(random.nextBoolean() ? Apex.ELSEWHERE : Apex.MISSING);
    }
  }

  private void crashPods(@Nullable ModelDeployment pods, String name) {
    if (pods != null) {
      note(() -> "pods of the " + name + " crash");
      pods.crash(1 + random.nextInt(3), cluster.second, 5 + random.nextInt(60));
    }
  }

  private void upgrade() {
    note(() -> "the API server is upgraded and words things differently");
    cluster.dialect++;
  }

  private void suspendOrNot() {
    if (cluster.plan instanceof Plan.Valid(var policy, _)) {
      note(() -> "somebody " + (policy.suspended() ? "resumes" : "suspends") + " the canary");
      plan(Edited.from(policy).suspended(!policy.suspended()).policy());
    }
  }

  private void editSpec() {
    note(() -> "somebody edits the canary's steps");
    plan(policy());
  }

  private void breakSpec() {
    note(() -> "somebody breaks the canary's spec");
    cluster.plan(new Plan.Invalid(List.of(new Problem("spec.analysis.stepWeight", "is 0")), false));
  }

  private void plan(Policy policy) {
    invariants.remember(policy);
    cluster.edit(policy);
  }

  private void deletePrimary() {
    note(() -> "somebody deletes the primary");
    cluster.primary = null;
  }

  private void deleteTarget() {
    if (random.nextInt(3) == 0) {
      note(() -> "somebody deletes the target");
      cluster.target = null;
    }
  }

  private void wish() {
    if (cluster.target != null) {
      var replicas = 1 + random.nextInt(4);
      cluster.target.wish = OptionalInt.of(replicas);
      note(() -> "Git wants " + replicas + " replicas");
      if (replicas == 1) {
        cluster.protectedAlike = false;
        note(() -> "somebody makes a disruption budget for the target");
      }
    }
  }

  private void autoscaler() {
    var scaler = cluster.autoscaler;
    if (scaler == null) {
      return;
    }
    switch (random.nextInt(3)) {
      case 0 -> {
        scaler.needed = 1 + random.nextInt(8);
        note(() -> "the load needs " + scaler.needed + " pods");
      }
      case 1 -> {
        var least = 1 + random.nextInt(3);
        var most = least + random.nextInt(6);
        scaler.edit(least, most);
        note(() -> "somebody edits the autoscaler: %d to %d".formatted(least, most));
      }
      default -> {
        if (scaler.rest == Rest.AT_ZERO && scaler.needed % 2 == 0) {
          scaler.rest = Rest.AWAKE;
          note(() -> "somebody takes the pause off the autoscaler");
          return;
        }
        scaler.missing = !scaler.missing;
        note(() -> "the autoscaler is " + (scaler.missing ? "gone" : "back"));
      }
    }
  }

  /// Everything that could keep a rollout from ending on its own is set right.
  private void makePeace() {
    note(() -> "peace");
    peace = true;
    command(Command.Verb.RESUME.title(), "", false);
    cluster.handOver = Optional.empty();
    cluster.rivals = List.of();
    outage = false;
    refusing = null;
    closed.clear();
    closed.add(HookType.ROLLBACK);
    cluster.primaryRoom = Integer.MAX_VALUE;
    if (cluster.autoscaler != null) {
      cluster.autoscaler.missing = false;
    }
    if (!(cluster.plan instanceof Plan.Valid(var policy, _) && !policy.suspended())) {
      plan(Edited.from(policy()).strategy(GradualShift.of(steps())).skipAnalysis(false).policy());
    }
  }

  // ---- the outside ----

  private Answers answer(Questions questions) {
    var bad = cluster.target != null && cluster.target.template.bad();
    var looks = new ArrayList<Look>();
    var said =
        ModelController.Outside.inOrder(
            questions,
            hook -> refusal(hook, bad),
            () -> {
              looks.addAll(looks(bad));
              return Thresholds.judge(looks, questions.failedChecks(), questions.threshold());
            });
    var answers = new Answers(said.about(), said.hooks(), said.verdict(), looks);
    slow();
    if (!peace && random.nextInt(50) == 0) {
      note(() -> "nothing of what was asked was answered");
      return new Answers(questions.about(), List.of(), Optional.empty());
    }
    note(() ->
        "asked at %s: hooks %s, verdict %s"
            .formatted(
                answers.about(),
                answers.hooks().stream()
                    .map(a -> a.hook().name() + (a.agreed() ? " yes" : " no"))
                    .toList(),
                answers
                    .verdict()
                    .map(v -> v.getClass().getSimpleName() + " " + v.sentence())
                    .orElse("-")));
    return answers;
  }

  /// Gates stay as somebody left them, and now and then fail to answer.
  private String refusal(Hook hook, boolean bad) {
    var fails = random.nextDouble() < (bad ? 0.2 : peace ? 0 : 0.03);
    return switch (hook.type()) {
      case CONFIRM_ROLLOUT, CONFIRM_TRAFFIC_INCREASE, CONFIRM_PROMOTION ->
          closed.contains(hook.type()) || (fails && !peace) ? "it answered 403" : "";
      case ROLLBACK -> closed.contains(hook.type()) || peace ? "it answered 403" : "";
      case PRE_ROLLOUT, ROLLOUT, POST_ROLLOUT -> fails ? "it answered 500" : "";
    };
  }

  /// Asking takes time, in which the world moves on.
  private void slow() {
    for (int i = peace ? 0 : random.nextInt(4); i > 0; i--) {
      cluster.pass(0);
      if (random.nextDouble() < people * 3) {
        somebodyActs();
      }
      controller.watch();
    }
  }

  /// At the success rate, which bears what it bears in this life, and at a dry run of anything.
  private List<Look> looks(boolean bad) {
    var limits = peace ? Limits.NONE : this.limits;
    var rehearsed = OUTCOMES.get(rehearsals.nextInt(OUTCOMES.size()));
    return List.of(
        new Look(DRY, rehearsed, Verdict.Reason.CHECK_FAILED, only("whatever", null)),
        look(limits, bad));
  }

  private Look look(Limits limits, boolean bad) {
    if (outage) {
      return new Look(
          limits,
          Outcome.ERROR,
          Verdict.Reason.SOURCE_UNAVAILABLE,
          only("prometheus.istio-system does not answer", null));
    }
    var dice = random.nextDouble();
    if (!peace && dice < 0.04) {
      return new Look(limits, Outcome.EARLY, null, only("too early", null));
    }
    var fails = bad ? dice < 0.7 : !peace && dice > 0.97;
    var silent = !peace && dice > 0.04 && dice < 0.08;
    if (!fails && !silent) {
      return new Look(limits, Outcome.PASSED, null, only("100% is fine", 100.0));
    }
    if (!silent) {
      return new Look(limits, Outcome.FAILED, Verdict.Reason.CHECK_FAILED, only("80% < 99%", 80.0));
    }
    return limits.inconclusive().isPresent()
        ? new Look(
            limits, Outcome.INCONCLUSIVE, Verdict.Reason.INCONCLUSIVE, only("no value", null))
        : new Look(limits, Outcome.FAILED, Verdict.Reason.NO_DATA, only("no value", null));
  }

  private static Evidence only(String sentence, @Nullable Double value) {
    return evidence(sentence, value).getFirst();
  }

  private static List<Evidence> evidence(String sentence, @Nullable Double value) {
    return List.of(new Evidence("success-rate", value, null, null, null, sentence));
  }

  /// What the last look at a run came to: the same however often it is asked for, and for whatever
  /// process. More becomes known with every look.
  private Optional<Compared> look(Survey.ToCompare what) {
    var first = what.firstTraffic().getEpochSecond();
    var at = Math.floorDiv(cluster.now().getEpochSecond(), LOOKS) * LOOKS;
    var looks = (at - first) / LOOKS;
    if (looks < 1) {
      return Optional.empty();
    }
    var run = new Random(seed * 37 + what.run().hashCode());
    var bad = cluster.target != null && cluster.target.template.bad();
    var found = run.nextInt(bad ? 2 : 25) == 0 ? 3 + run.nextInt(20) : Integer.MAX_VALUE;
    var here = new Random(seed * 41 + what.run().hashCode() * 31L + looks);
    Verdict verdict;
    if (looks >= found) {
      verdict = new Verdict.Rollback(evidence("it is worse than its primary", 5.0));
    } else if (outage) {
      verdict =
          new Verdict.Hold(
              Verdict.Reason.SOURCE_UNAVAILABLE,
              false,
              evidence("the metrics do not answer", null));
    } else if (!peace && here.nextInt(6) == 0) {
      var reason = HOLDS.get(here.nextInt(HOLDS.size()));
      verdict = new Verdict.Hold(reason, false, evidence("nothing can be said: " + reason, null));
    } else {
      verdict =
          looks > 12
              ? new Verdict.Safe(evidence("it is as its primary", 1.0))
              : new Verdict.Continue(evidence("it is hardly known", 1.0));
    }
    return Optional.of(
        new Compared(
            what.run(),
            verdict,
            OptionalDouble.of(Math.pow(0.7, (double) looks)),
            Instant.ofEpochSecond(at)));
  }

  // ---- specs ----

  private Policy policy() {
    return new Policy(
        Duration.ofSeconds(10),
        1 + random.nextInt(4),
        strategy(),
        random.nextInt(3) == 0 ? new Percent(10 + random.nextInt(90)) : Percent.ALL,
        random.nextInt(3) == 0 ? new Percent(50) : Percent.ALL,
        random.nextInt(3) == 0 ? new Percent(50) : Percent.ALL,
        Duration.ofSeconds(60),
        random.nextInt(10) == 0,
        false,
        List.of("success-rate"),
        hooks(),
        comparison(),
        ways.nextInt(6) > 0
            ? Optional.empty()
            : Optional.of(Duration.ofSeconds(60 + ways.nextInt(300))));
  }

  private Optional<Comparing> comparison() {
    if (comparisons.nextInt(4) > 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Comparing(
            TICKING,
            true,
            Definition.TABLE,
            RiskBudget.DEFAULT,
            Duration.ofSeconds(comparisons.nextBoolean() ? 10 : 5),
            Duration.ofSeconds(40 + comparisons.nextInt(60)),
            List.of(Unsure.values()).get(comparisons.nextInt(3)),
            Duration.ofSeconds(20 + comparisons.nextInt(60)),
            List.of(Blind.values()).get(comparisons.nextInt(2))));
  }

  /// Any of them, and sometimes two of one type.
  private List<Hook> hooks() {
    var hooks = new ArrayList<Hook>();
    var density = random.nextInt(3);
    for (var type : HookType.values()) {
      while (random.nextInt(4) < density) {
        var index = hooks.size();
        hooks.add(new Hook(type + "-" + index, type, random.nextInt(4) == 0, index));
      }
    }
    return hooks;
  }

  private Strategy strategy() {
    var mirrored = random.nextInt(4) == 0 ? new Percent(1 + random.nextInt(100)) : Percent.NONE;
    var drawn =
        switch (random.nextInt(4)) {
          case 0 -> new AbTest(1 + random.nextInt(4));
          case 1 -> new BlueGreen(1 + random.nextInt(4), mirrored);
          default -> new GradualShift(mirrored, steps(), cookies());
        };
    return ways.nextInt(4) > 0
        ? drawn
        : new Stepped(
            mirrored,
            listed(),
            drawn instanceof GradualShift gradual ? gradual.cookies() : Optional.empty());
  }

  /// Up, down and aside; in the end somebody meets the revision.
  private List<Stepped.Item> listed() {
    var items = new ArrayList<Stepped.Item>();
    for (int i = ways.nextInt(5); i > 0; i--) {
      items.add(
          new Stepped.Item(
              switch (ways.nextInt(4)) {
                case 0 ->
                    new Stepped.Pause(
                        ways.nextInt(3) == 0
                            ? Optional.empty()
                            : Optional.of(Duration.ofSeconds(1 + ways.nextInt(30))));
                case 1 ->
                    new Stepped.Look(
                        1 + ways.nextInt(3),
                        ways.nextBoolean()
                            ? Optional.empty()
                            : Optional.of(List.of("success-rate")));
                default -> new Stepped.SetWeight(new Percent(ways.nextInt(4) * 25));
              },
              ways.nextInt(4) > 0
                  ? Optional.empty()
                  : Optional.of(Duration.ofSeconds(5 + ways.nextInt(15)))));
    }
    items.add(Stepped.Item.of(new Stepped.SetWeight(new Percent(1 + ways.nextInt(100)))));
    return items;
  }

  private Optional<CookieNames> cookies() {
    return random.nextInt(3) > 0
        ? Optional.empty()
        : Optional.of(
            new CookieNames(
                "canary", random.nextBoolean() ? Optional.of("primary") : Optional.empty()));
  }

  private List<Percent> steps() {
    var steps = new ArrayList<Percent>();
    for (int weight = 1 + random.nextInt(50); weight <= 100; weight += 1 + random.nextInt(50)) {
      steps.add(new Percent(weight));
    }
    return steps;
  }

  // ---- the trace ----

  private void note(Supplier<String> what) {
    if (traced) {
      trace.add("%5ds  %s".formatted(cluster.second, what.get()));
    }
  }

  /// Checks the rules, and writes down what happened.
  private final class Noted implements ModelController.Witness {
    @Override
    public void decided(Observation seen, Decision decision) {
      invariants.decided(seen, decision);
    }

    @Override
    public void asked(Observation seen, Questions questions, Answers answers) {
      invariants.asked(seen, questions, answers);
    }

    @Override
    public void recorded(Standing before, Standing after) {
      note(() ->
          "status: %s%s"
              .formatted(
                  after.phase(),
                  after.hold().map(h -> ", held: " + h.reason() + " " + h.message()).orElse("")));
      invariants.recorded(before, after);
    }

    @Override
    public void acting(Action action, Observation seen) {
      note(() -> action + " on " + cluster);
      invariants.acting(action, seen);
    }
  }
}

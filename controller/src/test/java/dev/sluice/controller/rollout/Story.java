package dev.sluice.controller.rollout;

import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.Look;
import dev.sluice.analysis.Thresholds;
import dev.sluice.analysis.Verdict;
import dev.sluice.controller.rollout.Announcement.Alert;
import dev.sluice.controller.rollout.ModelDeployment.Template;
import dev.sluice.controller.rollout.policy.GradualShift;
import dev.sluice.controller.rollout.policy.Policy;
import dev.sluice.controller.rollout.policy.Policy.Hook;
import dev.sluice.controller.rollout.policy.Policy.HookType;
import dev.sluice.controller.rollout.policy.Settings;
import dev.sluice.mesh.Percent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One canary on a virtual clock, where nothing goes wrong but what the story says. Every rule that
/// the simulation knows is checked here, too.
final class Story {
  /// As in the manifest that users know: 10, 20, … 50 percent, every minute, five failed checks.
  static final Policy POLICY =
      new Policy(
          Duration.ofMinutes(1),
          5,
          GradualShift.of(Stream.of(10, 20, 30, 40, 50).map(Percent::new).toList()),
          Percent.ALL,
          Percent.ALL,
          Percent.ALL,
          Duration.ofMinutes(10),
          false,
          false,
          List.of("request-success-rate"),
          List.of(
              hook("acceptance-test", HookType.PRE_ROLLOUT), hook("load-test", HookType.ROLLOUT)),
          Optional.empty(),
          Optional.empty());

  static Hook hook(String name, HookType type) {
    return new Hook(name, type, false, 0);
  }

  /// The manifest that users know, with other webhooks.
  static Policy with(Hook... hooks) {
    return Edited.from(POLICY).hooks(hooks).policy();
  }

  static final Template V1 = new Template(1, 0, false, 5);
  static final Template V2 = new Template(2, 0, false, 5);
  static final Template V3 = new Template(3, 0, false, 5);
  static final Template V2_WITH_NEW_CONFIG = new Template(2, 1, false, 5);
  static final Template V3_WITH_NEW_CONFIG = new Template(3, 1, false, 5);
  static final Template BAD = new Template(4, 0, true, 5);
  static final Template NEVER_READY = new Template(5, 0, false, -1);

  final ModelCluster cluster;
  private final Invariants invariants;
  private ModelController controller;
  private final List<Announcement> told = new ArrayList<>();
  private final List<Integer> weights = new ArrayList<>();
  private final List<Action> actions = new ArrayList<>();
  private final List<String> asked = new ArrayList<>();

  private Optional<Verdict> everybodyGets = Optional.empty();
  private List<Look> looks = List.of();
  private @Nullable String refusal;
  private @Nullable Function<Hook, String> receiver;
  private Optional<Verdict> look = Optional.empty();
  private OptionalDouble excess = OptionalDouble.empty();
  private @Nullable Instant looked;
  private @Nullable String run;
  private int statusWrites;
  private int commands;
  private final Set<String> closed = new TreeSet<>();
  private final Set<String> open = new TreeSet<>();
  private Optional<Class<? extends Action>> refused = Optional.empty();

  private Story(Policy policy, int replicas) {
    cluster = new ModelCluster(policy, V1, replicas);
    invariants = new Invariants(cluster);
    invariants.remember(policy);
    controller = start();
  }

  /// An app of two pods that nobody has looked after yet.
  static Story of(Policy policy) {
    return new Story(policy, 2);
  }

  /// The same, with the primary serving and the target at rest.
  static Story initialized() {
    return initialized(POLICY);
  }

  static Story initialized(Policy policy) {
    var story = of(policy);
    story.until("Initialized");
    story.forget();
    return story;
  }

  // ---- what people and the world do ----

  Story deploy(Template template) {
    target().change(template, cluster.second);
    return this;
  }

  /// A Git sync begins to write a commit to the target, or is done.
  Story handingOver(boolean underWay) {
    cluster.handOver =
        underWay
            ? Optional.of(new Content.HandOver("main@sha1:0123456", cluster.now()))
            : Optional.empty();
    return this;
  }

  Story scaleTarget(int replicas) {
    target().scale(replicas, cluster.second);
    return this;
  }

  Story edit(Policy policy) {
    invariants.remember(policy);
    cluster.edit(policy);
    return this;
  }

  /// All metric checks end like this from now on, whatever the release.
  Story everyVerdictIs(Verdict verdict) {
    everybodyGets = Optional.of(verdict);
    return this;
  }

  /// Every check comes to these looks from now on, and they are judged as the real judge does.
  Story everyLookIs(Look... each) {
    looks = List.of(each);
    return this;
  }

  /// What every webhook says from now on, such as over HTTP.
  ///
  /// @param by answers with why not, or with nothing for yes
  Story received(Function<Hook, String> by) {
    receiver = by;
    return this;
  }

  Story verdictsAreHonest() {
    everybodyGets = Optional.empty();
    return this;
  }

  Story everyHookRefuses(String why) {
    refusal = why;
    return this;
  }

  Story hooksAgree() {
    refusal = null;
    return this;
  }

  /// A webhook that was to be asked for approval says no from now on; a rollback webhook that it is
  /// not to be.
  Story close(String gate) {
    closed.add(gate);
    open.remove(gate);
    return this;
  }

  /// It agrees from now on.
  Story open(String gate) {
    closed.remove(gate);
    open.add(gate);
    return this;
  }

  /// The API server refuses every write of this kind.
  Story refuse(Class<? extends Action> action) {
    refused = Optional.of(action);
    return this;
  }

  Story refuseNothing() {
    refused = Optional.empty();
    return this;
  }

  Story restartController() {
    controller = start();
    return this;
  }

  ModelDeployment target() {
    if (cluster.target == null) {
      throw new AssertionError("there is no target");
    }
    return cluster.target;
  }

  ModelDeployment primary() {
    if (cluster.primary == null) {
      throw new AssertionError("there is no primary");
    }
    return cluster.primary;
  }

  /// What every look of the comparison comes to from now on.
  ///
  /// @param excessAtMost as a share of the requests
  Story compared(Verdict verdict, double excessAtMost) {
    look = Optional.of(verdict);
    excess = excessAtMost > 1 ? OptionalDouble.empty() : OptionalDouble.of(excessAtMost);
    looked = null;
    controller.hear();
    return this;
  }

  /// No look follows the one that was last.
  Story noMoreLooks() {
    looked = cluster.now();
    return this;
  }

  /// The looks are about another run than the one under way.
  Story comparedAbout(String other) {
    run = other;
    return this;
  }

  /// Somebody on call gives a command, without an id of their own.
  Story command(Command.Verb verb) {
    return command(verb, "");
  }

  /// @param revision that is meant; empty for any
  Story command(Command.Verb verb, String revision) {
    commands++;
    cluster.command(
        new Command("c" + commands, verb.title(), "jane", "sluice", "INC-12", revision, false));
    return this;
  }

  // ---- time ----

  Story run(Duration time) {
    for (long i = 0; i < time.toSeconds(); i++) {
      second();
    }
    return this;
  }

  Story run(int seconds) {
    return run(Duration.ofSeconds(seconds));
  }

  /// Until status shows this phase.
  Story until(String phase) {
    return until(phase, () -> phase().name().equals(phase));
  }

  Story untilWeight(int percent) {
    return until(percent + "%", () -> trafficToCanary() == percent);
  }

  Story until(String what, BooleanSupplier happened) {
    for (int i = 0; i < 3600; i++) {
      if (happened.getAsBoolean()) {
        return this;
      }
      second();
    }
    throw new AssertionError(what + " did not come in an hour; now: " + standing());
  }

  private void second() {
    cluster.pass(0);
    var before = trafficToCanary();
    // A status that was just written is looked at again in the same second.
    for (int i = 0; i < 5; i++) {
      controller.watch();
      if (!controller.isDue()) {
        break;
      }
      controller.tick();
    }
    if (trafficToCanary() != before) {
      weights.add(trafficToCanary());
    }
  }

  // ---- what a user sees ----

  Standing standing() {
    return StatusReader.read(cluster.status).orElseThrow();
  }

  Phase phase() {
    return StatusReader.read(cluster.status)
        .map(Standing::phase)
        .orElseGet(() -> new Phase.Initializing(Optional.empty(), cluster.now()));
  }

  Optional<HoldReason> held() {
    return standing().hold().map(Hold::reason);
  }

  int trafficToCanary() {
    return cluster.liveWeight().value();
  }

  /// The canary's shares in the order in which users had them.
  List<Integer> weights() {
    return List.copyOf(weights);
  }

  List<String> events() {
    return told.stream().map(a -> a.reason().title()).toList();
  }

  List<String> messages() {
    return told.stream().map(Announcement::message).toList();
  }

  List<String> alerts() {
    return told.stream()
        .flatMap(a -> a.alert().stream())
        .map(alert -> alert.severity() + " " + alert.text())
        .toList();
  }

  List<Alert> alertsInFull() {
    return told.stream().flatMap(a -> a.alert().stream()).toList();
  }

  /// Every write to the cluster but status.
  List<Action> writes() {
    return List.copyOf(actions);
  }

  int statusWrites() {
    return statusWrites;
  }

  /// What was asked outside, such as `acceptance-test` or `metrics`.
  List<String> asked() {
    return List.copyOf(asked);
  }

  /// What was seen so far does not matter to the rest of the story.
  Story forget() {
    told.clear();
    weights.clear();
    actions.clear();
    asked.clear();
    statusWrites = 0;
    return this;
  }

  /// What the controller sees that much later, without doing anything.
  Observation observeAfter(int seconds) {
    for (int i = 0; i < seconds; i++) {
      cluster.pass(0);
    }
    controller.watch();
    return controller.observe();
  }

  Decision tick() {
    controller.watch();
    return controller.tick();
  }

  Optional<Instant> nextLook() {
    return controller.nextDue();
  }

  // ---- the outside ----

  static Verdict failing(String sentence) {
    return new Verdict.Hold(Verdict.Reason.CHECK_FAILED, true, evidence(87.32, sentence));
  }

  static Verdict away() {
    return new Verdict.Hold(
        Verdict.Reason.SOURCE_UNAVAILABLE, false, evidence(null, "prometheus does not answer"));
  }

  static Verdict noData() {
    return new Verdict.Hold(
        Verdict.Reason.NO_DATA, true, evidence(null, "request-success-rate has no value"));
  }

  private static List<Evidence> evidence(@Nullable Double value, String sentence) {
    return List.of(new Evidence("request-success-rate", value, null, null, null, sentence));
  }

  private Answers answer(Questions questions) {
    var said = ModelController.Outside.inOrder(questions, this::called, () -> judged(questions));
    return said.verdict().isEmpty()
        ? said
        : new Answers(said.about(), said.hooks(), said.verdict(), looks);
  }

  private String called(Hook hook) {
    asked.add(hook.name());
    if (receiver != null) {
      return receiver.apply(hook);
    }
    if (hook.type() == HookType.ROLLBACK) {
      return open.contains(hook.name()) ? "" : "it answered 403: Forbidden";
    }
    if (refusal != null) {
      return refusal;
    }
    return closed.contains(hook.name()) ? "it answered 403: Forbidden" : "";
  }

  private Verdict judged(Questions questions) {
    asked.add("metrics");
    if (!looks.isEmpty()) {
      return Thresholds.judge(looks, questions.failedChecks(), questions.threshold());
    }
    var honest =
        target().template.bad()
            ? failing("request-success-rate is 87.32%, but allowed is at least 99%, 412 requests")
            : new Verdict.Safe(evidence(100.0, "request-success-rate is 100%"));
    return everybodyGets.orElse(honest);
  }

  private ModelController start() {
    return new ModelController(
        cluster, Settings.DEFAULT, new NoSurprise(), new Asked(), new Watching(), told::add);
  }

  private final class Asked implements ModelController.Outside {
    @Override
    public Answers answer(Questions questions) {
      return Story.this.answer(questions);
    }

    @Override
    public Optional<Compared> compared(Observation seen) {
      return Survey.comparison(seen)
          .flatMap(what ->
              look.map(verdict ->
                  new Compared(
                      run == null ? what.run() : run,
                      verdict,
                      excess,
                      looked == null ? seen.now() : looked)));
    }
  }

  private final class NoSurprise implements ModelController.Luck {
    @Override
    public boolean crashes() {
      return false;
    }

    @Override
    public boolean isLost() {
      return false;
    }

    @Override
    public Optional<String> refuses(Action action) {
      return refused
          .filter(kind -> kind.isInstance(action))
          .map(_ -> "admission webhook denied the request");
    }

    @Override
    public boolean answerIsLost() {
      return false;
    }
  }

  private final class Watching implements ModelController.Witness {
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
      statusWrites++;
      invariants.recorded(before, after);
    }

    @Override
    public void acting(Action action, Observation seen) {
      actions.add(action);
      invariants.acting(action, seen);
    }
  }
}

package dev.sluice.controller.rollout;

import dev.sluice.analysis.Verdict;
import dev.sluice.controller.rollout.Answers.HookAnswer;
import dev.sluice.controller.rollout.ModelCluster.Route;
import dev.sluice.controller.rollout.ModelCluster.View;
import dev.sluice.controller.rollout.Routing.Apex;
import dev.sluice.controller.rollout.policy.Policy;
import dev.sluice.controller.rollout.policy.Settings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One process of the controller over a [ModelCluster]: observe, decide, record, act, announce,
/// with nothing in memory but a cache and when it saw what. A new one is a restart.
final class ModelController {
  /// What may go wrong on the way; a story lets nothing go wrong.
  interface Luck {
    /// Whether the process dies here.
    boolean crashes();

    /// Whether a write is lost before it arrives.
    boolean isLost();

    /// Why the API server refuses this, if it does.
    Optional<String> refuses(Action action);

    /// Whether the answer to a write that arrived is lost.
    boolean answerIsLost();
  }

  /// The outside: webhooks and metrics.
  interface Outside {
    Answers answer(Questions questions);

    /// What the comparison with the primary came to.
    ///
    /// @param seen all other facts
    default Optional<Compared> compared(Observation seen) {
      return Optional.empty();
    }

    /// In the order of the questions, and nothing more once an answer has decided.
    ///
    /// @param refusals what a webhook says; empty for yes
    static Answers inOrder(
        Questions questions, Function<Policy.Hook, String> refusals, Supplier<Verdict> judge) {
      var said = new ArrayList<>(call(questions.rollback(), refusals, HookAnswer::agreed));
      if (said.stream().anyMatch(HookAnswer::agreed)) {
        return new Answers(questions.about(), said, Optional.empty());
      }
      Predicate<HookAnswer> refuses = answer -> !answer.agreed();
      var checks = call(questions.checks(), refusals, refuses);
      said.addAll(checks);
      if (checks.stream().anyMatch(refuses)) {
        return new Answers(questions.about(), said, Optional.empty());
      }
      var verdict = questions.metrics() ? Optional.of(judge.get()) : Optional.<Verdict>empty();
      if (verdict.isEmpty() || verdict.get() instanceof Verdict.Safe) {
        said.addAll(call(questions.gates(), refusals, refuses));
      }
      said.addAll(call(questions.notices(), refusals, _ -> false));
      return new Answers(questions.about(), said, verdict);
    }

    private static List<HookAnswer> call(
        List<Policy.Hook> hooks,
        Function<Policy.Hook, String> refusals,
        Predicate<HookAnswer> decides) {
      var said = new ArrayList<HookAnswer>();
      for (var hook : hooks) {
        said.add(new HookAnswer(hook, refusals.apply(hook)));
        if (decides.test(said.getLast())) {
          return said;
        }
      }
      return said;
    }
  }

  /// Who looks over the controller's shoulder.
  interface Witness {
    void decided(Observation seen, Decision decision);

    void asked(Observation seen, Questions questions, Answers answers);

    void recorded(Standing before, Standing after);

    void acting(Action action, Observation seen);
  }

  /// The process died in the middle of something.
  static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1;

    Crash() {
      super("crash", null, false, false);
    }
  }

  private final ModelCluster cluster;
  private final Settings settings;
  private final Luck luck;
  private final Outside outside;
  private final Witness witness;
  private final Consumer<Announcement> people;

  private View cache;
  private Instant routeSince;
  private Instant contentSince;
  private boolean dirty = true;
  private @Nullable Instant due;
  private @Nullable String refusal;

  ModelController(
      ModelCluster cluster,
      Settings settings,
      Luck luck,
      Outside outside,
      Witness witness,
      Consumer<Announcement> people) {
    this.cluster = cluster;
    this.settings = settings;
    this.luck = luck;
    this.outside = outside;
    this.witness = witness;
    this.people = people;
    cache = cluster.view();
    routeSince = cluster.now();
    contentSince = cluster.now();
  }

  /// The watches deliver everything that happened.
  void watch() {
    var live = cluster.view();
    if (live.equals(cache)) {
      return;
    }
    if (!live.route().equals(cache.route())
        || live.apex() != cache.apex()
        || !live.rivals().equals(cache.rivals())) {
      routeSince = cluster.now();
    }
    if (!live.wanted().equals(cache.wanted())) {
      contentSince = cluster.now();
    }
    cache = live;
    dirty = true;
  }

  /// The comparison says something else than before.
  void hear() {
    dirty = true;
  }

  boolean isDue() {
    return dirty || (due != null && !cluster.now().isBefore(due));
  }

  Optional<Instant> nextDue() {
    return Optional.ofNullable(due);
  }

  /// One pass of the reconciler.
  Decision tick() {
    dirty = false;
    var cheap = observe();
    var questions = Survey.of(cheap);
    var seen = cheap;
    if (questions.any()) {
      var answers = outside.answer(questions);
      witness.asked(cheap, questions, answers);
      seen = observe().with(answers);
    }
    var decision = Rollout.decide(seen);
    witness.decided(seen, decision);
    due = decision.lookAgain().orElse(null);
    carryOut(seen, decision);
    return decision;
  }

  private void carryOut(Observation seen, Decision decision) {
    maybeCrash();
    if (decision.next().isPresent() && !record(seen, decision.next().get())) {
      due = cluster.now().plusSeconds(1);
      return;
    }
    act(seen, decision);
    maybeCrash();
    decision.announcements().forEach(people);
  }

  /// Carries out what it can; what fails is tried again, and said with the next decision.
  private void act(Observation seen, Decision decision) {
    for (var action : decision.actions()) {
      maybeCrash();
      var refused = luck.refuses(action);
      refusal = refused.orElse(null);
      if (luck.isLost() || refused.isPresent()) {
        due = cluster.now().plusSeconds(1);
        return;
      }
      witness.acting(action, seen);
      var failure = cluster.run(action, cache);
      if (failure.isPresent() || luck.answerIsLost()) {
        due = cluster.now().plusSeconds(1);
        return;
      }
    }
  }

  private boolean record(Observation seen, Standing next) {
    if (luck.isLost()) {
      return false;
    }
    var before = StatusReader.read(cluster.status);
    var written =
        cluster.writeStatus(
            StatusWriter.write(cache.status(), next, seen.names().kind(), seen.now()),
            cache.version());
    if (written) {
      witness.recorded(before.orElse(next), StatusReader.read(cluster.status).orElseThrow());
      // The answer to our own write goes into the cache at once.
      cache = with(cache, cluster.view());
    }
    return written && !luck.answerIsLost();
  }

  private static View with(View old, View live) {
    return new View(
        old.target(),
        old.wanted(),
        old.primary(),
        old.promoted(),
        old.services(),
        old.apex(),
        old.route(),
        live.status(),
        live.version(),
        old.routeVersion(),
        live.generation(),
        live.plan(),
        old.dialect(),
        old.handOver(),
        old.autoscaling(),
        live.deletion(),
        live.command(),
        old.rivals());
  }

  private void maybeCrash() {
    if (luck.crashes()) {
      throw new Crash();
    }
  }

  Observation observe() {
    var seen = withoutComparison();
    return seen.with(outside.compared(seen));
  }

  private Observation withoutComparison() {
    return new Observation(
        cluster.now(),
        settings,
        ModelCluster.NAMES,
        cache.generation(),
        cache.deletion(),
        StatusReader.read(cache.status()),
        cache.plan(),
        cache.target(),
        cache.primary(),
        content(),
        cache.autoscaling(),
        routing(),
        Optional.ofNullable(refusal),
        Optional.empty(),
        Optional.empty(),
        cache.command(),
        new Protection(cluster.protectedAlike));
  }

  private Content content() {
    if (cache.wanted().isEmpty() || cache.target().isEmpty()) {
      return new Content.Unreadable("there is no target");
    }
    var template = cache.wanted().get();
    return new Content.Known(
        cluster.snapshot(template, cache.target().get().generation()),
        cache
            .promoted()
            .map(template::equals)
            .orElseGet(() ->
                StatusReader.promoted(cache.status())
                    .equals(Optional.of(cluster.revision(template)))),
        contentSince,
        cluster.handOver,
        Optional.empty());
  }

  private Routing routing() {
    return new Routing(
        cache.services(),
        cache.apex(),
        cache.route().map(Route::rules).orElse(false),
        cache.route().map(ModelCluster.Route::split),
        Optional.empty(),
        new Routing.Sides(cache.route().isPresent(), cache.apex() == Apex.PRIMARY),
        routeSince,
        cache.route().map(Route::writer).filter(writer -> !writer.isEmpty()),
        cache.rivals(),
        Optional.empty());
  }
}

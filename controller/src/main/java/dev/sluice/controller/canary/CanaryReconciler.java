package dev.sluice.controller.canary;

import dev.sluice.controller.check.LiveComparison;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.loop.Reconciler;
import dev.sluice.controller.object.Interest;
import dev.sluice.controller.object.Json;
import dev.sluice.controller.object.Subject;
import dev.sluice.controller.report.CanaryGauges;
import dev.sluice.controller.report.Report;
import dev.sluice.controller.rollout.Answers;
import dev.sluice.controller.rollout.Decision;
import dev.sluice.controller.rollout.Observation;
import dev.sluice.controller.rollout.Questions;
import dev.sluice.controller.rollout.Rollout;
import dev.sluice.controller.rollout.Standing;
import dev.sluice.controller.rollout.StatusReader;
import dev.sluice.controller.rollout.Survey;
import dev.sluice.controller.rollout.policy.Plan;
import dev.sluice.controller.routing.Making;
import dev.sluice.crds.Canary;
import dev.sluice.crds.ObjectRef;
import dev.sluice.crds.shape.Unreadable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One pass over one canary: observe, ask, decide, record, act, announce.
public final class CanaryReconciler implements Reconciler {
  private static final Logger LOG = LoggerFactory.getLogger(CanaryReconciler.class);
  private static final Duration CACHE_LAG = Duration.ofSeconds(1);

  /// A watch so late is more than late, and people are told.
  private static final Duration CACHE_DEAD = Duration.ofSeconds(30);

  /// When an Event that could not be written is tried again.
  private static final Duration TELL_AGAIN = Duration.ofSeconds(10);

  /// Asks webhooks and metric sources; blocks for as long as they may take.
  interface Asker {

    /// @throws InterruptedException when nobody waits for the answers any more; what was not
    ///   answered was not asked
    Answers ask(Canary canary, Questions questions, Observation seen) throws InterruptedException;
  }

  private final Cluster cluster;
  private final Plans plans;
  private final Observer observer;
  private final Asker asker;
  private final Hands hands;
  private final Report report;
  private final Sightings sightings;
  private final Interest interest;
  private final CanaryGauges gauges;
  private final LiveComparison comparison;
  private final InstantSource clock;

  /// The version that our last status write replaced: a cache that still shows it is behind.
  private final Map<ObjectRef, Replaced> replaced = new ConcurrentHashMap<>();

  /// Whose status is known to be none that was written before this process began to lead: it was
  /// written by us, or compared with the server's.
  private final Set<ObjectRef> confirmed = ConcurrentHashMap.newKeySet();

  /// What the API server said to our last writes; the next decision makes it known.
  private final Map<ObjectRef, String> refusals = new ConcurrentHashMap<>();

  private record Replaced(String version, Instant at) {}

  CanaryReconciler(
      Cluster cluster,
      Plans plans,
      Observer observer,
      Asker asker,
      Hands hands,
      Report report,
      Sightings sightings,
      Interest interest,
      CanaryGauges gauges,
      LiveComparison comparison,
      InstantSource clock) {
    this.cluster = cluster;
    this.plans = plans;
    this.observer = observer;
    this.asker = asker;
    this.hands = hands;
    this.report = report;
    this.sightings = sightings;
    this.interest = interest;
    this.gauges = gauges;
    this.comparison = comparison;
    this.clock = clock;
  }

  @Override
  public Optional<Instant> reconcile(ObjectRef ref, Instant now) {
    Optional<Subject> read = read(ref);
    if (read.isEmpty()) {
      return Optional.empty();
    }
    Subject subject = read.get();
    Canary canary = subject.canary();
    Replaced before = replaced.get(ref);
    if (before != null && before.version().equals(canary.metadata().resourceVersion())) {
      if (Duration.between(before.at(), now).compareTo(CACHE_DEAD) < 0) {
        return Optional.of(now.plus(CACHE_LAG));
      }
      throw new ClusterFailure.Conflict(
          "the watch of canaries does not show what was written at " + before.at());
    }
    report.catchUp(canary, StatusReader.read(canary.status()), now);
    Observer.Seen seen = observe(subject, now);
    Observation facts = seen.observation();
    Questions questions = Survey.of(facts);
    if (questions.any()) {
      Optional<Answers> answers = ask(canary, questions, facts);
      if (answers.isEmpty()) {
        return Optional.of(clock.instant());
      }
      gauges.answered(canary, answers.get());
      // Asking takes time; decide on what is true after it.
      seen = observe(subject, clock.instant());
      facts = seen.observation().with(answers.get());
    }
    Optional<Instant> again = carryOut(canary, facts, seen.making(), Rollout.decide(facts));
    if (facts.answers().isPresent()) {
      gauges.analysed(canary, Duration.between(now, clock.instant()));
    }
    return Stream.of(
            again,
            plans.lookAgain(canary).map(now::plus),
            report.isBehind(ref) ? Optional.of(now.plus(TELL_AGAIN)) : Optional.<Instant>empty())
        .flatMap(Optional::stream)
        .min(Instant::compareTo);
  }

  /// Empty when the answers would be of no use: something else has become more urgent, or the
  /// process stops. Nothing is decided then.
  private Optional<Answers> ask(Canary canary, Questions questions, Observation facts) {
    try {
      return Patience.await(
          () -> asker.ask(canary, questions, facts),
          () -> questions.equals(questionsNow(canary.ref())));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private Questions questionsNow(ObjectRef ref) {
    return read(ref)
        .map(subject -> Survey.of(observe(subject, clock.instant()).observation()))
        .orElse(Questions.NONE);
  }

  private Optional<Instant> carryOut(
      Canary canary, Observation facts, Optional<Making> making, Decision decision) {
    Instant now = facts.now();
    Report.Recorded recorded =
        decision
            .next()
            .map(next -> report.record(canary, next, decision.announcements(), now))
            .orElseGet(() -> new Report.Recorded(canary, false));
    if (recorded.moved()) {
      replaced.put(canary.ref(), new Replaced(canary.metadata().resourceVersion(), now));
      confirmed.add(canary.ref());
    } else if (!decision.actions().isEmpty()) {
      confirm(canary);
    }
    try {
      hands.run(canary, making, decision.actions());
      refusals.remove(canary.ref());
    } catch (ClusterFailure.Refused e) {
      refusals.put(canary.ref(), String.valueOf(e.getMessage()));
      throw e;
    } finally {
      // What was recorded has happened, whether or not all of it could be carried out yet.
      Optional<Standing> standing = decision.next().or(facts::standing);
      standing.ifPresent(s -> report.announce(recorded.canary(), s, decision.announcements(), now));
      gauges.stands(recorded.canary());
    }
    return decision.lookAgain();
  }

  /// Status is written under the version that was read; actions alone are not. What stood by may
  /// have caches behind the former leader's last writes, and must not undo what followed from them.
  ///
  /// @throws ClusterFailure.Conflict when the status that was decided on is an old one
  private void confirm(Canary canary) {
    if (confirmed.contains(canary.ref())) {
      return;
    }
    String live =
        cluster
            .get(Kind.CANARY, canary.ref())
            .map(object -> object.getMetadata().getResourceVersion())
            .orElse("");
    if (!live.equals(canary.metadata().resourceVersion())) {
      throw new ClusterFailure.Conflict("Canary %s is not seen as it is".formatted(canary.ref()));
    }
    confirmed.add(canary.ref());
  }

  private Observer.Seen observe(Subject subject, Instant now) {
    Canary canary = subject.canary();
    Observer.Seen seen =
        observer.observe(
            canary,
            subject.problems().isEmpty()
                ? plans.of(canary)
                : new Plan.Invalid(subject.problems(), canary.spec().suspend()),
            StatusReader.read(canary.status()),
            Optional.ofNullable(refusals.get(canary.ref())),
            now);
    return seen.asking(subject.command()).with(comparison.of(canary, seen.observation()));
  }

  private Optional<Subject> read(ObjectRef ref) {
    try {
      Optional<Subject> subject =
          cluster.cached(Kind.CANARY, ref).map(object -> Subject.of(Json.tree(object)));
      if (subject.isEmpty()) {
        sightings.forget(ref);
        interest.forget(ref);
        report.forget(ref);
        gauges.forget(ref);
        comparison.forget(ref);
        replaced.remove(ref);
        confirmed.remove(ref);
        refusals.remove(ref);
      }
      return subject;
    } catch (Unreadable e) {
      // The schema keeps such objects out; a cluster with another schema may let one in.
      LOG.atWarn()
          .addKeyValue("canary", ref)
          .addKeyValue("why", e.getMessage())
          .log("canary cannot be read");
      return Optional.empty();
    }
  }
}

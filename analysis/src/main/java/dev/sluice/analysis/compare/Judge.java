package dev.sluice.analysis.compare;

import dev.sluice.analysis.Comparison;
import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.Verdict.Reason;
import dev.sluice.analysis.intake.Group;
import dev.sluice.analysis.intake.Intake;
import dev.sluice.analysis.intake.Interval;
import dev.sluice.analysis.intake.Scrape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// Compares one canary with its primary over one rollout: takes what was scraped, and says at every
/// look what that amounts to. The same scrapes and looks give the same verdicts, bit by bit.
///
/// Its memory does not grow with the rollout's length.
///
/// Not safe for several threads.
public final class Judge {
  private static final int ERRORS = 0;

  /// Looks without a sample until it is said: a canary's pods may be late, a primary's are there.
  private static final int CANARY_LOOKS = 6;

  private static final int PRIMARY_LOOKS = 3;

  private final ComparisonPolicy policy;
  private final String metric;
  private final String what;

  private final Intake intake;
  private final Lane errors;
  private final LatencyLanes latencies;

  /// Of each channel; null for those that are not judged.
  private final @Nullable Dispersion[] noise;

  private final Alone alone;
  private final Presence canary = new Presence();
  private final Presence primary = new Presence();
  private boolean started;
  private double firstRequest = Double.NaN;
  private double latencyAt;
  private double sharedUntil = Double.NEGATIVE_INFINITY;

  /// Of the last interval in which the primary was bad: requests and errors of the canary, then of
  /// the primary.
  private final double[] degraded = new double[4];

  private double calmRequests;
  private double calmErrors;
  private double judgedRequests;
  private double judgedErrors;

  /// @param bounds the histogram's in milliseconds, ascending, the last infinite; empty without one
  /// @throws IllegalArgumentException when the policy asks for a bound that there is not
  public Judge(ComparisonPolicy policy, double[] bounds) {
    this(policy, bounds, "error-rate", "error rate");
  }

  /// As the other, of something else than errors.
  ///
  /// @param metric its name for programs
  /// @param what its name in a sentence
  public Judge(ComparisonPolicy policy, double[] bounds, String metric, String what) {
    this.policy = policy;
    this.metric = metric;
    this.what = what;
    latencies =
        new LatencyLanes(
            policy, bounds.length == 0 ? bounds : Arrays.copyOf(bounds, bounds.length - 1));
    intake = new Intake(bounds.length, policy.tick());
    alone = new Alone(policy.objective(), metric, what);
    errors = new Lane(policy.margin(), policy.errors());
    noise = new Dispersion[intake.channels()];
    Arrays.setAll(noise, _ -> new Dispersion());
  }

  /// Takes what a scrape saw, in any order; see [Intake].
  ///
  /// @param now seconds after the rollout's start
  public void take(Scrape scrape, double now) {
    intake.take(scrape, now);
  }

  /// A look back, before the rollout began: teaches what is usual of the primary.
  public void remember() {
    learn(intake.closeHistory());
  }

  /// Requests of the canary since the rollout began.
  public long canaryRequests() {
    return (long) intake.requests(Group.CANARY);
  }

  /// Whether the latency of both sides has been compared at all.
  public boolean comparedLatency() {
    return latencies.began();
  }

  /// By how large a share of its requests the canary is at most worse than 1.5 times its primary,
  /// in errors and, where it is compared, at the latency objective; certain enough to take a step
  /// on, however often one looks. Compare it with a [RiskBudget].
  ///
  /// @return one of few steps from 0.002 to 0.4; empty while nothing can be said
  public OptionalDouble excessAtMost() {
    var latency = latencies.ofObjective();
    if (!policy.judgesErrors() && latency.isEmpty()) {
      return OptionalDouble.empty();
    }
    double most = policy.judgesErrors() ? errors.excessAtMost() : 0;
    for (var lane : latency) {
      most = Math.max(most, lane.excessAtMost());
    }
    return most <= 1 ? OptionalDouble.of(most) : OptionalDouble.empty();
  }

  /// What it amounts to now.
  ///
  /// @param now seconds after the rollout's start, above 0 and above that of the look before
  public Verdict look(double now) {
    if (!started) {
      started = true;
      latencies.start(noise);
      settle();
    }
    canary.look(now, intake.samples(Group.CANARY), intake.requests(Group.CANARY));
    primary.look(now, intake.samples(Group.PRIMARY), intake.requests(Group.PRIMARY));
    if (Double.isNaN(firstRequest) && canaryRequests() > 0) {
      firstRequest = now - policy.tick();
    }
    var interval = intake.close();
    judge(interval, now);
    learn(interval);
    intake.forget(now);
    return verdict(now);
  }

  /// What to say when nothing could be scraped; nothing that was learnt is lost.
  ///
  /// @param why one clause, without secrets
  public Verdict unavailable(String why) {
    var sentence = "metrics unavailable: %s; this says nothing about the release".formatted(why);
    return new Verdict.Hold(
        Reason.SOURCE_UNAVAILABLE,
        false,
        List.of(new Evidence("comparison", null, null, null, null, sentence)));
  }

  /// Once it is known what is judged, only that is counted.
  private void settle() {
    if (!latencies.chosen()) {
      return;
    }
    var kept = latencies.channels();
    kept.add(ERRORS);
    intake.keep(kept);
    for (int channel = 0; channel < noise.length; channel++) {
      if (!kept.contains(channel)) {
        noise[channel] = null;
      }
    }
  }

  private void judge(Interval interval, double now) {
    boolean warming =
        Double.isNaN(firstRequest) || now - policy.tick() - firstRequest < policy.warmUp();
    var tolerated = warming ? policy.errors().atLeast(Tolerance.WARMING) : policy.errors();
    var toleratedLatency =
        warming ? policy.latency().atLeast(Tolerance.WARMING_LATENCY) : policy.latency();
    if (interval.closed(ERRORS)) {
      if (policy.judgesErrors()) {
        bet(errors, interval, ERRORS, tolerated, now);
      }
      shared(interval, now);
    }
    for (var latency : latencies.all()) {
      if (interval.closed(latency.channel())) {
        bet(latency.lane(), interval, latency.channel(), toleratedLatency, now);
        latencyAt = now;
      }
    }
    unaccompanied(interval);
  }

  private void bet(Lane lane, Interval interval, int channel, Tolerance tolerated, double now) {
    double nc = interval.requests(Group.CANARY, channel);
    double np = interval.requests(Group.PRIMARY, channel);
    if (!(nc > 0 && np > 0)) {
      return;
    }
    int pods = (int) Arrays.stream(interval.podRequests(channel)).filter(n -> n > 0).count();
    var wildness = noise[channel];
    double divisor =
        wildness == null ? 1 : wildness.factor(nc, interval.canaryPods(), np, Math.max(1, pods));
    lane.bet(
        nc,
        interval.bad(Group.CANARY, channel),
        np,
        interval.bad(Group.PRIMARY, channel),
        divisor,
        tolerated,
        now);
  }

  /// The primary's errors now, against what is usual.
  private void shared(Interval interval, double now) {
    double np = interval.requests(Group.PRIMARY, ERRORS);
    double ep = interval.bad(Group.PRIMARY, ERRORS);
    double usual = calmRequests > 0 ? calmErrors / calmRequests : 0;
    if (ep >= 5 && ep / np > Math.max(5 * usual, policy.objective())) {
      sharedUntil = now + 3 * policy.tick();
      degraded[0] = interval.requests(Group.CANARY, ERRORS);
      degraded[1] = interval.bad(Group.CANARY, ERRORS);
      degraded[2] = np;
      degraded[3] = ep;
    } else {
      calmRequests += np;
      calmErrors += ep;
    }
  }

  /// Where there is nothing of the primary, the canary is held against the objective alone.
  private void unaccompanied(Interval interval) {
    double n = intake.requests(Group.CANARY) - judgedRequests;
    double e = intake.errors(Group.CANARY) - judgedErrors;
    judgedRequests += n;
    judgedErrors += e;
    boolean compared = interval.closed(ERRORS) && interval.requests(Group.PRIMARY, ERRORS) > 0;
    if (!compared && n > 0 && policy.judgesErrors()) {
      var wildness = noise[ERRORS];
      alone.bet(n, e, wildness == null ? 1 : wildness.factor(n, interval.canaryPods()));
    }
  }

  private void learn(Interval interval) {
    for (int channel = 0; channel < noise.length; channel++) {
      var wildness = noise[channel];
      if (wildness != null && interval.closed(channel)) {
        wildness.add(interval.podRequests(channel), interval.podBad(channel));
      }
    }
    if (!started && interval.closed(ERRORS)) {
      calmRequests += interval.requests(Group.PRIMARY, ERRORS);
      calmErrors += interval.bad(Group.PRIMARY, ERRORS);
    }
    if (started && !latencies.chosen()) {
      latencies.learn(noise);
      settle();
    }
  }

  private Verdict verdict(double now) {
    double evidence = latencies.logEvidence(errors.logWorse());
    double threshold = -StrictMath.log(policy.alpha());
    if (evidence >= threshold) {
      return new Verdict.Rollback(Account.against(accounts(), now, evidence, ""));
    }
    double missing = Math.max(canary.unseen(now), canary.idle(now));
    if (missing >= CANARY_LOOKS * policy.tick()) {
      return hold(
          Reason.NO_CANARY_DATA,
          canary.unseen(now) >= CANARY_LOOKS * policy.tick()
              ? "no canary data: nothing was scraped of the canary for " + Words.seconds(missing)
              : "no canary data: no request has reached the canary for " + Words.seconds(missing));
    }
    double unaccompanied = Math.max(primary.unseen(now), primary.idle(now));
    if (unaccompanied >= PRIMARY_LOOKS * policy.tick()) {
      return alone.logBroken() >= threshold
          ? new Verdict.Rollback(List.of(alone.broken(unaccompanied)))
          : hold(Reason.NO_PRIMARY_DATA, alone.missing(unaccompanied));
    }
    if (now <= sharedUntil) {
      return hold(
          Reason.SHARED_DEGRADATION,
          "shared degradation: "
              + Words.counts(what, degraded(0), degraded(2))
              + ", of which "
              + Words.percent(calmRequests > 0 ? calmErrors / calmRequests : 0)
              + " is usual: the primary itself fails, so nothing can be said of the release");
    }
    if (policy.requireLatency() && now - latencyAt >= PRIMARY_LOOKS * policy.tick()) {
      return hold(
          Reason.LATENCY_UNAVAILABLE,
          "latency unavailable: there is no histogram with the same bounds of both canary and "
              + "primary, and the policy requires latency to be compared");
    }
    if (evidence >= StrictMath.log(2)) {
      return new Verdict.Hold(
          Reason.SUSPICIOUS, false, Account.against(accounts(), now, evidence, "suspicious: "));
    }
    var known = Account.all(accounts(), policy.margin());
    return safe() ? new Verdict.Safe(known) : new Verdict.Continue(known);
  }

  private boolean safe() {
    var latency = latencies.ofObjective();
    boolean unknown = policy.judgesErrors() ? !errors.fine(policy.margin()) : latency.isEmpty();
    if (unknown || (policy.requireLatency() && !comparedLatency())) {
      return false;
    }
    return latency.stream().allMatch(lane -> lane.fine(policy.margin()));
  }

  private Comparison.Counts degraded(int at) {
    return new Comparison.Counts((long) degraded[at], (long) degraded[at + 1]);
  }

  private Verdict hold(Reason reason, String sentence) {
    var evidence = new ArrayList<Evidence>();
    evidence.add(new Evidence("comparison", null, null, null, canaryRequests(), sentence));
    var accounts = accounts();
    if (!accounts.isEmpty()) {
      evidence.addAll(Account.all(accounts, policy.margin()));
    }
    return new Verdict.Hold(reason, false, evidence);
  }

  private List<Account> accounts() {
    var accounts = new ArrayList<Account>();
    if (errors.began()) {
      accounts.add(new Account(metric, what, errors, true));
    }
    accounts.addAll(latencies.accounts());
    return accounts;
  }
}

package dev.sluice.controller.compare;

import dev.sluice.analysis.Http;
import dev.sluice.analysis.MetricSource;
import dev.sluice.analysis.NeedsEdit;
import dev.sluice.analysis.Providers;
import dev.sluice.analysis.Samples;
import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.traffic.RawCounters;
import dev.sluice.analysis.traffic.RawCounters.None;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.loop.Key;
import dev.sluice.controller.loop.Reconciler;
import dev.sluice.crds.ObjectRef;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// Asks for the counters of all that is followed, tick by tick. The canaries that have the source
/// and the tick in common are one key of the loop, so that a slow source holds up no other, and is
/// not asked again before it has answered. Looking back, after a start or where callers turned out
/// to be others, is another key, so that it does not hold up the ticks.
public final class Ticks implements Comparisons, Reconciler {
  /// Of the keys in the loop; no kind of the API server.
  public static final Kind KIND = new Kind("", "", "Comparison", "comparisons", false);

  /// A scrape's samples have the time at which it began, and are there when it is over.
  static final Duration SETTLED = Duration.ofSeconds(2);

  /// What is further behind is not made up for by a tick. With the overlap ten minutes, which are
  /// asked for at once.
  private static final Duration PIECE = Duration.ofMinutes(10).minus(Course.OVERLAP);

  private static final int MOST_LOOKING_BACK = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int ALONE_TICKS = 30;

  private final Http http;
  private final BiConsumer<Key, Instant> looks;
  private final Consumer<ObjectRef> news;
  private final CompareGauges gauges;
  private final InstantSource clock;
  private final Map<ObjectRef, List<Follower>> followers = new HashMap<>();
  private final Map<Troop.Key, Troop> troops = new HashMap<>();
  private int number;

  /// @param looks asks the loop for a look at a key of [#KIND]
  /// @param news told when the verdict on a canary changed in kind, or a step may have become
  ///   possible; must not block
  public Ticks(
      Http http,
      BiConsumer<Key, Instant> looks,
      Consumer<ObjectRef> news,
      CompareGauges gauges,
      InstantSource clock) {
    this.http = http;
    this.looks = looks;
    this.news = news;
    this.gauges = gauges;
    this.clock = clock;
  }

  @Override
  public void follow(ObjectRef canary, List<Following> all) {
    var joined = new LinkedHashSet<Troop>();
    synchronized (followers) {
      var before = followers.getOrDefault(canary, List.of());
      if (before.stream().map(Follower::what).toList().equals(all)) {
        return;
      }
      before.forEach(this::leave);
      var left = new ArrayList<>(before);
      var now = new ArrayList<Follower>();
      for (var what : all) {
        var same = left.stream().filter(one -> what.continues(one.what())).findFirst();
        same.ifPresent(left::remove);
        var follower = same.orElseGet(() -> new Follower(canary, what));
        follower.what(what);
        now.add(follower);
        var troop = troops.computeIfAbsent(key(what), key -> new Troop(key, ++number));
        troop.add(follower);
        joined.add(troop);
      }
      followers.put(canary, List.copyOf(now));
      gauges.following(followers.size());
    }
    for (var troop : joined) {
      look(troop.looksBack, clock.instant());
      look(troop.ticks, clock.instant());
    }
  }

  private static Troop.Key key(Following what) {
    return new Troop.Key(what.provider(), what.tick());
  }

  private void look(ObjectRef ref, Instant at) {
    looks.accept(new Key(KIND, ref), at);
  }

  @Override
  public void forget(ObjectRef canary) {
    synchronized (followers) {
      var gone = followers.remove(canary);
      if (gone != null) {
        gone.forEach(this::leave);
        gauges.following(followers.size());
      }
    }
  }

  private void leave(Follower follower) {
    var troop = troops.get(key(follower.what()));
    if (troop != null) {
      troop.remove(follower);
      if (troop.isEmpty()) {
        troops.remove(troop.key);
      }
    }
  }

  @Override
  public Optional<Compared> latest(ObjectRef canary) {
    synchronized (followers) {
      return Compared.together(
          followers.getOrDefault(canary, List.of()).stream().map(Follower::latest).toList());
    }
  }

  @Override
  public Optional<Instant> reconcile(ObjectRef ref, Instant now) {
    Optional<Troop> troop;
    synchronized (followers) {
      troop =
          troops.values().stream()
              .filter(t -> t.ticks.equals(ref) || t.looksBack.equals(ref))
              .findFirst();
    }
    if (troop.isEmpty()) {
      return Optional.empty();
    }
    try {
      return ref.equals(troop.get().ticks) ? tick(troop.get(), now) : lookBack(troop.get(), now);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private Optional<Instant> tick(Troop troop, Instant now) throws InterruptedException {
    var tick = troop.tickBefore(now.minus(SETTLED));
    var due = new TreeMap<Instant, List<Follower>>();
    boolean behind = false;
    for (var member : troop.members()) {
      var taken = member.live();
      if (taken.filter(t -> t.isBefore(tick) && !isBehind(t, tick)).isPresent()) {
        due.computeIfAbsent(taken.get(), _ -> new ArrayList<>()).add(member);
      }
      behind |= isToBuild(member, tick) || taken.filter(t -> isBehind(t, tick)).isPresent();
    }
    if (behind) {
      look(troop.looksBack, now);
    }
    int looked = 0;
    for (var together : due.entrySet()) {
      var outcome = ask(troop, together.getValue(), troop.most(), together.getKey(), tick, now);
      outcome.got().forEach((member, got) -> takeLive(troop, member, got, tick, now));
      outcome.none().forEach((member, none) -> tell(member, f -> f.silent(none.why(), tick)));
      looked += outcome.got().size();
    }
    if (!due.isEmpty()) {
      var end = clock.instant();
      gauges.looked(troop.provider, looked, Duration.between(tick.plus(SETTLED), end));
      long skipped = troop.ticked(tick);
      if (skipped > 0) {
        gauges.skipped(troop.provider, skipped);
      }
    }
    return Optional.of(tick.plus(troop.key.tick()).plus(SETTLED));
  }

  private void takeLive(Troop troop, Follower member, Scraped got, Instant to, Instant now) {
    tell(
        member,
        f -> {
          if (f.takeLive(got, to)) {
            gauges.recounted();
            look(troop.looksBack, now);
          }
        });
  }

  private static boolean isBehind(Instant taken, Instant tick) {
    return Duration.between(taken, tick).compareTo(PIECE) > 0;
  }

  private static boolean isToBuild(Follower member, Instant tick) {
    return member.built().filter(taken -> taken.isBefore(tick)).isPresent();
  }

  /// One piece of what lies furthest back.
  private Optional<Instant> lookBack(Troop troop, Instant now) throws InterruptedException {
    var tick = troop.tickBefore(now.minus(SETTLED));
    var work = back(troop, tick);
    var ready = work.stream().filter(back -> !back.notBefore().isAfter(now)).toList();
    if (ready.isEmpty()) {
      return work.stream().map(Back::notBefore).min(Comparator.naturalOrder());
    }
    boolean live = ready.getFirst().live();
    var from = ready.getFirst().taken();
    long ticks = Math.max(1, PIECE.dividedBy(troop.key.tick()));
    var whole = from.plus(troop.key.tick().multipliedBy(ticks));
    var to = whole.isBefore(tick) ? whole : tick;
    var together =
        ready.stream()
            .filter(back -> back.live() == live && back.taken().isBefore(to))
            .limit(MOST_LOOKING_BACK)
            .map(Back::member)
            .toList();
    var outcome = ask(troop, together, MOST_LOOKING_BACK, from, to, now);
    outcome
        .got()
        .forEach((member, got) -> {
          if (live) {
            takeLive(troop, member, got, to, now);
          } else {
            tell(member, f -> f.takeBuilt(got, to));
          }
        });
    outcome
        .none()
        .forEach(
            (member, none) -> tell(member, f -> f.cannotLookBack(none.why(), tick, live, now)));
    for (var member : outcome.got().keySet()) {
      arrive(troop, member, tick, now);
    }
    return back(troop, tick).isEmpty() ? Optional.empty() : Optional.of(clock.instant());
  }

  /// @param live whether what goes on is too far behind for a tick, and not something that is built
  private record Back(Follower member, boolean live, Instant taken, Instant notBefore) {}

  /// What lies furthest back comes first.
  private static List<Back> back(Troop troop, Instant tick) {
    var all = new ArrayList<Back>();
    for (var member : troop.members()) {
      member
          .built()
          .filter(taken -> taken.isBefore(tick))
          .ifPresent(taken -> all.add(new Back(member, false, taken, member.lookBackNotBefore())));
      member
          .live()
          .filter(taken -> isBehind(taken, tick))
          .ifPresent(taken -> all.add(new Back(member, true, taken, member.lookBackNotBefore())));
    }
    all.sort(Comparator.comparing(Back::taken).thenComparing(back -> back.member().canary));
    return all;
  }

  private void arrive(Troop troop, Follower member, Instant tick, Instant now)
      throws InterruptedException {
    if (member.built().filter(taken -> !taken.isBefore(tick)).isEmpty()) {
      return;
    }
    if (member.asksForBeginning()) {
      var kept = beginningKept(member.what());
      if (kept.isEmpty()) {
        tell(
            member,
            f ->
                f.cannotLookBack(
                    "it is not known since when the source has samples", tick, false, now));
        return;
      }
      member.beginning(kept.get());
    }
    tell(
        member,
        f -> {
          if (f.arrive(tick)) {
            gauges.recounted();
          }
        });
    look(troop.ticks, now);
  }

  /// Whether the source has any samples of the first minute: else it has forgotten them, and that
  /// there are none of the canary does not mean that nobody called.
  private Optional<Boolean> beginningKept(Following what) throws InterruptedException {
    var end = what.firstTraffic().plus(Follower.LATE);
    return switch (source(what).samples("up[" + Follower.LATE.toMillis() + "ms]", end)) {
      case Samples.Runs(var runs, _) -> Optional.of(!runs.isEmpty());
      case Samples.TooMuch _ -> Optional.of(true);
      case Samples.Refused _ -> Optional.of(false);
      case Samples.Unavailable _ -> Optional.empty();
    };
  }

  private Asking.Outcome ask(
      Troop troop, Collection<Follower> members, int most, Instant taken, Instant to, Instant now)
      throws InterruptedException {
    var chunks = Chunks.of(members, Math.min(most, troop.most()), to);
    var outcome =
        new Asking(source(members.iterator().next().what()), clock, now.plus(PATIENCE))
            .ask(chunks, taken.minus(Course.OVERLAP), to);
    boolean tooMuch = false;
    for (var failed : outcome.failures()) {
      gauges.failed(troop.provider, kind(failed.why()), failed.canaries());
      if (failed.why() instanceof RawCounters.TooMuch && failed.canaries() > 1) {
        troop.tooMany(failed.canaries());
        tooMuch = true;
      }
    }
    if (!tooMuch) {
      troop.good();
    }
    if (!outcome.got().isEmpty()) {
      outcome
          .none()
          .keySet()
          .forEach(m -> m.aloneUntil(to.plus(troop.key.tick().multipliedBy(ALONE_TICKS))));
    }
    return outcome;
  }

  private static String kind(None why) {
    return switch (why) {
      case RawCounters.TooMuch _ -> "too-much";
      case RawCounters.Refused _ -> "refused";
      case RawCounters.Unavailable _ -> "unavailable";
    };
  }

  private MetricSource source(Following what) {
    try {
      return Providers.connect(what.provider(), http);
    } catch (NeedsEdit e) {
      return new Unusable(e.getMessage());
    }
  }

  /// Changes what is known of a canary, and says so if that is news.
  private void tell(Follower member, Consumer<Follower> change) {
    var before = member.latest();
    change.accept(member);
    var after = member.latest();
    boolean followed;
    synchronized (followers) {
      followed = followers.getOrDefault(member.canary, List.of()).contains(member);
    }
    if (followed && after.isPresent() && (before.isEmpty() || isNews(before.get(), after.get()))) {
      news.accept(member.canary);
    }
  }

  private static boolean isNews(Compared before, Compared after) {
    double excess = after.excessAtMost().orElse(Double.POSITIVE_INFINITY);
    return !kind(before.verdict()).equals(kind(after.verdict()))
        || excess < before.excessAtMost().orElse(Double.POSITIVE_INFINITY);
  }

  private static String kind(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Continue _ -> "continue";
      case Verdict.Safe _ -> "safe";
      case Verdict.Rollback _ -> "rollback";
      case Verdict.Hold hold -> hold.reason().name();
    };
  }
}

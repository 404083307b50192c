package dev.sluice.controller.compare;

import dev.sluice.analysis.Http;
import dev.sluice.analysis.NeedsEdit;
import dev.sluice.analysis.Provider;
import dev.sluice.analysis.Providers;
import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.compare.Judge;
import dev.sluice.analysis.replay.Recording;
import dev.sluice.analysis.traffic.Counting;
import dev.sluice.analysis.traffic.RawCounters;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.loop.Key;
import dev.sluice.controller.loop.Reconciler;
import dev.sluice.crds.ObjectRef;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Asks for the counters of all that is followed, tick by tick. A group of canaries that have the
/// source and the tick in common is one key of the loop, so that a slow source holds up no other
/// and is never asked again before it has answered.
///
/// Looks are at whole ticks since 1970, whatever else happens, so that a look back over what was
/// missed says the same as the looks would have said.
public final class Ticks implements Comparisons, Reconciler {
  /// Of the keys of groups; no kind of the API server.
  public static final Kind KIND = new Kind("", "", "Comparison", "comparisons", false);

  /// A scrape's samples have its time and are there when it is over.
  private static final Duration SETTLED = Duration.ofSeconds(2);

  private static final Duration HISTORY = Duration.ofMinutes(30);

  private final Http http;
  private final BiConsumer<Key, Instant> looks;
  private final Consumer<ObjectRef> news;
  private final InstantSource clock;
  private final Map<ObjectRef, Follower> followers = new HashMap<>();

  /// @param looks asks the loop for a look at a group
  /// @param news told when the verdict on a canary changed in kind, or a step may have become
  ///   possible; must not block
  public Ticks(
      Http http, BiConsumer<Key, Instant> looks, Consumer<ObjectRef> news, InstantSource clock) {
    this.http = http;
    this.looks = looks;
    this.news = news;
    this.clock = clock;
  }

  private static final class Follower {
    final ObjectRef canary;
    Following what;
    @Nullable Compared latest;

    Follower(ObjectRef canary, Following what) {
      this.canary = canary;
      this.what = what;
    }
  }

  @Override
  public void follow(ObjectRef canary, Following what) {
    synchronized (followers) {
      var before = followers.get(canary);
      if (before != null && what.continues(before.what)) {
        before.what = what;
        return;
      }
      followers.put(canary, new Follower(canary, what));
    }
    looks.accept(key(what), clock.instant());
  }

  @Override
  public void forget(ObjectRef canary) {
    synchronized (followers) {
      followers.remove(canary);
    }
  }

  @Override
  public Optional<Compared> latest(ObjectRef canary) {
    synchronized (followers) {
      return Optional.ofNullable(followers.get(canary)).map(follower -> follower.latest);
    }
  }

  private static Key key(Following what) {
    return new Key(KIND, new ObjectRef(what.tick().toString(), what.provider().toString()));
  }

  @Override
  public Optional<Instant> reconcile(ObjectRef group, Instant now) {
    List<Follower> members = new ArrayList<>();
    synchronized (followers) {
      for (var follower : followers.values()) {
        if (key(follower.what).ref().equals(group)) {
          members.add(follower);
        }
      }
    }
    if (members.isEmpty()) {
      return Optional.empty();
    }
    members.sort(Comparator.comparing(follower -> follower.canary));
    long tick = members.getFirst().what.tick().toMillis();
    var at = Instant.ofEpochMilli(Math.floorDiv(now.minus(SETTLED).toEpochMilli(), tick) * tick);
    try {
      for (var member : members) {
        look(member, at);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
    return Optional.of(at.plusMillis(tick).plus(SETTLED));
  }

  private void look(Follower member, Instant at) throws InterruptedException {
    var what = member.what;
    if (!at.isAfter(what.firstTraffic())) {
      return;
    }
    var compared =
        switch (answer(what.provider(), what, at)) {
          case RawCounters.None none ->
              new Compared(
                  new Judge(what.policy(), new double[0]).unavailable(none.why()),
                  OptionalDouble.empty(),
                  at,
                  0);
          case RawCounters.Got got -> replay(what, got, at);
        };
    Compared before;
    synchronized (followers) {
      if (followers.get(member.canary) != member) {
        return;
      }
      before = member.latest;
      member.latest = compared;
    }
    if (before == null || isNews(before, compared)) {
      news.accept(member.canary);
    }
  }

  private RawCounters.Answer answer(Provider provider, Following what, Instant at)
      throws InterruptedException {
    try {
      return new RawCounters(Providers.connect(provider, http))
          .between(List.of(what.sides()), what.latency(), what.firstTraffic().minus(HISTORY), at);
    } catch (NeedsEdit e) {
      return new RawCounters.Refused(e.getMessage());
    }
  }

  private static Compared replay(Following what, RawCounters.Got got, Instant end) {
    var counted =
        Counting.of(
            got.requests(),
            what.latency() ? got.buckets() : List.of(),
            what.sides(),
            what.firstTraffic(),
            what.definition());
    var recording = counted.recording().orElseGet(() -> new Recording(new double[0], List.of()));
    var judge = new Judge(what.policy(), recording.bounds());
    long tick = what.tick().toMillis();
    long start = what.firstTraffic().toEpochMilli();
    long look = Math.floorDiv(start - HISTORY.toMillis(), tick) * tick;
    int next = 0;
    Verdict verdict;
    do {
      look += tick;
      double now = (look - start) / 1000.0;
      var scrapes = recording.scrapes();
      for (; next < scrapes.size() && scrapes.get(next).at() <= now; next++) {
        judge.take(scrapes.get(next), now);
      }
      if (now <= 0) {
        judge.remember();
        verdict = new Verdict.Continue(List.of());
      } else {
        verdict = judge.look(now);
      }
    } while (look < end.toEpochMilli() && !(verdict instanceof Verdict.Rollback));
    return new Compared(
        verdict, judge.excessAtMost(), Instant.ofEpochMilli(look), judge.canaryRequests());
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

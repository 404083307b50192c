package dev.sluice.controller.compare;

import dev.sluice.analysis.Provider;
import dev.sluice.crds.ObjectRef;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// The canaries that have the source and the tick in common, and are asked for together.
final class Troop {
  private static final int MOST_TOGETHER = 100;
  private static final int GOOD_TICKS = 30;

  final Key key;

  /// Without anything secret.
  final String provider;

  /// Its ticks, and its looks back, as keys of the loop.
  final ObjectRef ticks;

  final ObjectRef looksBack;
  private final List<Follower> members = new ArrayList<>();
  private int most = MOST_TOGETHER;
  private int good;
  private Instant ticked = Instant.MIN;

  record Key(Provider provider, Duration tick) {}

  Troop(Key key, int number) {
    this.key = key;
    provider = key.provider().toString();
    var name = "%s every %s #%d".formatted(provider, key.tick(), number);
    ticks = new ObjectRef("", name);
    looksBack = new ObjectRef("back", name);
  }

  synchronized void add(Follower follower) {
    members.add(follower);
  }

  synchronized void remove(Follower follower) {
    members.remove(follower);
  }

  synchronized boolean isEmpty() {
    return members.isEmpty();
  }

  synchronized List<Follower> members() {
    return new ArrayList<>(members);
  }

  /// How many share a question.
  synchronized int most() {
    return most;
  }

  /// So many were too many for one question.
  synchronized void tooMany(int together) {
    most = Math.clamp(together / 2, 1, most);
    good = 0;
  }

  /// A tick without a question that was too much; after a while more are tried again.
  synchronized void good() {
    good++;
    if (good >= GOOD_TICKS && most < MOST_TOGETHER) {
      most = Math.min(MOST_TOGETHER, 2 * most);
      good = 0;
    }
  }

  /// The latest whole tick whose scrapes are over.
  Instant tickBefore(Instant now) {
    long tick = key.tick().toMillis();
    return Instant.ofEpochMilli(Math.floorDiv(now.toEpochMilli(), tick) * tick);
  }

  /// A tick is over.
  ///
  /// @return how many were left out since the last
  synchronized long ticked(Instant tick) {
    long passed =
        ticked.equals(Instant.MIN) ? 0 : Duration.between(ticked, tick).dividedBy(key.tick()) - 1;
    ticked = tick;
    return Math.max(0, passed);
  }
}

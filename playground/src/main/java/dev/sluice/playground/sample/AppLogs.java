package dev.sluice.playground.sample;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The logs of all pods by their uid: of the present start and of the one before. Those of pods
/// that ended are forgotten, the oldest first, when there are too many. Thread-safe.
public final class AppLogs {
  private static final int MOST_ENDED = 200;

  private final Map<String, Kept> byUid = new LinkedHashMap<>();

  private record Kept(AppLog present, Optional<AppLog> before) {}

  /// The pod's app starts, for the first time or again.
  synchronized AppLog start(String uid) {
    var before = Optional.ofNullable(byUid.remove(uid)).map(Kept::present);
    var present = new AppLog();
    byUid.put(uid, new Kept(present, before));
    return present;
  }

  /// The pod's app ends; nothing happens when there is none.
  synchronized void end(String uid, Instant at) {
    var kept = byUid.remove(uid);
    if (kept == null || kept.present().ended()) {
      return;
    }
    kept.present().print(at, "the process ends");
    kept.present().end();
    byUid.put(uid, kept);
    long ended = byUid.values().stream().filter(one -> one.present().ended()).count();
    var all = byUid.values().iterator();
    while (ended > MOST_ENDED && all.hasNext()) {
      if (all.next().present().ended()) {
        all.remove();
        ended--;
      }
    }
  }

  /// What the pod's app prints now, or printed last; empty when it never started.
  public synchronized Optional<AppLog> of(String uid) {
    return Optional.ofNullable(byUid.get(uid)).map(Kept::present);
  }

  /// What it printed before its last start; empty when it started once.
  public synchronized Optional<AppLog> before(String uid) {
    return Optional.ofNullable(byUid.get(uid)).flatMap(Kept::before);
  }
}

package dev.sluice.controller.canary;

import dev.sluice.controller.object.Subject;
import dev.sluice.crds.ObjectRef;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Since when this process has seen something as it is. Forgotten with the process, so that a
/// restart waits anew instead of trusting a time it did not see.
final class Sightings {

  private record Subject(ObjectRef canary, String what) {}

  private record Sighting(Object value, Instant since) {}

  private final Map<Subject, Sighting> seen = new ConcurrentHashMap<>();

  /// Notes what is seen now.
  ///
  /// @param what names the thing, such as `route`
  /// @return when this value was first seen without another one in between
  Instant since(ObjectRef canary, String what, Object value, Instant now) {
    Sighting sighting =
        seen.compute(
            new Subject(canary, what),
            (subject, before) ->
                before != null && before.value().equals(value) ? before : new Sighting(value, now));
    return sighting.since();
  }

  /// Forgets a canary that is gone.
  void forget(ObjectRef canary) {
    seen.keySet().removeIf(subject -> subject.canary().equals(canary));
  }
}

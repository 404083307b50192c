package dev.sluice.playground.sample;

import java.time.Instant;

/// Starts and stops the sample app for pods. Thread-safe.
public interface PodRuntime {

  /// Returns when the app answers. For a pod that runs already only the facts are brought up to
  /// date.
  void run(PodFacts pod);

  /// What the pod's app has done of late.
  ///
  /// @param uid of the pod
  Meter.Work work(String uid, Instant now);

  /// Ends the pod's app at once, with its connections; nothing happens when there is none.
  ///
  /// @param uid of the pod
  void stop(String uid);
}

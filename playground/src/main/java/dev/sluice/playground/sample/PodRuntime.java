package dev.sluice.playground.sample;

/// Starts and stops the sample app for pods. Thread-safe.
public interface PodRuntime {

  /// Returns when the app answers. For a pod that runs already only the facts are brought up to
  /// date.
  void run(PodFacts pod);

  /// Ends the pod's app at once, with its connections; nothing happens when there is none.
  ///
  /// @param uid of the pod
  void stop(String uid);
}

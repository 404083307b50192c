package dev.sluice.playground.workloads;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// What the controllers know that no object says; all of it may be lost. For one thread.
final class Remembered {
  /// Why the API server refused to make a pod for an owner the last time.
  final Map<Key, String> refusals = new HashMap<>();

  final Map<Key, ScalingLimits.Memory> autoscalers = new HashMap<>();

  /// Uids of the pods whose apps were told to end.
  final Set<String> stopping = new HashSet<>();
}

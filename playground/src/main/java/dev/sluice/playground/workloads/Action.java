package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.sample.PodFacts;
import java.time.Duration;
import java.util.Optional;

/// One thing a controller wants done. A plan's actions run in order and stop at the first that
/// fails; then the plan is made anew.
sealed interface Action {

  record Create(Resource resource, ObjectNode object) implements Action {}

  /// The whole object but its status; fails when somebody wrote it since it was read.
  record Replace(Resource resource, ObjectNode object) implements Action {}

  /// The status, and for a Deployment its annotations; fails when somebody wrote it since.
  record ReplaceStatus(Resource resource, ObjectNode object) implements Action {}

  /// Another number of replicas, and nothing else.
  record Scale(Resource resource, ObjectNode object, int replicas) implements Action {}

  /// @param grace what the kubelet gets to let the pod end; zero removes the object now, empty
  ///   leaves it to what the pod says of itself
  record Delete(Resource resource, ObjectNode object, Optional<Duration> grace) implements Action {}

  /// Starts the pod's app, or tells it changed facts.
  record RunApp(PodFacts pod) implements Action {}

  /// Tells the pod's app to end, as SIGTERM does; it answers what still comes until it is stopped.
  record EndApp(String uid) implements Action {}

  record StopApp(String uid) implements Action {}
}

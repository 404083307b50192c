package dev.sluice.controller.rollout;

/// What things are called in messages.
///
/// @param kind of the target, such as `Deployment`
/// @param apex the public Service
public record Names(String namespace, String canary, String kind, String target, String apex) {

  /// `target.namespace`
  String targetIn() {
    return target + "." + namespace;
  }

  /// `target-primary.namespace`
  String primaryIn() {
    return target + "-primary." + namespace;
  }

  /// A clause on a target between releases.
  String atRest() {
    return kind.equals("Service")
        ? "%s-canary.%s waits for the next release".formatted(apex, namespace)
        : targetIn() + " is scaled to zero";
  }

  /// `canary.namespace`
  String canaryIn() {
    return canary + "." + namespace;
  }
}

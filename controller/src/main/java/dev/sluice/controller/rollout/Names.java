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

  /// `canary.namespace`
  String canaryIn() {
    return canary + "." + namespace;
  }
}

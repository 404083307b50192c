package dev.sluice.controller.rollout.policy;

/// Something in a spec that a person must edit, or should know about.
///
/// @param field path as in the manifest, such as `spec.analysis.stepWeight`
/// @param why one sentence for the person who wrote it
public record Problem(String field, String why) {

  @Override
  public String toString() {
    return field + ": " + why;
  }
}

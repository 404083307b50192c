package dev.sluice.controller.importing;

/// Something that a person should know of a translation.
///
/// @param object such as `Rollout shop/web`
/// @param field where in it, such as `spec.strategy.canary.steps[2].plugin`; empty for all of it
/// @param message what became of it and what to do instead, without a full stop
public record Note(String object, String field, String message) {
  @Override
  public String toString() {
    return object + ": " + (field.isEmpty() ? "" : field + ": ") + message;
  }
}

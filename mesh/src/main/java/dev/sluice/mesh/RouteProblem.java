package dev.sluice.mesh;

/// A field that must be edited before a route can be written.
///
/// @param field as in the manifest, such as `spec.service.port`
/// @param why one clause for the person who edits it
public record RouteProblem(String field, String why) {

  @Override
  public String toString() {
    return field + ": " + why;
  }
}

package dev.sluice.controller.rollout.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// What the readers of one spec note about it, in the order in which they read.
final class Findings {
  private final List<Problem> problems = new ArrayList<>();
  private final List<Problem> warnings = new ArrayList<>();

  /// What cannot work.
  List<Problem> problems() {
    return problems;
  }

  /// What works, but perhaps not as meant.
  List<Problem> warnings() {
    return warnings;
  }

  /// @param field path as in the manifest
  /// @param why one sentence for the person who wrote it
  void problem(String field, String why) {
    problems.add(new Problem(field, why));
  }

  /// @param field path as in the manifest
  /// @param why one sentence for the person who wrote it
  void warning(String field, String why) {
    warnings.add(new Problem(field, why));
  }

  /// A value that is a problem where it cannot be read.
  ///
  /// @param value throws an [IllegalArgumentException] that says why it cannot
  /// @param otherwise what is read on with then
  <T> T read(String field, Supplier<T> value, T otherwise) {
    try {
      return value.get();
    } catch (IllegalArgumentException e) {
      problem(field, String.valueOf(e.getMessage()));
      return otherwise;
    }
  }

  /// @param floor the shortest interval of this controller
  /// @return the wanted interval, or the floor with a warning where that is longer
  Duration interval(String field, Duration wanted, Duration floor) {
    if (wanted.compareTo(floor) >= 0) {
      return wanted;
    }
    warning(
        field,
        "%ds is below this controller's shortest interval; %ds is used"
            .formatted(wanted.toSeconds(), floor.toSeconds()));
    return floor;
  }
}

package dev.sluice.analysis;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What was seen of one check: the facts a judge needs.
public sealed interface Reading {
  Check check();

  /// The question was asked.
  ///
  /// @param window how far back the query looked
  /// @param baseline the primary's value of the same metric, null when it was not asked
  /// @param samples number of requests behind the value, null when not known
  record Asked(
      Check check,
      Duration window,
      Sample sample,
      @Nullable Double baseline,
      @Nullable Long samples)
      implements Reading {}

  /// The revision has had traffic for so short a time that the question would be about the revision
  /// before it; it was not asked.
  ///
  /// @param seen how long it has had traffic
  /// @param needed how long it must have had
  record TooEarly(Check check, Duration seen, Duration needed) implements Reading {}

  /// The revision has had traffic for a shorter time than the metric's initial delay; it was not
  /// asked.
  ///
  /// @param seen how long it has had traffic
  record Delayed(Check check, Duration seen) implements Reading {}
}

package dev.sluice.analysis;

/// What a metric source answered. The silences are different facts: only a policy decides what each
/// of them costs.
public sealed interface Sample {

  /// A number; infinite values are numbers, NaN is not (it is [NoData]).
  ///
  /// @param warning what the source had to say about it, such as that a part of its data could not
  ///   be reached; empty for nothing
  record Value(double value, String warning) implements Sample {
    public Value(double value) {
      this(value, "");
    }
  }

  /// The source is healthy and has no series: often there was no traffic yet.
  record NoData() implements Sample {}

  /// The source could not be asked; says nothing about the release.
  ///
  /// @param why one clause for the person on call, without secrets
  record Unavailable(String why) implements Sample {}

  /// The source is healthy and cannot answer this question, today or tomorrow: a query it does not
  /// understand, or one that answers with several series where one number is needed. Somebody must
  /// edit the query.
  ///
  /// @param why one clause for the person who edits it, without secrets
  record Refused(String why) implements Sample {}
}

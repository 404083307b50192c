package dev.sluice.controller.rollout;

import java.time.Instant;
import java.util.Optional;

/// What the target wants to run.
public sealed interface Content {

  /// @param sameAsPrimary whether the primary already runs it: the target's template and config as
  ///   the copy rules transform them equal the primary's; where there is none, whether it is what
  ///   was promoted last
  /// @param since when this revision was first seen by this process
  /// @param handOver a Git sync that is still writing parts of this change
  /// @param commit the Git commit that it came from
  record Known(
      Snapshot now,
      boolean sameAsPrimary,
      Instant since,
      Optional<HandOver> handOver,
      Optional<String> commit)
      implements Content {}

  /// A ConfigMap or Secret that it needs is missing or could not be read.
  ///
  /// @param why one sentence, naming the object
  record Unreadable(String why) implements Content {}

  /// A Git sync that has begun to write a commit and has not said that it is done.
  record HandOver(String commit, Instant since) {}
}

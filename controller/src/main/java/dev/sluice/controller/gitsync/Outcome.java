package dev.sluice.controller.gitsync;

import dev.sluice.gitops.fetch.Snapshot;
import dev.sluice.gitops.plan.Inventory;
import java.util.List;

/// What a pass came to.
sealed interface Outcome {

  /// The cluster is as the commit says.
  ///
  /// @param left what something else drives, one clause each
  record Done(Snapshot snapshot, Inventory inventory, Changes changes, List<String> left)
      implements Outcome {}

  /// The pass has begun to write, and goes on in a moment.
  ///
  /// @param why one clause
  record Waiting(String why) implements Outcome {}

  /// Not all could be done.
  record Failed(Trouble trouble, Changes changes) implements Outcome {}
}

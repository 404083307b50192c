package dev.sluice.controller.rollout;

import java.util.Map;
import java.util.TreeMap;

/// What the target was at one moment.
///
/// The generation and the config checksums are a fence: an API server that is upgraded may return
/// the same object with other content, and only a fence that moved makes that a change somebody
/// made.
///
/// @param uid of the target; one that was deleted and made again is another
/// @param generation of the target; changes when it is scaled, too
/// @param configs `configmap/NAME` or `secret/NAME` to a checksum of its data
public record Snapshot(
    Revision revision, String uid, long generation, Map<String, String> configs) {

  public Snapshot {
    configs = Map.copyOf(configs);
  }

  /// Whether somebody changed what this snapshot shows since `seen` was taken.
  boolean isNewerThan(Snapshot seen) {
    return !revision.equals(seen.revision)
        && (generation != seen.generation
            || !uid.equals(seen.uid)
            || !configs.equals(seen.configs));
  }

  @Override
  public String toString() {
    return revision + "@" + generation + (configs.isEmpty() ? "" : new TreeMap<>(configs));
  }
}

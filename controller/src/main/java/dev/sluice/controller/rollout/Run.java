package dev.sluice.controller.rollout;

import java.time.Instant;
import java.util.Optional;

/// One revision's way from detection to promoted or rolled back.
///
/// @param id names this run in Events, alerts and commit statuses
/// @param target what is analysed and, if it proves well, promoted
/// @param started when the revision was taken up
/// @param firstTraffic when users' traffic was first sent to it; no older sample judges it
/// @param commit the Git commit it came from, where GitSync brought it
public record Run(
    String id,
    Snapshot target,
    Instant started,
    Optional<Instant> firstTraffic,
    Optional<String> commit) {

  Revision revision() {
    return target.revision();
  }

  Run withFirstTraffic(Instant at) {
    return new Run(id, target, started, Optional.of(firstTraffic.orElse(at)), commit);
  }
}

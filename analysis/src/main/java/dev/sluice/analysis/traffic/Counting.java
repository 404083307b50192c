package dev.sluice.analysis.traffic;

import dev.sluice.analysis.Samples.Run;
import dev.sluice.analysis.intake.Group;
import dev.sluice.analysis.replay.Recording;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Counts what is there at once.
public final class Counting {
  private Counting() {}

  /// Counts what belongs to these sides; series of others are passed over, so that one answer may
  /// serve many.
  ///
  /// @param requests of `istio_requests_total`
  /// @param buckets of `istio_request_duration_milliseconds_bucket`
  /// @param start of the rollout; what was before is history
  public static Counted of(
      List<Run> requests, List<Run> buckets, Sides sides, Instant start, Definition definition) {
    var tally = new Tally(sides, start, definition);
    tally.take(requests, buckets);
    var scrapes = tally.countAll();
    boolean any = scrapes.stream().anyMatch(scrape -> scrape.at() > 0);
    return new Counted(
        any ? Optional.of(new Recording(tally.bounds(), scrapes)) : Optional.empty(),
        tally.sum(Group.CANARY, definition),
        tally.sum(Group.PRIMARY, definition),
        tally.leftOut());
  }
}

package dev.sluice.controller.rollout;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// One revision's way from detection to promoted or rolled back.
///
/// @param id names this run in Events, alerts and commit statuses
/// @param target what is analysed and, if it proves well, promoted
/// @param started when its analysis began; until then, when the revision was found
/// @param firstTraffic when users' traffic was first sent to it; no older sample judges it
/// @param commit the Git commit it came from, where GitSync brought it
/// @param counts what its looks at single metrics came to
/// @param stopped how long people have stopped its clock, in whole seconds
public record Run(
    String id,
    Snapshot target,
    Instant started,
    Optional<Instant> firstTraffic,
    Optional<String> commit,
    MetricCounts counts,
    Duration stopped) {

  /// Before its first look; nobody has stopped its clock.
  Run(
      String id,
      Snapshot target,
      Instant started,
      Optional<Instant> firstTraffic,
      Optional<String> commit) {
    this(id, target, started, firstTraffic, commit, MetricCounts.NONE, Duration.ZERO);
  }

  static Run of(Content.Known content, Instant now) {
    var id = content.now().revision() + "-" + Long.toString(now.getEpochSecond(), 36);
    return new Run(id, content.now(), now, Optional.empty(), content.commit());
  }

  public Revision revision() {
    return target.revision();
  }

  Run withFirstTraffic(Instant at) {
    return new Run(
        id, target, started, Optional.of(firstTraffic.orElse(at)), commit, counts, stopped);
  }

  /// The same run with the target as it is now.
  Run seeing(Snapshot now) {
    return new Run(id, now, started, firstTraffic, commit, counts, stopped);
  }

  Run counting(MetricCounts after) {
    return new Run(id, target, started, firstTraffic, commit, after, stopped);
  }

  /// The same run, begun at another time.
  Run startedAt(Instant at) {
    return new Run(id, target, at, firstTraffic, commit, counts, stopped);
  }

  /// The same run after a time in which people had stopped its clock.
  Run stoppedFor(Duration time) {
    return new Run(
        id,
        target,
        started,
        firstTraffic,
        commit,
        counts,
        Duration.ofSeconds(stopped.plus(time).toSeconds()));
  }

  /// `revision 3f2a (commit 0123456)`, for messages.
  String title() {
    return "revision "
        + revision()
        + commit.map(c -> " (commit " + abbreviated(c) + ")").orElse("");
  }

  /// The first seven digits of a commit, whatever stands before them: `main@sha1:0123456789`.
  private static String abbreviated(String commit) {
    var digits = commit.substring(commit.lastIndexOf(':') + 1);
    return digits.substring(0, Math.min(7, digits.length()));
  }
}

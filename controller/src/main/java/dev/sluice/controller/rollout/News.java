package dev.sluice.controller.rollout;

import dev.sluice.crds.CanaryStatus;
import dev.sluice.crds.RolloutStatus;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What people are to be told, kept in the same status write as what happened. Whoever finds it
/// there later can tell it again, should the process have died before it was told.
///
/// @param at when it happened
public record News(Instant at, Announcement announcement) {
  /// As much as an Event takes.
  private static final int LONGEST_MESSAGE = 1024;

  private static final int LONGEST_ALERT = 3000;

  /// A spec with a great many warnings is cut: status must stay small.
  private static final int MOST = 8;

  /// The status with these announcements in it; without any, what it had.
  public static CanaryStatus noted(
      CanaryStatus status, List<Announcement> announcements, Instant at) {
    var rollout = status.rollout();
    return announcements.isEmpty() || rollout == null
        ? status
        : status.withRollout(
            rollout.with(announcements.stream().limit(MOST).map(a -> wire(a, at)).toList()));
  }

  /// What a status tells, in order; what another version of Sluice wrote and this one does not know
  /// is left out.
  public static List<News> of(CanaryStatus status) {
    var rollout = status.rollout();
    return rollout == null ? List.of() : rollout.news().stream().flatMap(News::read).toList();
  }

  private static RolloutStatus.News wire(Announcement announcement, Instant at) {
    return new RolloutStatus.News(
        at.truncatedTo(ChronoUnit.MILLIS),
        announcement.reason().title(),
        cut(announcement.message(), LONGEST_MESSAGE),
        announcement
            .alert()
            .map(alert ->
                new RolloutStatus.Alert(
                    alert.severity().name(), cut(alert.text(), LONGEST_ALERT), alert.details()))
            .orElse(null));
  }

  private static Stream<News> read(RolloutStatus.News wire) {
    return Arrays.stream(Reason.values())
        .filter(reason -> reason.title().equals(wire.reason()))
        .map(reason -> new News(wire.at(), new Announcement(reason, wire.message(), alert(wire))));
  }

  private static Optional<Announcement.Alert> alert(RolloutStatus.News wire) {
    return Optional.ofNullable(wire.alert())
        .flatMap(alert ->
            Arrays.stream(Announcement.Severity.values())
                .filter(severity -> severity.name().equals(alert.severity()))
                .map(severity -> new Announcement.Alert(severity, alert.text(), alert.details()))
                .findFirst());
  }

  private static String cut(String text, int longest) {
    return text.length() <= longest ? text : text.substring(0, longest - 1) + "…";
  }
}

package dev.sluice.analysis.traffic;

import dev.sluice.analysis.intake.Group;
import dev.sluice.analysis.traffic.Rule.Outcome;

/// One series of either metric, as far as it was counted.
final class Line {
  static final int REQUESTS = -1;

  /// A bucket that not all histograms have.
  static final int PASSED_OVER = -2;

  final SeriesId id;

  /// Without its labels, which are long.
  final RequestSeries series;

  final Group group;
  final Origin origin;

  /// Empty for what is counted at the caller: its pods are not those that are compared.
  final String pod;

  /// The index of its bound, [#REQUESTS] or [#PASSED_OVER].
  final int bucket;

  Outcome outcome;
  Rule rule;

  /// The value that was counted last; NaN before the first.
  double last = Double.NaN;

  /// When the last sample was that was taken, in milliseconds since 1970.
  long taken = Long.MIN_VALUE;

  /// In which round it was counted last.
  long round;

  double gained;
  double gainedSinceStart;
  boolean forgotten;

  Line(
      SeriesId id,
      RequestSeries series,
      Group group,
      Origin origin,
      String pod,
      int bucket,
      Outcome outcome,
      Rule rule) {
    this.id = id;
    this.series = series;
    this.group = group;
    this.origin = origin;
    this.pod = pod;
    this.bucket = bucket;
    this.outcome = outcome;
    this.rule = rule;
  }

  boolean counts() {
    return outcome != Outcome.LEFT_OUT;
  }

  /// The process that is scraped: its series begin together.
  static final class Origin {
    final String name;
    boolean seen;
    boolean forgotten;
    int lines;

    Origin(String name) {
      this.name = name;
    }
  }
}

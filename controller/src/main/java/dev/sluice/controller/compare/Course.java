package dev.sluice.controller.compare;

import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.Samples.Run;
import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.Verdict.Reason;
import dev.sluice.analysis.compare.Judge;
import dev.sluice.analysis.intake.Group;
import dev.sluice.analysis.intake.Scrape;
import dev.sluice.analysis.traffic.Definition;
import dev.sluice.analysis.traffic.RawCounters.Got;
import dev.sluice.analysis.traffic.Rule;
import dev.sluice.analysis.traffic.Tally;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// One comparison from its beginning on: what was scraped, look by look. Looks are at whole ticks
/// since 1970, whenever the samples come, so that a look back over what was missed, or over all of
/// it, says the same bit by bit as the looks at their times.
///
/// Not safe for several threads.
final class Course {
  private static final Duration HISTORY = Duration.ofMinutes(30);

  /// So much more is asked for than is new: what came late counts, and what came twice counts once.
  static final Duration OVERLAP = Duration.ofSeconds(15);

  private final Following what;
  private final Tally tally;
  private final long tick;
  private final long start;

  /// What was before is not asked for, whoever else is asked for together with this.
  private final long beginning;

  private @Nullable Judge judge;
  private @Nullable Verdict verdict;
  private long looked;

  Course(Following what) {
    this(what, new Tally(what.sides(), what.firstTraffic(), what.definition()));
  }

  private Course(Following what, Tally tally) {
    this.what = what;
    this.tally = tally;
    tick = what.tick().toMillis();
    start = what.firstTraffic().toEpochMilli();
    beginning = Math.floorDiv(start - HISTORY.toMillis(), tick) * tick;
    looked = beginning;
  }

  /// One from the beginning that knows who calls.
  Course anew() {
    return new Course(what, tally.anew());
  }

  /// As [#anew()], for a source that has forgotten the beginning.
  Course anewWithoutBeginning() {
    return new Course(what, tally.anewWithoutBeginning());
  }

  /// Up to when samples were taken: a whole tick.
  Instant taken() {
    return Instant.ofEpochMilli(looked);
  }

  /// When the first sample was; empty before.
  Optional<Instant> first() {
    return tally.first();
  }

  /// Whether something counted that would not, or otherwise, by what is known now.
  boolean outdated() {
    return tally.outdated();
  }

  /// Whether nothing that comes changes the verdict.
  boolean decided() {
    return verdict instanceof Verdict.Rollback;
  }

  /// Takes what was scraped after [#taken()], perhaps with some from before, and looks at each
  /// tick.
  ///
  /// @param to a whole tick
  void take(Got own, Instant to) {
    tally.take(sinceBeginning(own.requests()), sinceBeginning(own.buckets()));
    while (looked + tick <= to.toEpochMilli() && !decided()) {
      looked += tick;
      look(tally.countTo(Instant.ofEpochMilli(looked)), (looked - start) / 1000.0);
    }
  }

  private List<Run> sinceBeginning(List<Run> runs) {
    if (looked > beginning + OVERLAP.toMillis()) {
      return runs;
    }
    var since = new ArrayList<Run>();
    for (var run : runs) {
      int from = 0;
      while (from < run.times().length && run.times()[from] <= beginning) {
        from++;
      }
      int to = run.times().length;
      if (from < to) {
        since.add(
            new Run(
                run.labels(),
                Arrays.copyOfRange(run.times(), from, to),
                Arrays.copyOfRange(run.values(), from, to)));
      }
    }
    return since;
  }

  private void look(List<Scrape> scrapes, double now) {
    if (judge == null && now <= 0 && scrapes.isEmpty()) {
      return; // a histogram may still come with the first scrape
    }
    var by = judge == null ? judge() : judge;
    judge = by;
    if (by == null) {
      return;
    }
    scrapes.forEach(scrape -> by.take(scrape, now));
    if (now > 0) {
      verdict = by.look(now);
    } else {
      by.remember();
    }
  }

  /// Null when the policy asks for a bound that the histograms do not have.
  private @Nullable Judge judge() {
    try {
      return new Judge(what.policy(), tally.bounds());
    } catch (IllegalArgumentException e) {
      verdict = hold(Reason.QUERY_REFUSED, "latency", String.valueOf(e.getMessage()));
      return null;
    }
  }

  /// Empty before the first look.
  Optional<Compared> compared() {
    var by = judge;
    var said = verdict;
    if (said == null || taken().toEpochMilli() <= start) {
      return Optional.empty();
    }
    if (tally.tooMany()) {
      return Optional.of(
          new Compared(
              hold(
                  Reason.QUERY_REFUSED,
                  "comparison",
                  "there are more than %d series of these workloads".formatted(Tally.MOST_SERIES)),
              OptionalDouble.empty(),
              taken(),
              requests()));
    }
    boolean lacking = lacks();
    var notes = notes();
    return Optional.of(
        new Compared(
            lacking && said instanceof Verdict.Safe
                ? new Verdict.Continue(joined(notes, said.evidence()))
                : with(said, notes),
            by == null || lacking ? OptionalDouble.empty() : by.excessAtMost(),
            taken(),
            requests()));
  }

  /// What to say while the source cannot be asked.
  Compared unavailable(String why, Instant now) {
    var by = judge == null ? new Judge(what.policy(), new double[0]) : judge;
    return new Compared(by.unavailable(why), OptionalDouble.empty(), now, requests());
  }

  private long requests() {
    return judge == null ? 0 : judge.canaryRequests();
  }

  /// Whether less was seen than the source has forgotten: as many requests, or for as long.
  private boolean lacks() {
    return tally.lost() > requests() && taken().isBefore(enough());
  }

  private Instant enough() {
    var first = tally.first().orElse(what.firstTraffic());
    return first.plus(Duration.between(what.firstTraffic(), first));
  }

  private List<Evidence> notes() {
    var notes = new ArrayList<Evidence>();
    if (tally.lost() > 0) {
      notes.add(
          note(
              "comparison",
              tally.lost(),
              "the source has forgotten what was before %s, with %d requests to the canary%s"
                  .formatted(
                      tally.first().orElse(what.firstTraffic()),
                      tally.lost(),
                      lacks() ? "; not safe before as many are seen, or " + enough() : "")));
    }
    var canary = tally.sum(Group.CANARY, Definition.TABLE);
    var flaggers = tally.sum(Group.CANARY, Definition.FLAGGER);
    if (flaggers.errors() < canary.errors()) {
      notes.add(
          note(
              "error-rate",
              canary.requests(),
              "of the canary %d of %d requests failed, and Flagger's request-success-rate sees %d of %d"
                  .formatted(
                      canary.errors(), canary.requests(), flaggers.errors(), flaggers.requests())));
    }
    var leftOut = Rule.words(tally.leftOut());
    if (!leftOut.isEmpty()) {
      notes.add(note("traffic", null, leftOut));
    }
    return notes;
  }

  private static Evidence note(String metric, @Nullable Long samples, String sentence) {
    return new Evidence(metric, null, null, null, samples, sentence);
  }

  private static Verdict hold(Reason reason, String metric, String sentence) {
    return new Verdict.Hold(reason, false, List.of(note(metric, null, sentence)));
  }

  private static Verdict with(Verdict verdict, List<Evidence> notes) {
    var all = joined(verdict.evidence(), notes);
    return switch (verdict) {
      case Verdict.Continue _ -> new Verdict.Continue(all);
      case Verdict.Safe _ -> new Verdict.Safe(all);
      case Verdict.Hold hold -> new Verdict.Hold(hold.reason(), hold.failedCheck(), all);
      case Verdict.Rollback _ -> new Verdict.Rollback(all);
    };
  }

  private static List<Evidence> joined(List<Evidence> first, List<Evidence> then) {
    var all = new ArrayList<>(first);
    all.addAll(then);
    return all;
  }
}

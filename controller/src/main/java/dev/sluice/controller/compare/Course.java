package dev.sluice.controller.compare;

import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.Verdict.Reason;
import dev.sluice.analysis.compare.Judge;
import dev.sluice.analysis.intake.Scrape;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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
  private final Ledger ledger;
  private final long tick;
  private final long start;

  /// What was before is not asked for, whoever else is asked for together with this.
  private final long beginning;

  private @Nullable Judge judge;
  private @Nullable Verdict verdict;
  private long looked;

  Course(Following what) {
    this(what, Ledger.of(what));
  }

  private Course(Following what, Ledger ledger) {
    this.what = what;
    this.ledger = ledger;
    tick = what.tick().toMillis();
    start = what.firstTraffic().toEpochMilli();
    beginning = Math.floorDiv(start - HISTORY.toMillis(), tick) * tick;
    looked = beginning;
  }

  /// One from the beginning that knows who calls.
  Course anew() {
    return new Course(what, ledger.anew());
  }

  /// As [#anew()], for a source that has forgotten the beginning.
  Course anewWithoutBeginning() {
    return new Course(what, ledger.anewWithoutBeginning());
  }

  /// Up to when samples were taken: a whole tick.
  Instant taken() {
    return Instant.ofEpochMilli(looked);
  }

  /// When the first sample was; empty before.
  Optional<Instant> first() {
    return ledger.first();
  }

  /// Whether something counted that would not, or otherwise, by what is known now.
  boolean outdated() {
    return ledger.outdated();
  }

  /// Whether nothing that comes changes the verdict.
  boolean decided() {
    return verdict instanceof Verdict.Rollback;
  }

  /// Takes what was scraped after [#taken()], perhaps with some from before, and looks at each
  /// tick.
  ///
  /// @param to a whole tick
  void take(Scraped scraped, Instant to) {
    boolean isFirst = looked <= beginning + OVERLAP.toMillis();
    ledger.take(scraped, isFirst ? beginning : Long.MIN_VALUE);
    while (looked + tick <= to.toEpochMilli() && !decided()) {
      looked += tick;
      look(ledger.countTo(Instant.ofEpochMilli(looked)), (looked - start) / 1000.0);
    }
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
      return ledger.judge(what.policy());
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
    var refusal = ledger.refusal();
    if (refusal.isPresent()) {
      return Optional.of(
          new Compared(
              new Verdict.Hold(Reason.QUERY_REFUSED, false, List.of(refusal.get())),
              OptionalDouble.empty(),
              taken(),
              requests()));
    }
    boolean lacking = lacks();
    var notes = notes();
    return Optional.of(
        new Compared(
            ledger.named(
                lacking && said instanceof Verdict.Safe
                    ? new Verdict.Continue(joined(notes, said.evidence()))
                    : with(said, joined(said.evidence(), notes))),
            by == null || lacking ? OptionalDouble.empty() : by.excessAtMost(),
            taken(),
            requests()));
  }

  /// What to say while the source cannot be asked.
  Compared unavailable(String why, Instant now) {
    var by = judge == null ? new Judge(what.policy(), new double[0]) : judge;
    return new Compared(ledger.named(by.unavailable(why)), OptionalDouble.empty(), now, requests());
  }

  private long requests() {
    return judge == null ? 0 : judge.canaryRequests();
  }

  /// Whether less was seen than the source has forgotten: as many requests, or for as long.
  private boolean lacks() {
    return ledger.lost() > requests() && taken().isBefore(enough());
  }

  private Instant enough() {
    var first = ledger.first().orElse(what.firstTraffic());
    return first.plus(Duration.between(what.firstTraffic(), first));
  }

  private List<Evidence> notes() {
    var notes = new ArrayList<Evidence>();
    if (ledger.lost() > 0) {
      notes.add(
          note(
              "comparison",
              ledger.lost(),
              "the source has forgotten what was before %s, with %d requests to the canary%s"
                  .formatted(
                      ledger.first().orElse(what.firstTraffic()),
                      ledger.lost(),
                      lacks() ? "; not safe before as many are seen, or " + enough() : "")));
    }
    notes.addAll(ledger.notes());
    return notes;
  }

  private static Evidence note(String metric, @Nullable Long samples, String sentence) {
    return new Evidence(metric, null, null, null, samples, sentence);
  }

  private static Verdict hold(Reason reason, String metric, String sentence) {
    return new Verdict.Hold(reason, false, List.of(note(metric, null, sentence)));
  }

  /// The same verdict with other evidence.
  static Verdict with(Verdict verdict, List<Evidence> all) {
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

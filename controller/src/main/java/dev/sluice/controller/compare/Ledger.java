package dev.sluice.controller.compare;

import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.compare.Judge;
import dev.sluice.analysis.intake.Scrape;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Turns what was scraped of one kind of counters into what a judge takes. Not safe for several
/// threads.
sealed interface Ledger permits RequestLedger, OwnLedger {

  static Ledger of(Following what) {
    return switch (what.counters()) {
      case Following.Requests requests -> new RequestLedger(requests, what.firstTraffic());
      case Following.Own own -> new OwnLedger(own, what.firstTraffic());
    };
  }

  /// One that has counted nothing, and knows who calls.
  Ledger anew();

  /// As [#anew()], for a source that has forgotten the beginning.
  Ledger anewWithoutBeginning();

  /// @param after milliseconds since 1970; samples up to then are passed over
  void take(Scraped scraped, long after);

  /// As counters that never fall, in the order of their times.
  List<Scrape> countTo(Instant time);

  /// @throws IllegalArgumentException when the policy asks for what the counters do not have
  Judge judge(ComparisonPolicy policy);

  /// When the first sample was that was taken; empty before.
  Optional<Instant> first();

  /// Whether something counted that would not, or otherwise, by what is known now.
  boolean outdated();

  /// Requests of the canary since the start that the source had forgotten.
  long lost();

  /// Why nothing can be compared until somebody edits something; empty where it can.
  Optional<Evidence> refusal();

  /// What to know about the figures.
  List<Evidence> notes();

  /// The verdict in words that say what it is about.
  Verdict named(Verdict verdict);
}

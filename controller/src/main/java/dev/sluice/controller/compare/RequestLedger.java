package dev.sluice.controller.compare;

import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.compare.Judge;
import dev.sluice.analysis.intake.Group;
import dev.sluice.analysis.intake.Scrape;
import dev.sluice.analysis.traffic.Definition;
import dev.sluice.analysis.traffic.Disagreement;
import dev.sluice.analysis.traffic.Rule;
import dev.sluice.analysis.traffic.Tally;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Of the mesh's counters.
final class RequestLedger implements Ledger {
  private final Tally tally;
  private final boolean latency;

  RequestLedger(Following.Requests what, Instant start) {
    this(new Tally(what.sides(), start, what.definition()), what.latency());
  }

  private RequestLedger(Tally tally, boolean latency) {
    this.tally = tally;
    this.latency = latency;
  }

  @Override
  public Ledger anew() {
    return new RequestLedger(tally.anew(), latency);
  }

  @Override
  public Ledger anewWithoutBeginning() {
    return new RequestLedger(tally.anewWithoutBeginning(), latency);
  }

  @Override
  public void take(Scraped scraped, long after) {
    if (scraped instanceof Scraped.OfRequests(var got)) {
      tally.take(
          Runs.after(after, got.requests()),
          latency ? Runs.after(after, got.buckets()) : List.of());
    }
  }

  @Override
  public List<Scrape> countTo(Instant time) {
    return tally.countTo(time);
  }

  @Override
  public Judge judge(ComparisonPolicy policy) {
    return new Judge(policy, tally.bounds());
  }

  @Override
  public Optional<Instant> first() {
    return tally.first();
  }

  @Override
  public boolean outdated() {
    return tally.outdated();
  }

  @Override
  public long lost() {
    return tally.lost();
  }

  @Override
  public Optional<Evidence> refusal() {
    return tally.tooMany()
        ? Optional.of(
            note(
                "comparison",
                null,
                "there are more than %d series of these workloads".formatted(Tally.MOST_SERIES)))
        : Optional.empty();
  }

  @Override
  public List<Evidence> notes() {
    var notes = new ArrayList<Evidence>();
    var canary = tally.sum(Group.CANARY, Definition.TABLE);
    var flaggers = tally.sum(Group.CANARY, Definition.FLAGGER);
    new Disagreement(canary, flaggers)
        .hidden()
        .ifPresent(words -> notes.add(note("error-rate", canary.requests(), words)));
    var leftOut = Rule.words(tally.leftOut());
    if (!leftOut.isEmpty()) {
      notes.add(note("traffic", null, leftOut));
    }
    return notes;
  }

  @Override
  public Verdict named(Verdict verdict) {
    return verdict;
  }

  private static Evidence note(String metric, @Nullable Long samples, String sentence) {
    return new Evidence(metric, null, null, null, samples, sentence);
  }
}

package dev.sluice.controller.compare;

import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.compare.Judge;
import dev.sluice.analysis.counters.OwnTally;
import dev.sluice.analysis.intake.Scrape;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Of users' own counters. Who calls is nothing to them, so that what was counted stays.
final class OwnLedger implements Ledger {
  private static final double[] NO_BOUNDS = {};

  private final String metric;
  private final OwnTally tally;

  OwnLedger(Following.Own what, Instant start) {
    this(what.metric(), new OwnTally(what.counters(), start));
  }

  private OwnLedger(String metric, OwnTally tally) {
    this.metric = metric;
    this.tally = tally;
  }

  @Override
  public Ledger anew() {
    return new OwnLedger(metric, tally.anew());
  }

  @Override
  public Ledger anewWithoutBeginning() {
    return new OwnLedger(metric, tally.anewWithoutBeginning());
  }

  @Override
  public void take(Scraped scraped, long after) {
    if (scraped instanceof Scraped.OfOwn(var series)) {
      tally.take(series.bySelector().stream().map(runs -> Runs.after(after, runs)).toList());
    }
  }

  @Override
  public List<Scrape> countTo(Instant time) {
    return tally.countTo(time);
  }

  @Override
  public Judge judge(ComparisonPolicy policy) {
    return new Judge(policy, NO_BOUNDS, metric, metric);
  }

  @Override
  public Optional<Instant> first() {
    return tally.first();
  }

  @Override
  public boolean outdated() {
    return false;
  }

  @Override
  public long lost() {
    return tally.lost();
  }

  @Override
  public Optional<Evidence> refusal() {
    return tally
        .refusal()
        .map(why ->
            new Evidence(
                metric,
                null,
                null,
                null,
                null,
                "%s cannot be compared until it is edited: %s".formatted(metric, why)));
  }

  @Override
  public List<Evidence> notes() {
    return List.of();
  }

  @Override
  public Verdict named(Verdict verdict) {
    return Course.with(verdict, verdict.evidence().stream().map(this::named).toList());
  }

  private Evidence named(Evidence said) {
    return said.metric().equals(metric)
        ? said
        : new Evidence(
            metric,
            said.value(),
            said.bound(),
            said.baseline(),
            said.samples(),
            metric + ": " + said.sentence(),
            said.comparison());
  }
}

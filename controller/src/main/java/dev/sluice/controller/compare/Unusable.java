package dev.sluice.controller.compare;

import dev.sluice.analysis.MetricSource;
import dev.sluice.analysis.Sample;
import dev.sluice.analysis.Samples;
import dev.sluice.analysis.Table;
import java.time.Instant;

/// A source that somebody must edit before it can be asked.
///
/// @param why one clause without secrets
record Unusable(String why) implements MetricSource {
  @Override
  public Sample number(String query) {
    return new Sample.Refused(why);
  }

  @Override
  public Table table(String query) {
    return new Table.None(why);
  }

  @Override
  public Samples samples(String query, Instant at) {
    return new Samples.Refused(why);
  }
}

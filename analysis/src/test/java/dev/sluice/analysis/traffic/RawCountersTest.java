package dev.sluice.analysis.traffic;

import static dev.sluice.analysis.traffic.SeriesOfIstio.APP;
import static dev.sluice.analysis.traffic.SeriesOfIstio.source;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.analysis.MetricSource;
import dev.sluice.analysis.Sample;
import dev.sluice.analysis.Samples;
import dev.sluice.analysis.Table;
import dev.sluice.analysis.traffic.RawCounters.Got;
import dev.sluice.analysis.traffic.RawCounters.TooMuch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RawCountersTest {
  private static final Instant FROM = Instant.ofEpochSecond(1_000_000);

  @Test
  void canaryAndPrimaryAreOneQuestionAndManyCanariesToo() {
    var other = new Sides(Workload.parse("qa/a.b"), Workload.parse("qa/a.b-primary"), "a.b");

    assertThat(RawCounters.byWorkload(List.of(APP, other)))
        .isEqualTo(
            "{reporter=~\"source|destination\","
                + "destination_workload=~\"a\\\\.b|a\\\\.b-primary|app|app-primary\","
                + "destination_workload_namespace=~\"prod|qa\"}");
    assertThat(RawCounters.withoutPod(List.of(APP)))
        .isEqualTo(
            "{reporter=\"source\",destination_workload=\"unknown\","
                + "destination_service_name=~\"app-canary|app-primary\","
                + "destination_service_namespace=~\"prod\"}");
  }

  @Test
  void aLongSpanAskedInPiecesHasEachSampleOnce() throws Exception {
    var prometheus = new Scraped(Long.MAX_VALUE);

    var got = (Got) fetch(prometheus, Duration.ofMinutes(25));

    assertThat(got.requests()).hasSize(1);
    // Each piece's first sample is the last of the piece before, as with Prometheus 2.
    assertThat(got.requests().getFirst().times())
        .hasSize(25 * 4 + 1)
        .isSorted()
        .doesNotHaveDuplicates();
    assertThat(prometheus.asked).hasSize(9);
  }

  @Test
  void whereTenMinutesAreTooMuchFewerAreAsked() throws Exception {
    var got = (Got) fetch(new Scraped(20), Duration.ofMinutes(25));

    assertThat(got.requests().getFirst().times()).hasSize(25 * 4 + 1);
  }

  @Test
  void whereEvenHalfAMinuteHoldsTooManyItIsSaid() throws Exception {
    assertThat(fetch(new Scraped(1), Duration.ofMinutes(25)))
        .isEqualTo(new TooMuch("more than 1 samples"));
  }

  private static RawCounters.Answer fetch(MetricSource source, Duration span)
      throws InterruptedException {
    return new RawCounters(source).between(List.of(APP), true, FROM, FROM.plus(span));
  }

  /// A Prometheus that has scraped one caller each 15 seconds for ever.
  private static final class Scraped implements MetricSource {
    final List<String> asked = new ArrayList<>();
    private final long most;

    Scraped(long most) {
      this.most = most;
    }

    @Override
    public Sample number(String query) {
      return new Sample.NoData();
    }

    @Override
    public Table table(String query) {
      return new Table.Rows(List.of());
    }

    @Override
    public Samples samples(String query, Instant at) {
      asked.add(query);
      if (!query.startsWith("istio_requests_total{reporter=~")) {
        return new Samples.Runs(List.of(), "");
      }
      long millis = Long.parseLong(query.replaceFirst(".*\\[(\\d+)ms]$", "$1"));
      long end = at.getEpochSecond();
      var samples =
          LongStream.rangeClosed(end - millis / 1000, end)
              .filter(second -> (second - FROM.getEpochSecond()) % 15 == 0)
              .mapToDouble(second -> second)
              .flatMap(second -> DoubleStream.of(second, second))
              .toArray();
      return samples.length / 2 > most
          ? new Samples.TooMuch("more than " + most + " samples")
          : new Samples.Runs(List.of(source("shop", "app").seen(samples)), "");
    }
  }
}

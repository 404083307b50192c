package dev.sluice.analysis.traffic;

import dev.sluice.analysis.MetricSource;
import dev.sluice.analysis.Samples;
import dev.sluice.analysis.Samples.Run;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Asks for counters as they were scraped, such as those of canaries and primaries: both sides of
/// all of them in one question, a long span in pieces.
public final class RawCounters {
  /// Most samples of one span, of both metrics together.
  static final long MOST_SAMPLES = 3_000_000;

  private static final Duration PIECE = Duration.ofMinutes(10);

  /// Whoever has more than is taken at once in so short a time has too much.
  private static final Duration SHORTEST = Duration.ofSeconds(30);

  private final MetricSource source;

  public RawCounters(MetricSource source) {
    this.source = source;
  }

  /// What could be had.
  public sealed interface Answer {}

  /// @param requests of `istio_requests_total`
  /// @param buckets of `istio_request_duration_milliseconds_bucket`
  /// @param warning what the source had to say; empty for nothing
  public record Got(List<Run> requests, List<Run> buckets, String warning) implements Answer {
    public Got {
      requests = List.copyOf(requests);
      buckets = List.copyOf(buckets);
    }

    /// What belongs to each of these; series of others are left out.
    public Map<Sides, Got> split(Collection<Sides> all) {
      var index = new BySides(all);
      var ofRequests = index.split(requests);
      var ofBuckets = index.split(buckets);
      var split = new HashMap<Sides, Got>();
      for (var sides : all) {
        split.put(
            sides,
            new Got(
                ofRequests.getOrDefault(sides, List.of()),
                ofBuckets.getOrDefault(sides, List.of()),
                warning));
      }
      return split;
    }
  }

  /// What could be had of series that somebody else selects.
  public sealed interface Selected {}

  /// @param bySelector the series of each, in the order in which they were asked for
  /// @param warning as of [Got]
  public record Series(List<List<Run>> bySelector, String warning) implements Selected {
    public Series {
      bySelector = bySelector.stream().map(List::copyOf).toList();
    }
  }

  public sealed interface None extends Answer, Selected {
    /// One clause without secrets.
    String why();
  }

  /// There is more than is taken at once: fewer canaries, or a shorter time, may be had.
  public record TooMuch(String why) implements None {}

  /// The source is healthy and cannot answer this, today or tomorrow.
  public record Refused(String why) implements None {}

  /// The source could not be asked.
  public record Unavailable(String why) implements None {}

  /// Blocks; asks a dozen times for an hour.
  ///
  /// @param all whose counters; each picks its own out of the answer
  /// @param durations whether buckets are wanted, too
  /// @param from before the first sample
  /// @throws InterruptedException when the caller gives up
  public Answer between(Collection<Sides> all, boolean durations, Instant from, Instant to)
      throws InterruptedException {
    var selectors = new ArrayList<String>();
    selectors.add("istio_requests_total" + byWorkload(all));
    selectors.add("istio_requests_total" + withoutPod(all));
    if (durations) {
      selectors.add("istio_request_duration_milliseconds_bucket" + byWorkload(all));
    }
    return switch (series(selectors, from, to)) {
      case Series(var runs, var warning) -> {
        var requests = new Merged();
        requests.add(runs.get(0));
        requests.add(runs.get(1));
        yield new Got(requests.runs(), durations ? runs.get(2) : List.of(), warning);
      }
      case None none -> none;
    };
  }

  /// Blocks; asks for each selector six times for an hour.
  ///
  /// @param selectors of series, without a range
  /// @param from before the first sample
  /// @throws InterruptedException when the caller gives up
  public Selected series(List<String> selectors, Instant from, Instant to)
      throws InterruptedException {
    var all = new ArrayList<List<Run>>();
    long samples = 0;
    var warning = "";
    for (var selector : selectors) {
      var merged = new Merged();
      var piece = PIECE;
      for (var at = from; at.isBefore(to); ) {
        var end = at.plus(piece).isBefore(to) ? at.plus(piece) : to;
        var range = "[" + Duration.between(at, end).toMillis() + "ms]";
        switch (source.samples(selector + range, end)) {
          case Samples.Runs(var runs, var said) -> {
            merged.add(runs);
            samples += runs.stream().mapToLong(run -> run.times().length).sum();
            warning = warning.isEmpty() ? said : warning;
            at = end;
          }
          case Samples.TooMuch(var why) -> {
            piece = Duration.between(at, end).dividedBy(2);
            if (piece.compareTo(SHORTEST) < 0) {
              return new TooMuch(why);
            }
          }
          case Samples.Refused(var why) -> {
            return new Refused(why);
          }
          case Samples.Unavailable(var why) -> {
            return new Unavailable(why);
          }
        }
        if (samples > MOST_SAMPLES) {
          return new TooMuch(
              "there are more than %d samples; ask for a shorter time".formatted(MOST_SAMPLES));
        }
      }
      all.add(merged.runs());
    }
    return new Series(all, warning);
  }

  static String byWorkload(Collection<Sides> all) {
    var workloads = all.stream().flatMap(s -> Stream.of(s.canary(), s.primary())).toList();
    return "{reporter=~\"source|destination\",destination_workload=~\"%s\",destination_workload_namespace=~\"%s\"}"
        .formatted(names(workloads), namespaces(workloads));
  }

  /// Requests for which no pod was picked are known by the Service that was chosen.
  static String withoutPod(Collection<Sides> all) {
    var services =
        all.stream().flatMap(s -> Stream.of(s.canaryService(), s.primaryService())).toList();
    return "{reporter=\"source\",destination_workload=\"unknown\",destination_service_name=~\"%s\",destination_service_namespace=~\"%s\"}"
        .formatted(names(services), namespaces(services));
  }

  private static String names(List<Workload> all) {
    return alternatives(all.stream().map(Workload::name));
  }

  private static String namespaces(List<Workload> all) {
    return alternatives(all.stream().map(Workload::namespace));
  }

  private static String alternatives(Stream<String> names) {
    return names
        .map(name -> name.replace(".", "\\\\."))
        .collect(Collectors.toCollection(TreeSet::new))
        .stream()
        .collect(Collectors.joining("|"));
  }

  /// Pieces put together: what stands on an edge may come with both.
  private static final class Merged {
    private final Map<Map<String, String>, Run> byLabels = new LinkedHashMap<>();

    void add(List<Run> runs) {
      for (var run : runs) {
        byLabels.merge(run.labels(), run, Merged::joined);
      }
    }

    private static Run joined(Run before, Run after) {
      long last = before.times()[before.times().length - 1];
      int from = 0;
      while (from < after.times().length && after.times()[from] <= last) {
        from++;
      }
      int size = before.times().length;
      int more = after.times().length - from;
      var times = Arrays.copyOf(before.times(), size + more);
      var values = Arrays.copyOf(before.values(), size + more);
      System.arraycopy(after.times(), from, times, size, more);
      System.arraycopy(after.values(), from, values, size, more);
      return new Run(before.labels(), times, values);
    }

    List<Run> runs() {
      return new ArrayList<>(byLabels.values());
    }
  }
}

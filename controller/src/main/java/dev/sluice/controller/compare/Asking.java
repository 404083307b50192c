package dev.sluice.controller.compare;

import dev.sluice.analysis.MetricSource;
import dev.sluice.analysis.Sample;
import dev.sluice.analysis.counters.OwnCounters;
import dev.sluice.analysis.traffic.RawCounters;
import dev.sluice.analysis.traffic.RawCounters.Got;
import dev.sluice.analysis.traffic.RawCounters.None;
import dev.sluice.analysis.traffic.RawCounters.Series;
import dev.sluice.controller.compare.Following.Own;
import dev.sluice.controller.compare.Following.Requests;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/// Asks one source about many canaries in few questions. What cannot be answered for many is asked
/// for halves of them, so that one whose data are too much or bad leaves the others their answers.
final class Asking {
  private static final int AT_ONCE = 4;

  private final MetricSource source;
  private final InstantSource clock;
  private final Instant deadline;
  private final Semaphore permits = new Semaphore(AT_ONCE);

  /// @param deadline after which nothing is halved any more
  Asking(MetricSource source, InstantSource clock, Instant deadline) {
    this.source = source;
    this.clock = clock;
    this.deadline = deadline;
  }

  /// What one question, with the halves that had to be made of it, came to.
  ///
  /// @param failures of questions, with how many canaries each was about
  record Outcome(Map<Follower, Scraped> got, Map<Follower, None> none, List<Failed> failures) {
    static Outcome empty() {
      return new Outcome(new LinkedHashMap<>(), new LinkedHashMap<>(), new ArrayList<>());
    }

    void add(Outcome other) {
      got.putAll(other.got);
      none.putAll(other.none);
      failures.addAll(other.failures);
    }
  }

  record Failed(None why, int canaries) {}

  /// Asks for each chunk at once with the others, four at most.
  ///
  /// @throws InterruptedException when the caller gives up; no question is on its way any more
  Outcome ask(Collection<List<Follower>> chunks, Instant from, Instant to)
      throws InterruptedException {
    var outcome = Outcome.empty();
    if (chunks.size() == 1) {
      outcome.add(asked(chunks.iterator().next(), from, to));
      return outcome;
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        var underWay = new ArrayList<Future<Outcome>>();
        for (var chunk : chunks) {
          underWay.add(
              threads.submit(() -> {
                permits.acquire();
                try {
                  return asked(chunk, from, to);
                } finally {
                  permits.release();
                }
              }));
        }
        for (var each : underWay) {
          outcome.add(each.get());
        }
        return outcome;
      } finally {
        threads.shutdownNow();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a metric source broke its contract", e.getCause());
    }
  }

  private Outcome asked(List<Follower> chunk, Instant from, Instant to)
      throws InterruptedException {
    var outcome = Outcome.empty();
    var own = chunk.size() == 1 ? own(chunk.getFirst()) : Optional.<OwnCounters>empty();
    var raw = new RawCounters(source);
    if (own.isPresent()) {
      switch (raw.series(own.get().selectors(), from, to)) {
        case Series series -> outcome.got().put(chunk.getFirst(), new Scraped.OfOwn(series));
        case None none -> {
          outcome.failures().add(new Failed(none, 1));
          outcome.none().put(chunk.getFirst(), none);
        }
      }
      return outcome;
    }
    var requests = new LinkedHashMap<Follower, Requests>();
    chunk.forEach(follower -> {
      if (follower.what().counters() instanceof Requests of) {
        requests.put(follower, of);
      }
    });
    var sides = requests.values().stream().map(Requests::sides).distinct().toList();
    boolean durations = requests.values().stream().anyMatch(Requests::latency);
    switch (raw.between(sides, durations, from, to)) {
      case Got got -> {
        var split = got.split(sides);
        requests.forEach((follower, of) ->
            outcome
                .got()
                .put(follower, new Scraped.OfRequests(split.getOrDefault(of.sides(), nothing()))));
      }
      case None none -> {
        outcome.failures().add(new Failed(none, chunk.size()));
        if (chunk.size() > 1 && clock.instant().isBefore(deadline) && mayHelp(none)) {
          int half = chunk.size() / 2;
          outcome.add(asked(chunk.subList(0, half), from, to));
          outcome.add(asked(chunk.subList(half, chunk.size()), from, to));
        } else {
          chunk.forEach(follower -> outcome.none().put(follower, none));
        }
      }
    }
    return outcome;
  }

  private static Optional<OwnCounters> own(Follower follower) {
    return follower.what().counters() instanceof Own own
        ? Optional.of(own.counters())
        : Optional.empty();
  }

  private static Got nothing() {
    return new Got(List.of(), List.of(), "");
  }

  /// Where the source answers nothing at all, fewer canaries do not help.
  private boolean mayHelp(None none) throws InterruptedException {
    return switch (none) {
      case RawCounters.TooMuch _, RawCounters.Refused _ -> true;
      case RawCounters.Unavailable _ -> source.number("1") instanceof Sample.Value;
    };
  }
}

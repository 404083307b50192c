package dev.sluice.controller.figures;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// How much later than its interval each canary is judged, as its metrics source sees it: the time
/// between two first questions about it.
final class Lateness {
  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final Pattern TARGET = Pattern.compile("destination_workload=~\"(app-\\d+)\"");

  private final Map<String, Instant> last = new HashMap<>();
  private final List<Long> gaps = new ArrayList<>();
  private long checks;
  private long queries;

  synchronized void asked(String form, Instant now) {
    queries++;
    String query = URLDecoder.decode(form, StandardCharsets.UTF_8);
    Matcher target = TARGET.matcher(query);
    if (query.contains("* 100") && target.find()) {
      checks++;
      Instant before = last.put(target.group(1), now);
      if (before != null) {
        gaps.add(Duration.between(before, now).minus(INTERVAL).toMillis());
      }
    }
  }

  /// @param checks how often a canary was judged
  /// @param median of the milliseconds that a check came later than its interval after the one
  ///   before
  record Seen(long checks, long queries, long median, long p99, long max) {
    /// Reads what [#toLine] wrote.
    static Seen read(String line) {
      List<Long> numbers = Stream.of(line.split(" ")).map(Long::valueOf).toList();
      return new Seen(
          numbers.get(0), numbers.get(1), numbers.get(2), numbers.get(3), numbers.get(4));
    }

    String toLine() {
      return "%d %d %d %d %d".formatted(checks, queries, median, p99, max);
    }
  }

  /// What was seen since this was asked last.
  synchronized Seen take() {
    Collections.sort(gaps);
    Seen seen = new Seen(checks, queries, at(0.5), at(0.99), at(1));
    gaps.clear();
    last.clear();
    checks = 0;
    queries = 0;
    return seen;
  }

  private long at(double share) {
    return gaps.isEmpty() ? 0 : gaps.get((int) Math.min(gaps.size() - 1, gaps.size() * share));
  }
}

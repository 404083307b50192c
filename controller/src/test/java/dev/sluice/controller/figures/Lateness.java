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

/// How much later than its interval each canary is judged, as its metrics source sees it: the time
/// between two first questions about it.
final class Lateness {
  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final Pattern TARGET = Pattern.compile("destination_workload=~\"(app-\\d+)\"");

  private final Map<String, Instant> last = new HashMap<>();
  private final List<Long> gaps = new ArrayList<>();
  private long queries;

  synchronized void asked(String form, Instant now) {
    queries++;
    String query = URLDecoder.decode(form, StandardCharsets.UTF_8);
    Matcher target = TARGET.matcher(query);
    if (query.contains("* 100") && target.find()) {
      Instant before = last.put(target.group(1), now);
      if (before != null) {
        gaps.add(Duration.between(before, now).minus(INTERVAL).toMillis());
      }
    }
  }

  /// What was seen since this was asked last.
  synchronized String take() {
    Collections.sort(gaps);
    String text =
        "checks=%d queries=%d p50=%d p99=%d max=%d"
            .formatted(gaps.size(), queries, at(0.5), at(0.99), at(1));
    gaps.clear();
    last.clear();
    queries = 0;
    return text;
  }

  private long at(double share) {
    return gaps.isEmpty() ? 0 : gaps.get((int) Math.min(gaps.size() - 1, gaps.size() * share));
  }
}

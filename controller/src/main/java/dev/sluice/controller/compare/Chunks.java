package dev.sluice.controller.compare;

import dev.sluice.analysis.traffic.Sides;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/// Which canaries share a question; users' own counters share none. Pure.
final class Chunks {
  /// Of the names in one question: whoever stands before a Prometheus may cut longer ones.
  private static final int MOST_CHARACTERS = 6_000;

  /// Those of a namespace lie together, since a question names workloads and namespaces apart.
  private static final Comparator<Follower> ORDER =
      Comparator.comparing(follower -> follower.canary);

  private Chunks() {}

  /// @param most canaries of one question
  /// @param now decides who is asked for alone
  static List<List<Follower>> of(Collection<Follower> all, int most, Instant now) {
    var chunks = new ArrayList<List<Follower>>();
    var chunk = new ArrayList<Follower>();
    int characters = 0;
    for (var follower : all.stream().sorted(ORDER).toList()) {
      if (follower.alone(now)
          || !(follower.what().counters() instanceof Following.Requests requests)) {
        chunks.add(List.of(follower));
        continue;
      }
      int more = characters(requests.sides());
      if (chunk.size() == most || (characters + more > MOST_CHARACTERS && !chunk.isEmpty())) {
        chunks.add(List.copyOf(chunk));
        chunk.clear();
        characters = 0;
      }
      chunk.add(follower);
      characters += more;
    }
    if (!chunk.isEmpty()) {
      chunks.add(List.copyOf(chunk));
    }
    return chunks;
  }

  private static int characters(Sides sides) {
    return sides.canary().name().length()
        + sides.primary().name().length()
        + sides.canary().namespace().length();
  }
}

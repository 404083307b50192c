package dev.sluice.playground.scenario;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A story: what is done to the world, in order, and what is expected of it.
public record Scenario(String name, List<Step> steps) {
  public Scenario {
    steps = List.copyOf(steps);
  }

  /// What can be out of order.
  public enum Part {
    /// Nobody reaches Prometheus.
    PROMETHEUS("prometheus", "down"),
    /// Every call of the API server over HTTP is answered with 500.
    API("api", "500"),
    /// Every fetch and push is refused.
    GIT("git", "refuses");

    private final String key;
    private final String how;

    Part(String key, String how) {
      this.key = key;
      this.how = how;
    }

    public String key() {
      return key;
    }

    public String how() {
      return how;
    }
  }

  /// One thing that is done or expected.
  public sealed interface Step {
    /// Where it stands in the file, from 1.
    int line();

    record Say(int line, String text) implements Step {}

    /// @param errorRate share of requests that fail, 0 to 1
    /// @param latency that every answer takes longer
    record Commit(int line, String version, Optional<Double> errorRate, Optional<Duration> latency)
        implements Step {}

    /// @param perSecond requests of users, 0 to 500
    record Traffic(int line, int perSecond) implements Step {}

    record Fault(int line, Part part, Duration time) implements Step {}

    record LosePods(int line, String node) implements Step {}

    record KillController(int line) implements Step {}

    record Wait(int line, Duration time) implements Step {}

    /// Waits until it is so.
    record Expect(int line, Seen seen, Duration within) implements Step {}

    /// Fails as soon as it is not so.
    record Always(int line, Seen seen, Duration time) implements Step {}
  }

  /// What is looked at; what is absent does not matter.
  ///
  /// @param primary version that the primary runs
  /// @param event the reason of an Event since the story began
  public record Seen(
      Optional<String> phase,
      Optional<Integer> weight,
      Optional<Boolean> held,
      Optional<String> primary,
      Optional<String> event) {}
}

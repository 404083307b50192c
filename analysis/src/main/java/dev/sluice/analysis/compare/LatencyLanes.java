package dev.sluice.analysis.compare;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The bounds at which latencies are compared, each with its lane: the objective's from the start,
/// and those that somebody asked for, or that the primary's history makes the most telling. Without
/// a history they are chosen as soon as the primary has shown enough.
final class LatencyLanes {
  /// So many of the primary's requests show which bounds tell most.
  private static final double ENOUGH_HISTORY = 100;

  private static final double ENOUGH_LIVE = 1000;

  private final ComparisonPolicy policy;

  /// In milliseconds, ascending, without the last that has no bound.
  private final double[] bounds;

  private final List<At> lanes = new ArrayList<>();

  /// Lanes that there will be at most: what is not in use has the evidence of none.
  private int slots;

  private boolean chosen;

  /// @param bound index into the bounds
  record At(int bound, Lane lane) {
    int channel() {
      return bound + 1;
    }
  }

  /// @throws IllegalArgumentException when the policy asks for a bound that there is not
  LatencyLanes(ComparisonPolicy policy, double[] bounds) {
    this.policy = policy;
    this.bounds = bounds;
    if (bounds.length > 0) {
      Latencies.find(bounds, policy.bounds());
    }
  }

  List<At> all() {
    return lanes;
  }

  /// The rollout begins.
  ///
  /// @param noise of each channel, as far as the history showed it
  void start(@Nullable Dispersion[] noise) {
    objective().ifPresent(this::compareAt);
    if (!policy.bounds().isEmpty()) {
      if (bounds.length > 0) {
        Latencies.find(bounds, policy.bounds()).forEach(this::compareAt);
      }
      chosen = true;
    } else {
      choose(noise, ENOUGH_HISTORY);
    }
    slots = lanes.size() + (chosen || bounds.length == 0 ? 0 : Latencies.MOST_CHOSEN);
  }

  /// Chooses the bounds if that could not be done before.
  void learn(@Nullable Dispersion[] noise) {
    if (!chosen) {
      choose(noise, ENOUGH_LIVE);
    }
  }

  private void choose(@Nullable Dispersion[] noise, double enough) {
    var slower = new double[bounds.length];
    double most = 0;
    for (int i = 0; i < slower.length; i++) {
      var seen = noise[i + 1];
      slower[i] = seen == null ? Double.NaN : seen.share();
      most = seen == null ? most : Math.max(most, seen.requests());
    }
    if (most >= enough) {
      Latencies.choose(slower).forEach(this::compareAt);
      chosen = true;
    }
  }

  private void compareAt(int bound) {
    if (lanes.stream().noneMatch(at -> at.bound() == bound)) {
      lanes.add(new At(bound, new Lane(policy.margin(), policy.latency())));
    }
  }

  /// The channels that are compared; empty while that is open.
  Set<Integer> channels() {
    var channels = new HashSet<Integer>();
    if (chosen) {
      lanes.forEach(at -> channels.add(at.channel()));
    }
    return channels;
  }

  boolean chosen() {
    return chosen;
  }

  private OptionalInt objective() {
    int nearest = Latencies.nearest(bounds, policy.sloLatency());
    return nearest < 0 ? OptionalInt.empty() : OptionalInt.of(nearest);
  }

  /// The lane of the objective, if it was compared.
  List<Lane> ofObjective() {
    int nearest = objective().orElse(-1);
    return lanes.stream()
        .filter(at -> at.bound() == nearest && at.lane().began())
        .map(At::lane)
        .toList();
  }

  boolean began() {
    return lanes.stream().anyMatch(at -> at.lane().began());
  }

  /// The logarithm of all evidence against the canary, that of its errors included: an average of
  /// e-processes is one, however they depend on each other.
  double logEvidence(double ofErrors) {
    if (slots == 0) {
      return ofErrors;
    }
    double sum = StrictMath.log(Math.max(0, slots - lanes.size()));
    for (var at : lanes) {
      sum = Logs.add(sum, at.lane().logWorse());
    }
    return Logs.add(ofErrors, sum - StrictMath.log(slots)) - StrictMath.log(2);
  }

  List<Account> accounts() {
    int objective = objective().orElse(-1);
    return lanes.stream()
        .filter(at -> at.lane().began())
        .map(at -> {
          var bound = Words.milliseconds(bounds[at.bound()]);
          return new Account(
              "slower-than-" + bound,
              "share slower than " + bound,
              at.lane(),
              at.bound() == objective);
        })
        .toList();
  }
}

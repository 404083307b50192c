package dev.sluice.controller.simulation;

import dev.sluice.controller.rollout.Simulation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Many lives by their seeds, on all cores. Every seed lives the same life each time.
final class Lives {

  /// What is simulated.
  enum Of {
    /// Decisions over a model of a cluster: fast.
    DECISIONS(""),
    /// The whole controller over the playground's API server: a hundred times slower.
    CONTROLLER(" --whole");

    private final String option;

    Of(String option) {
      this.option = option;
    }

    /// How to live one life again, and read it.
    String replay(long seed) {
      return ".ci/simulate" + option + " --seed " + seed;
    }
  }

  /// One life.
  ///
  /// @param broken the rule that it broke; empty when it broke none
  /// @param trace what happened, if it was written down
  record Lived(String broken, String trace) {}

  /// Many lives.
  ///
  /// @param byRule for each rule that was broken, the seeds that broke it
  record Result(long lives, Duration took, Map<String, List<Long>> byRule) {}

  private final Of of;
  private final Path root;

  Lives(Of of, Path root) {
    this.of = of;
    this.root = root;
  }

  /// Lives one life.
  ///
  /// @param lines of the trace to be kept; 0 for none
  Lived live(long seed, int lines) {
    return switch (of) {
      case DECISIONS -> {
        Simulation life = new Simulation(seed, lines > 0);
        String broken = broken(life::run);
        yield new Lived(broken, life.trace(lines));
      }
      case CONTROLLER -> {
        Life life = new Life(seed, root, lines > 0);
        String broken = broken(life::run);
        yield new Lived(broken, life.trace(lines));
      }
    };
  }

  private static String broken(Runnable life) {
    try {
      life.run();
      return "";
    } catch (AssertionError | RuntimeException e) {
      // A defect that throws is as bad as a broken rule, and must not end the other lives.
      return e instanceof AssertionError ? String.valueOf(e.getMessage()) : e.toString();
    }
  }

  /// Lives so many lives, or as many as fit into the time.
  ///
  /// @param failing is told of each seed that broke a rule, with the rule
  Result live(long first, long most, Duration time, int cores, Consumer<String> failing) {
    long began = System.nanoTime();
    AtomicLong next = new AtomicLong(first);
    AtomicLong lived = new AtomicLong();
    Map<String, List<Long>> byRule = new ConcurrentHashMap<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(cores)) {
      List<Future<?>> all = new ArrayList<>();
      for (int core = 0; core < cores; core++) {
        all.add(
            threads.submit(() -> {
              while (System.nanoTime() - began < time.toNanos()) {
                long seed = next.getAndIncrement();
                if (seed >= first + most) {
                  return;
                }
                String broken = live(seed, 0).broken();
                lived.incrementAndGet();
                if (!broken.isEmpty()) {
                  note(byRule, rule(broken), seed, failing);
                }
              }
            }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new Result(
        lived.get(), Duration.ofNanos(System.nanoTime() - began), new TreeMap<>(byRule));
  }

  private void note(
      Map<String, List<Long>> byRule, String rule, long seed, Consumer<String> failing) {
    List<Long> seeds = byRule.computeIfAbsent(rule, r -> new ArrayList<>());
    synchronized (seeds) {
      seeds.add(seed);
      if (seeds.size() == 1) {
        failing.accept("seed %d broke: %s%n  replay: %s".formatted(seed, rule, of.replay(seed)));
      }
    }
  }

  /// The rule without the facts of one life.
  private static String rule(String broken) {
    return broken.lines().findFirst().orElse("").replaceFirst("[:,] .*", "");
  }
}

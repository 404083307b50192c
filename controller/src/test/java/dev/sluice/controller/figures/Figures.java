package dev.sluice.controller.figures;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// What `.ci/figures` runs.
@Command(
    name = ".ci/figures",
    description = {
      "Measures what Sluice costs and prints it. Exits with 1 when a count or a size is not kept.",
      "  calls     calls of idle Canaries and of one step, on a virtual clock",
      "  heap      live heap per idle Canary, over HTTP, in a process of its own",
      "  lateness  how late Canaries under analysis are judged, on the clock of the wall",
      "  start     start to first write, without and with an AOT cache"
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    sortOptions = false)
final class Figures implements Callable<Integer> {
  private static final long MOST_BYTES_PER_CANARY = 50 * 1024;

  /// Canaries that are there before the heap is measured first, so that all code has run once.
  private static final int WARM = 100;

  private static final Duration PATIENCE = Duration.ofMinutes(20);

  enum Figure {
    CALLS,
    HEAP,
    LATENESS,
    START
  }

  @Parameters(
      arity = "0..*",
      paramLabel = "FIGURE",
      description = "calls, heap, lateness, start; all without.")
  List<Figure> figures = new ArrayList<>();

  @Option(names = "--canaries", paramLabel = "N", defaultValue = "1000", description = "How many.")
  int canaries;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "How often the start is measured in each way.")
  int rounds;

  private final Path root = Path.of(System.getProperty("sluice.root", "."));
  private boolean kept = true;

  public static void main(String[] arguments) {
    if (LoggerFactory.getLogger("dev.sluice") instanceof Logger log) {
      log.setLevel(Level.OFF);
    }
    System.exit(
        new CommandLine(new Figures())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    for (Figure figure : figures.isEmpty() ? List.of(Figure.values()) : figures) {
      switch (figure) {
        case CALLS -> calls();
        case HEAP -> heap();
        case LATENESS -> lateness();
        case START -> start();
      }
    }
    return kept ? 0 : 1;
  }

  private void calls() {
    VirtualFleet fleet = new VirtualFleet(canaries, root);
    fleet.run(Duration.ofMinutes(2));
    say("%d Canaries: %s", canaries, fleet.phases());
    VirtualFleet.Cost idle = fleet.run(Duration.ofMinutes(5));
    say(
        "idle for five minutes: %d looks, calls %s, %d queries",
        idle.passes(), idle.calls(), idle.queries());
    keep(idle.equals(new VirtualFleet.Cost(Map.of(), 0, 0)), "idle Canaries cost no call");
    fleet.release(1, "1.1.0");
    for (int second = 0; second < 300; second++) {
      int before = fleet.weight(1);
      VirtualFleet.Cost step = fleet.run(Duration.ofSeconds(1));
      if (before > 0 && fleet.weight(1) > before) {
        say(
            "step from %d%% to %d%%: calls %s, %d queries",
            before, fleet.weight(1), step.calls(), step.queries());
        keep(
            step.calls()
                .equals(
                    Map.of("PATCH canaries/status", 1, "PUT virtualservices", 1, "POST events", 1)),
            "a step costs one status patch, one route and one Event");
      }
    }
  }

  private void heap() throws Exception {
    try (ControllerUnderTest under = new ControllerUnderTest(folder("heap"), root)) {
      under.tell("create " + WARM);
      under.await("Initialized", WARM, PATIENCE);
      long few = under.liveHeap();
      under.tell("create " + (WARM + canaries));
      under.await("Initialized", WARM + canaries, PATIENCE);
      long many = under.liveHeap();
      double each = (many - few) / (double) canaries;
      say(
          "live heap: %.1f MiB with %d Canaries, %.1f MiB with %d: %.1f KiB each",
          mib(few), WARM, mib(many), WARM + canaries, each / 1024);
      keep(
          each < MOST_BYTES_PER_CANARY,
          "an idle Canary with all its objects takes less than 50 KiB");
    }
  }

  private void lateness() throws Exception {
    try (ControllerUnderTest under = new ControllerUnderTest(folder("lateness"), root)) {
      under.tell("create " + canaries);
      under.await("Initialized", canaries, PATIENCE);
      long began = System.nanoTime();
      // Releases come over one interval, as they would from many teams.
      for (int i = 0; i < canaries; i++) {
        under.tell("release " + i + " 1.1.0");
        long due = began + TimeUnit.SECONDS.toNanos(10) * (i + 1) / canaries;
        TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
      }
      under.await("Succeeded", canaries, PATIENCE);
      say(
          "%d Canaries released within 10 s, judged every 10 s, lateness in ms: %s",
          canaries, under.tell("lateness"));
    }
  }

  private void start() throws Exception {
    Path folder = folder("start");
    Path cache = folder.resolve("controller.aot");
    Files.deleteIfExists(cache);
    try (ControllerUnderTest under = new ControllerUnderTest(folder, root)) {
      int there = 1;
      under.firstWriteAfterStart(List.of("-XX:AOTCacheOutput=" + cache), there++);
      under.await("Initialized", 1, PATIENCE);
      List<Double> without = new ArrayList<>();
      List<Double> with = new ArrayList<>();
      // In turns, so that what else the machine does falls on both. The first stop makes the cache.
      for (int i = 0; i < rounds; i++) {
        without.add(under.firstWriteAfterStart(List.of(), there++));
        with.add(under.firstWriteAfterStart(List.of("-XX:AOTCache=" + cache), there++));
      }
      without.sort(null);
      with.sort(null);
      double before = without.get(rounds / 2);
      double after = with.get(rounds / 2);
      say(
          "start to first write, median of %d: %.2f s, with an AOT cache of %.0f MiB %.2f s: %.2f of the time",
          rounds, before, mib(Files.size(cache)), after, after / before);
    }
  }

  private static double mib(long bytes) {
    return bytes / 1048576.0;
  }

  private Path folder(String figure) throws IOException {
    return Files.createDirectories(root.resolve("target/figures").resolve(figure));
  }

  private void keep(boolean is, String what) {
    if (!is) {
      kept = false;
      say("NOT KEPT: %s", what);
    }
  }

  private static void say(String format, Object... facts) {
    System.out.println(String.format(Locale.ROOT, format, facts));
  }
}

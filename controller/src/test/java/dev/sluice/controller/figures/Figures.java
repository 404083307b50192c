package dev.sluice.controller.figures;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.analysis.Verdict;
import dev.sluice.controller.virtual.OneLine;
import dev.sluice.playground.Manifests;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// What `.ci/figures` runs.
@Command(
    name = ".ci/figures",
    description = {
      "Measures what Sluice costs and prints it. Exits with 1 when a count or a size is not kept.",
      "",
      "  calls       what idle Canaries and one step ask and write (a minute)",
      "  comparison  queries and processor time of comparing with the primary (half a minute)",
      "  heap        live heap for one more idle Canary (two minutes)",
      "  lateness    how late Canaries are judged, and what a check costs (six minutes)",
      "  start       start to first write, without and with an AOT cache (three minutes)",
      "  api         what the playground's API server takes for a request, and a real one beside it"
          + " if --kubeconfig names one (five minutes)",
      "",
      "All but the first start processes of their own, with the real controller in them but for the last; their"
          + " logs are in target/figures. Times depend on what else the machine does.",
      ""
    },
    showDefaultValues = true,
    sortOptions = false)
final class Figures implements Callable<Integer> {
  private static final long MOST_BYTES_PER_CANARY = 50 * 1024;

  private static final long MOST_BYTES_OF_SERVER = 200L << 20;

  /// Watchers of one object.
  private static final int WATCHERS = 50;

  /// Canaries that are there before the heap is measured first, so that all code has run once.
  private static final int WARM = 100;

  private static final Duration PATIENCE = Duration.ofMinutes(20);

  private static final Duration INTERVAL = Duration.ofSeconds(10);

  private static final Duration TICK = Duration.ofSeconds(10);

  private static final int COMPARED = 20;

  private static final int SERIES = 2 * 3 * 2 * 21;

  private static final Duration COMPARED_TIME = Duration.ofMinutes(10);

  enum Figure {
    CALLS,
    COMPARISON,
    HEAP,
    LATENESS,
    START,
    API
  }

  @Parameters(
      arity = "0..*",
      paramLabel = "FIGURE",
      description =
          "calls, comparison, heap, lateness, start or api, several of them; all when none is named.",
      showDefaultValue = CommandLine.Help.Visibility.NEVER)
  List<String> figures = new ArrayList<>();

  @Option(
      names = "--canaries",
      paramLabel = "N",
      defaultValue = "1000",
      description = "How many Canaries there are.")
  int canaries;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "How often the start is measured in each way.")
  int rounds;

  @Option(
      names = "--profile",
      paramLabel = "FILE",
      description = "Where to put a Flight Recording of the controller under lateness.")
  @Nullable Path profile;

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description =
          "Of a real API server that api asks the same, in turns. Two namespaces, sluice-figures-many"
              + " and sluice-figures-few, and the definition of Canaries are made there; the"
              + " namespaces are deleted at the end.")
  @Nullable Path kubeconfig;

  @Option(
      names = "--objects",
      paramLabel = "N",
      defaultValue = "5000",
      description = "How many objects of a kind the lists of api have.")
  int objects;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this and exit.")
  boolean help;

  @Spec CommandSpec spec;

  private final Path root = Path.of(System.getProperty("sluice.root", "."));
  private boolean kept = true;

  public static void main(String[] arguments) {
    if (LoggerFactory.getLogger("dev.sluice") instanceof Logger log) {
      log.setLevel(Level.OFF);
    }
    System.exit(OneLine.of(new CommandLine(new Figures())).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    OneLine.require(spec, canaries >= 2, "--canaries must be at least 2");
    OneLine.require(spec, rounds >= 1, "--rounds must be at least 1");
    OneLine.require(spec, objects >= 1, "--objects must be at least 1");
    OneLine.require(
        spec,
        kubeconfig == null || Files.isReadable(kubeconfig),
        "--kubeconfig: cannot read " + kubeconfig);
    List<Figure> asked = figures.stream().map(this::figure).toList();
    for (Figure figure : asked.isEmpty() ? List.of(Figure.values()) : asked) {
      switch (figure) {
        case CALLS -> calls();
        case COMPARISON -> comparison();
        case HEAP -> heap();
        case LATENESS -> lateness();
        case START -> start();
        case API -> api();
      }
    }
    return kept ? 0 : 1;
  }

  private Figure figure(String name) {
    return Stream.of(Figure.values())
        .filter(figure -> figure.name().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(() ->
            new ParameterException(
                spec.commandLine(),
                "unknown figure '"
                    + name
                    + "'; known: calls, comparison, heap, lateness, start, api"));
  }

  private void calls() {
    progress("%d Canaries are being created", canaries);
    VirtualFleet fleet = new VirtualFleet(canaries, root);
    fleet.run(Duration.ofMinutes(2));
    say("calls: %d Canaries, on a virtual clock, watches left out", canaries);
    keep(
        fleet.phases().equals(Map.of("Initialized", canaries)),
        "all Canaries are initialised, not " + fleet.phases());
    VirtualFleet.Cost idle = fleet.run(Duration.ofMinutes(5));
    say(
        "  all idle for five minutes: %s, %d queries, %d looks",
        words(idle.calls()), idle.queries(), idle.passes());
    keep(idle.equals(new VirtualFleet.Cost(Map.of(), 0, 0)), "idle Canaries cost no call");
    fleet.release(1, "1.1.0");
    for (int second = 0; second < 300; second++) {
      int before = fleet.weight(1);
      VirtualFleet.Cost step = fleet.run(Duration.ofSeconds(1));
      if (before > 0 && fleet.weight(1) > before) {
        say(
            "  one steps from %d to %d %%: %s, %d queries, %d looks",
            before, fleet.weight(1), words(step.calls()), step.queries(), step.passes());
        keep(
            step.calls()
                .equals(
                    Map.of("PATCH canaries/status", 1, "PUT virtualservices", 1, "POST events", 1)),
            "a step costs one status patch, one route and one Event");
      }
    }
  }

  private void comparison() {
    progress("%d Canaries are compared with their primaries", canaries);
    ComparedFleet silent = new ComparedFleet(canaries, true, ComparedFleet.noAnswers());
    silent.run(Duration.ofSeconds(25));
    int queries = silent.run(TICK);
    say("comparison: %d Canaries, one Prometheus, on a virtual clock", canaries);
    say("  a tick: %d queries", queries);
    keep(queries <= 3 * (canaries / 100 + 1), "a hundred Canaries share three queries");
    Map<String, byte[]> answers = ComparedFleet.noAnswers();
    progress("%d are compared, twice, with %d series each", COMPARED, SERIES);
    comparedFor(answers, COMPARED_TIME);
    Duration busy = Duration.ofNanos(Long.MAX_VALUE);
    for (int round = 0; round < 3; round++) {
      long before = processorTime();
      comparedFor(answers, COMPARED_TIME);
      Duration took = Duration.ofNanos(processorTime() - before);
      busy = took.compareTo(busy) < 0 ? took : busy;
    }
    long looks = COMPARED * COMPARED_TIME.dividedBy(TICK);
    say(
        "  a look: %.2f ms of a core, with reading the answers and the history before (least of three)",
        busy.toNanos() / 1e6 / looks);
  }

  private void comparedFor(Map<String, byte[]> answers, Duration time) {
    ComparedFleet fleet = new ComparedFleet(COMPARED, false, answers);
    fleet.run(time.plusSeconds(5));
    keep(
        fleet.latest().stream().filter(l -> l.verdict() instanceof Verdict.Safe).count()
            == COMPARED,
        "all are found to be safe");
  }

  private static long processorTime() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime()
        : System.nanoTime();
  }

  private void heap() throws Exception {
    try (ControllerUnderTest under = new ControllerUnderTest(folder("heap"), root)) {
      progress("%d Canaries are being created, then %d more", WARM, canaries);
      under.tell("create " + WARM);
      under.await("Initialized", WARM, PATIENCE);
      long few = under.liveHeap();
      under.tell("create " + (WARM + canaries));
      under.await("Initialized", WARM + canaries, PATIENCE);
      long many = under.liveHeap();
      double each = (many - few) / (double) canaries;
      say(
          "heap: %.1f KiB for one more idle Canary with all its objects (live: %.1f MiB with %d, %.1f MiB with %d)",
          each / 1024, mib(few), WARM, mib(many), WARM + canaries);
      keep(
          each < MOST_BYTES_PER_CANARY,
          "an idle Canary with all its objects takes less than 50 KiB");
      long cluster = under.liveHeapOfServer();
      say(
          "heap: %.1f MiB live in the playground's API server with their %s objects and the changes that watches may ask for",
          mib(cluster), under.tell("objects"));
      keep(
          cluster < MOST_BYTES_OF_SERVER || canaries > 1000,
          "the objects of 1,000 Canaries take less than 200 MiB, so that they fit in 512");
    }
  }

  private void lateness() throws Exception {
    try (ControllerUnderTest under = new ControllerUnderTest(folder("lateness"), root)) {
      progress("%d Canaries are being created", canaries);
      under.tell("create " + canaries);
      under.await("Initialized", canaries, PATIENCE);
      say(
          "lateness: %d Canaries, all released within %d s, each judged every %d s",
          canaries, INTERVAL.toSeconds(), INTERVAL.toSeconds());
      release(under, "1.1.0", "just after the start");
      if (profile != null) {
        under.profile();
      }
      release(under, "1.2.0", "once its code is compiled");
      if (profile != null) {
        under.profiled(profile.toAbsolutePath());
      }
    }
  }

  /// Releases a version of every app and says what it took until all had it.
  private void release(ControllerUnderTest under, String version, String when) throws Exception {
    progress("all are released, %s", when);
    String _ = under.tell("lateness");
    Duration cpu = under.cpu();
    long began = System.nanoTime();
    // Releases come over one interval, as they would from many teams.
    for (int i = 0; i < canaries; i++) {
      under.tell("release " + i + " " + version);
      long due = began + INTERVAL.toNanos() * (i + 1) / canaries;
      TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
    }
    under.await("Succeeded", canaries, PATIENCE);
    double seconds = (System.nanoTime() - began) / 1e9;
    double busy = under.cpu().minus(cpu).toNanos() / 1e9;
    Lateness.Seen seen = Lateness.Seen.read(under.tell("lateness"));
    say("  %s: %d checks and %d queries in %.0f s", when, seen.checks(), seen.queries(), seconds);
    say(
        "    late by %.2f s (median), %.2f s (p99), %.2f s (most)",
        seen.median() / 1e3, seen.p99() / 1e3, seen.max() / 1e3);
    say(
        "    %.1f ms of a core for a check, its step and all that follows; %.2f cores for %d checks every %d s",
        busy * 1000 / seen.checks(),
        busy / seen.checks() * canaries / INTERVAL.toSeconds(),
        canaries,
        INTERVAL.toSeconds());
  }

  private void start() throws Exception {
    Path folder = folder("start");
    Path cache = folder.resolve("controller.aot");
    Files.deleteIfExists(cache);
    progress("the controller starts %d times, a Canary waits each time", 2 * rounds + 2);
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
          "start: %.2f s to the first write, %.2f s with an AOT cache of %.0f MiB, which is %.2f of the time (medians of %d)",
          before, after, mib(Files.size(cache)), after / before, rounds);
    }
  }

  private void api() throws Exception {
    try (ServerUnderTest server = new ServerUnderTest(folder("api"), root);
        MeasuredApi ours = MeasuredApi.plain(server.api())) {
      progress("%d ConfigMaps and as many Canaries are being created", objects);
      ours.prepare(canaryDefinition(), objects);
      if (kubeconfig == null) {
        say("api: medians over HTTP");
        ApiCost.measure(ours, Optional.empty(), objects, WATCHERS, line -> say("%s", line));
      } else {
        try (MeasuredApi real = MeasuredApi.of(kubeconfig)) {
          progress("the same in the real one");
          real.prepare(canaryDefinition(), objects);
          say("api: medians over HTTP, the real one in turns");
          ApiCost.measure(ours, Optional.of(real), objects, WATCHERS, line -> say("%s", line));
          real.clear();
        }
      }
      say("  %.1f MiB live in the playground's API server", mib(server.liveHeap()));
    }
  }

  private ObjectNode canaryDefinition() throws IOException {
    return Manifests.definitions(root).stream()
        .filter(definition -> definition.at("/spec/names/kind").asText().equals("Canary"))
        .findFirst()
        .orElseThrow(() -> new IOException("deploy/crds has no definition of Canaries"));
  }

  private static String words(Map<String, Integer> calls) {
    return calls.isEmpty()
        ? "no call"
        : calls.entrySet().stream()
            .map(call -> call.getValue() + " " + call.getKey())
            .collect(Collectors.joining(", "));
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

  /// What goes on, for whoever waits; not among the results.
  private static void progress(String format, Object... facts) {
    System.err.println("... " + String.format(Locale.ROOT, format, facts));
  }

  private static void say(String format, Object... facts) {
    System.out.println(String.format(Locale.ROOT, format, facts));
  }
}

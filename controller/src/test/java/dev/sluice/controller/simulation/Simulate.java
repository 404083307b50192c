package dev.sluice.controller.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.sluice.controller.virtual.OneLine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// What `.ci/simulate` runs.
@Command(
    name = ".ci/simulate",
    description = {
      "Lives random lives of a canary under people and faults, and checks every rule at every step.",
      "Exits with 1 when a rule was broken, and says how to live that life again."
    },
    showDefaultValues = true,
    sortOptions = false)
final class Simulate implements Callable<Integer> {
  private static final int LAST_LINES = 60;

  @Option(
      names = "--whole",
      description = "The whole controller over an API server, instead of its decisions alone.")
  boolean whole;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Live this one life and print all that happened.")
  @Nullable Long seed;

  @Option(names = "--from", paramLabel = "N", defaultValue = "0", description = "The first seed.")
  long from;

  @Option(names = "--lives", paramLabel = "N", description = "How many lives; no end without.")
  @Nullable Long lives;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      defaultValue = "10",
      description = "How long at the most.")
  int minutes;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this and exit.")
  boolean help;

  @Spec CommandSpec spec;

  public static void main(String[] arguments) {
    if (LoggerFactory.getLogger("dev.sluice") instanceof Logger log) {
      log.setLevel(Level.OFF);
    }
    System.exit(OneLine.of(new CommandLine(new Simulate())).execute(arguments));
  }

  @Override
  public Integer call() {
    OneLine.require(spec, minutes >= 1, "--minutes must be at least 1");
    OneLine.require(spec, lives == null || lives >= 1, "--lives must be at least 1");
    OneLine.require(spec, from >= 0, "--from must not be negative");
    Path root = Path.of(System.getProperty("sluice.root", "."));
    Lives all = new Lives(whole ? Lives.Of.CONTROLLER : Lives.Of.DECISIONS, root);
    if (seed != null) {
      Lives.Lived life = all.live(seed, Integer.MAX_VALUE);
      System.out.println(life.trace());
      System.out.println(
          life.broken().isEmpty() ? "no rule was broken" : "broken: " + life.broken());
      return life.broken().isEmpty() ? 0 : 1;
    }
    Lives.Result result =
        all.live(
            from,
            lives == null ? Long.MAX_VALUE - from : lives,
            Duration.ofMinutes(minutes),
            Runtime.getRuntime().availableProcessors(),
            System.out::println);
    result
        .byRule()
        .forEach((rule, seeds) -> {
          System.out.printf("%n%d of %d lives broke: %s%n", seeds.size(), result.lives(), rule);
          System.out.println(all.live(seeds.getFirst(), LAST_LINES).trace());
        });
    double perMinute = result.lives() * 60e9 / result.took().toNanos();
    System.out.printf(
        Locale.ROOT,
        "%d lives in %d s, %.0f a minute, %.0f in a night of ten hours; %s%n",
        result.lives(),
        result.took().toSeconds(),
        perMinute,
        perMinute * 600,
        result.byRule().isEmpty() ? "no rule was broken" : "RULES WERE BROKEN");
    return result.byRule().isEmpty() ? 0 : 1;
  }
}

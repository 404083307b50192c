package dev.sluice.analysis.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/// What a look costs on this machine; `.ci/judge-figures --cost`.
final class Cost {
  /// Microseconds that one look may take at most.
  private static final double MOST = 50;

  private Cost() {}

  public static void main(String[] arguments) throws RunnerException, IOException {
    var asked = arguments.length == 2 && arguments[0].equals("--write");
    if (!asked && arguments.length > 0) {
      System.out.println(
          """
          Usage: .ci/judge-figures --cost [--write FILE]
          Measures with JMH what one look at one canary costs, in about a minute; exits with 1 above 50 µs.\
          """);
      System.exit(arguments[0].equals("--help") ? 0 : 2);
    }
    var results =
        new Runner(new OptionsBuilder().include(LookCost.class.getSimpleName()).build()).run();
    var page = page(results);
    System.out.print(page);
    if (asked) {
      page.write(Path.of(arguments[1]));
    }
    var most =
        results.stream()
            .filter(result -> name(result).equals("look"))
            .mapToDouble(result -> result.getPrimaryResult().getScore())
            .max();
    System.exit(most.orElse(Double.NaN) <= MOST ? 0 : 1);
  }

  private static Page page(Collection<RunResult> results) {
    var page = new Page("cost");
    page.say("## What a look costs");
    page.say("");
    page.say(
        "By `.ci/judge-figures --cost`, with JMH 1.37 on %d cores, Java %s: microseconds to take what"
            + " was scraped of one canary and its",
        Runtime.getRuntime().availableProcessors(), Runtime.version().feature());
    page.say(
        "primary (12 buckets and all) and to judge it, without the query. The goal is 50 µs for a look.");
    page.say("");
    page.say("| | series | looks before | µs | ± (99.9 %%) |");
    page.say("| --- | --- | --- | --- | --- |");
    results.stream()
        .sorted(
            Comparator.<RunResult, String>comparing(Cost::name)
                .thenComparingInt(result -> parameter(result, "series").length())
                .thenComparingInt(result -> parameter(result, "looks").length()))
        .forEach(result ->
            page.say(
                "| %s | %s | %s | %s | %s |",
                name(result),
                parameter(result, "series"),
                parameter(result, "looks"),
                String.format(Locale.ROOT, "%.1f", result.getPrimaryResult().getScore()),
                String.format(Locale.ROOT, "%.1f", result.getPrimaryResult().getScoreError())));
    return page;
  }

  private static String name(RunResult result) {
    var name = result.getParams().getBenchmark();
    return name.substring(name.lastIndexOf('.') + 1);
  }

  private static String parameter(RunResult result, String name) {
    return result.getParams().getParam(name);
  }
}

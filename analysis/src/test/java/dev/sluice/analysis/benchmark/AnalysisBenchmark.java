package dev.sluice.analysis.benchmark;

import dev.sluice.analysis.compare.ComparisonPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/// How often the judge is wrong and how late, beside thresholds, in simulated worlds; what
/// `.ci/judge-figures` runs. The same seed gives the same figures whatever the number of threads.
final class AnalysisBenchmark {
  private static final long SEED = 20261121;
  private static final double[] TRAFFIC = {1, 10, 100, 1000};
  private static final double[] BASES = {0.0001, 0.001, 0.01};

  /// Errors added at the canary; the last regression is twice as slow instead.
  private static final double[] REGRESSIONS = {0, 0.001, 0.01, 0.05, 0};

  private static final int LATENCY = REGRESSIONS.length - 1;

  private static final ComparisonPolicy POLICY = ComparisonPolicy.DEFAULT;

  private final double scale;
  private final StringBuilder page = new StringBuilder();
  private final Map<String, Boolean> goals = new LinkedHashMap<>();

  private AnalysisBenchmark(double scale) {
    this.scale = scale;
  }

  public static void main(String[] arguments) throws IOException {
    double scale = 1;
    Path to = null;
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--scale" -> scale = Double.parseDouble(arguments[++i]);
        case "--write" -> to = Path.of(arguments[++i]);
        default -> {
          System.out.println(
              """
              Usage: .ci/judge-figures [--scale X] [--write FILE]
              Simulates the judge and prints its figures; exits with 1 when a goal is not reached.
                --scale X     X times as many runs; the goals are meant for 1 and more
                --write FILE  puts the tables into FILE, too\
              """);
          System.exit(arguments[i].equals("--help") ? 0 : 2);
        }
      }
    }
    var benchmark = new AnalysisBenchmark(scale);
    boolean reached = benchmark.run();
    System.out.print(benchmark.page);
    if (to != null) {
      Files.writeString(to, benchmark.page);
    }
    System.exit(reached ? 0 : 1);
  }

  private boolean run() {
    say("# How often the comparison is wrong, and how late");
    say("");
    say(
        "Written by `.ci/judge-figures --write docs/explanation/analysis-figures.md`; do not"
            + " edit.");
    say("");
    say(
        "A simulated service: eight primary pods and four of the canary, scraped every 10 s,"
            + " requests that come at random, durations");
    say(
        "around 60 ms (p99 306 ms), 30 minutes of history. From 10 %% of the traffic in steps of 10"
            + " to 50 %%; a rollout that cannot decide holds, for an hour. Seed %d.",
        SEED);
    guarantee();
    grid();
    nuisances();
    say("");
    say("## Goals");
    say("");
    say("| goal | reached |");
    say("| --- | --- |");
    goals.forEach((goal, reached) -> say("| %s | %s |", goal, reached ? "yes" : "**no**"));
    return goals.values().stream().allMatch(reached -> reached);
  }

  private int runs(int usual) {
    return Math.max(10, (int) Math.round(usual * scale));
  }

  private void guarantee() {
    int runs = runs(2000);
    say("");
    say("## At the edge of the tolerance");
    say("");
    say(
        "A canary exactly as bad as tolerated, 10 %% of the traffic, looked at 720 times in two"
            + " hours: how many of %d rollouts are ever",
        runs);
    say("rolled back (α is 1 %%), and the bound on that rate with 99 %% certainty.");
    say("");
    say("| requests/s | base errors | world | rolled back | at most |");
    say("| --- | --- | --- | --- | --- |");
    boolean kept = true;
    double[][] cells = {{10, 0.01}, {100, 0.001}};
    int scenario = 100;
    for (double[] cell : cells) {
      for (var nuisance : List.of(Nuisance.NONE, Nuisance.OUTAGES)) {
        int id = scenario++;
        double edge = POLICY.errors().factor() * cell[1] + POLICY.errors().slack() - cell[1];
        int seen =
            (int)
                IntStream.range(0, runs)
                    .parallel()
                    .filter(run ->
                        Rollout.everRolledBack(
                            new World(
                                new World.Service(cell[0], cell[1], edge, 1, 0),
                                nuisance,
                                new Dice(SEED, id, run)),
                            POLICY,
                            0.1,
                            720))
                    .count();
        double most = Odds.atMost(seen, runs, 0.99);
        kept &= most <= POLICY.alpha();
        say(
            "| %s | %s | %s | %s | %s |",
            plain(cell[0]),
            percent(cell[1]),
            nuisance.words,
            percent((double) seen / runs),
            percent(most));
      }
    }
    goals.put(
        "G1: at most 1 % false rollbacks per rollout at the edge, however often one looks", kept);
  }

  /// What many rollouts of one kind came to.
  private record Summary(
      double rolledBack,
      double median,
      double late,
      double harmed,
      double promoted,
      double served) {}

  private Summary summary(
      World.Service service, Nuisance nuisance, int scenario, int runs, Rollout.Policy policy) {
    var results =
        IntStream.range(0, runs)
            .parallel()
            .mapToObj(
                run -> policy.run(new World(service, nuisance, new Dice(SEED, scenario, run))))
            .toList();
    double[] back = times(results, Rollout.End.ROLLED_BACK);
    double served = results.stream().mapToLong(Rollout.Result::served).average().orElse(0);
    return new Summary(
        (double) back.length / runs,
        quantile(back, 0.5),
        quantile(back, 0.95),
        served * service.more(),
        quantile(times(results, Rollout.End.PROMOTED), 0.5),
        served);
  }

  private static double[] times(List<Rollout.Result> results, Rollout.End end) {
    return results.stream()
        .filter(result -> result.end() == end)
        .mapToDouble(Rollout.Result::seconds)
        .sorted()
        .toArray();
  }

  private static double quantile(double[] sorted, double q) {
    return sorted.length == 0
        ? Double.NaN
        : sorted[(int) Math.min(sorted.length - 1, q * sorted.length)];
  }

  private void grid() {
    var sluice = Rollout.sluice(POLICY, 60);
    var flagger = Rollout.thresholds(5, false);
    var consecutive = Rollout.thresholds(3, true);
    say("");
    say("## By traffic and regression");
    say("");
    say(
        "Rolled back, median and 95th percentile of the seconds until then, and how many requests"
            + " failed because of the canary until it was");
    say(
        "rolled back or promoted (for latency: how many it served). A healthy canary: rolled back,"
            + " and the median of the seconds to promotion.");
    say(
        "Flagger: 99 %%, 500 ms, each minute, five failed checks. Three in a row: the same checks,"
            + " rolled back by three that follow each other.");
    say("");
    say("| requests/s | base errors | canary | Sluice | Flagger | three in a row |");
    say("| --- | --- | --- | --- | --- | --- |");
    double worstFalse = 0;
    boolean found = true;
    boolean fewer = true;
    boolean quick = true;
    boolean promoted = true;
    int scenario = 200;
    for (double rps : TRAFFIC) {
      for (double base : BASES) {
        for (int r = 0; r < REGRESSIONS.length; r++) {
          boolean healthy = r == 0;
          double more = REGRESSIONS[r];
          var service = new World.Service(rps, base, more, r == LATENCY ? 2 : 1, 60);
          int id = scenario++;
          int runs = runs(healthy ? 400 : 150);
          var ours = summary(service, Nuisance.NONE, id, runs, sluice);
          var theirs = summary(service, Nuisance.NONE, id, runs, flagger);
          var others = summary(service, Nuisance.NONE, id, runs, consecutive);
          boolean slow = r == LATENCY;
          say(
              "| %s | %s | %s | %s | %s | %s |",
              plain(rps),
              percent(base),
              healthy ? "healthy" : slow ? "twice as slow" : "+" + percent(more),
              cell(ours, healthy, slow),
              cell(theirs, healthy, slow),
              cell(others, healthy, slow));
          boolean low = base <= 0.001;
          if (healthy) {
            worstFalse = Math.max(worstFalse, ours.rolledBack());
            double most = rps >= 100 ? 300 : rps >= 10 ? 600 : 960;
            promoted &= ours.promoted() <= most;
          } else if (slow) {
            found &= rps < 10 || ours.rolledBack() == 1;
          } else if (more == 0.05) {
            found &= ours.rolledBack() >= 0.99;
            fewer &= !low || rps < 10 || theirs.harmed() >= (rps >= 100 ? 10 : 3) * ours.harmed();
            quick &= !low || rps < 100 || ours.median() <= 30;
          } else if (more == 0.01) {
            found &= !low || rps < 10 || ours.rolledBack() >= 0.9;
          }
        }
      }
    }
    goals.put(
        "G2: a healthy canary is rolled back in at most 0.5 % of the rollouts of every cell",
        worstFalse <= 0.005);
    goals.put(
        "G4: at +5 %, base up to 0.1 %, 3 times fewer failed requests than Flagger at 10"
            + " requests/s, 10 times from 100 on",
        fewer);
    goals.put(
        "G5: at least 99 % found at +5 %, 90 % at +1 % from 10 requests/s and base up to 0.1 %, all"
            + " that are twice as slow from 10 requests/s",
        found);
    goals.put(
        "G6: +5 %, base up to 0.1 %, is rolled back within 3 scrapes (median) from 100 requests/s",
        quick);
    goals.put(
        "G7: a healthy rollout takes (median) at most 300 s from 100 requests/s, 10 min at 10, 16"
            + " min at 1",
        promoted);
  }

  private static String cell(Summary seen, boolean healthy, boolean slow) {
    if (healthy) {
      return percent(seen.rolledBack()) + ", " + plain(seen.promoted()) + " s";
    }
    var times =
        seen.rolledBack() > 0 ? plain(seen.median()) + "/" + plain(seen.late()) + " s, " : "";
    return percent(seen.rolledBack()) + ", " + times + plain(slow ? seen.served() : seen.harmed());
  }

  private void nuisances() {
    int runs = runs(300);
    var warming =
        new ComparisonPolicy(
            POLICY.tick(),
            POLICY.alpha(),
            POLICY.errors(),
            POLICY.latency(),
            POLICY.margin(),
            POLICY.minSuccess(),
            POLICY.sloLatency(),
            List.of(),
            60,
            false);
    say("");
    say("## Nothing is wrong with the canary");
    say("");
    say(
        "False rollbacks of %d rollouts each, base errors 0.1 %%. The judge knows of a warm-up of"
            + " 60 s where there is one.",
        runs);
    say("");
    say("| world | Sluice, 10/s | 100/s | Flagger, 10/s | 100/s | three in a row, 10/s | 100/s |");
    say("| --- | --- | --- | --- | --- | --- | --- |");
    boolean each = true;
    int few = 0;
    int all = 0;
    int scenario = 400;
    for (var nuisance : Nuisance.values()) {
      if (nuisance == Nuisance.OUTAGES) {
        continue;
      }
      var sluice = Rollout.sluice(nuisance == Nuisance.WARM_UP ? warming : POLICY, 60);
      var policies = List.of(sluice, Rollout.thresholds(5, false), Rollout.thresholds(3, true));
      var cells = new ArrayList<String>();
      for (int p = 0; p < policies.size(); p++) {
        for (double rps : new double[] {10, 100}) {
          var service = new World.Service(rps, 0.001, 0, 1, 60);
          int id = scenario + (int) rps;
          double rate = summary(service, nuisance, id, runs, policies.get(p)).rolledBack();
          cells.add(percent(rate));
          if (p == 0) {
            each &= rate <= (nuisance == Nuisance.TWO_SPIKES ? 0.1 : 0.03);
            few += rate <= 0.01 ? 1 : 0;
            all++;
          }
        }
      }
      scenario += 1000;
      say("| %s | %s |", nuisance.words, String.join(" | ", cells));
    }
    goals.put(
        "G3: at most 3 % false rollbacks in each of these worlds (10 % with two spikes), at most 1"
            + " % in 85 % of them",
        each && few >= 0.85 * all);
  }

  private static String percent(double share) {
    return plain(share * 100) + " %";
  }

  private static String plain(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    var text =
        String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
  }

  private void say(String line, Object... values) {
    page.append(values.length == 0 ? line.replace("%%", "%") : line.formatted(values)).append('\n');
  }
}

package dev.sluice.analysis.benchmark;

import static dev.sluice.analysis.benchmark.Page.percent;
import static dev.sluice.analysis.benchmark.Page.plain;

import dev.sluice.analysis.compare.ComparisonPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// How often the judge is wrong and how late, beside thresholds, in simulated worlds; what
/// `.ci/judge-figures` runs. The same seed gives the same figures whatever the number of threads.
final class AnalysisBenchmark {
  static final long SEED = 20261121;

  /// Where the numbers of the scenarios begin.
  static final int GRID = 200;

  static final int NUISANCES = 400;

  private static final ComparisonPolicy POLICY = ComparisonPolicy.DEFAULT;

  private final double scale;
  private final long seed;
  private final Page page;
  private final List<Goal> goals = new ArrayList<>();

  /// Of each cell of the guarantee: rolled back, and runs.
  private final List<int[]> atTheEdge = new ArrayList<>();

  /// @param worst what came nearest to missing it, or missed it most
  private record Goal(String name, String words, String worst, boolean reached) {}

  private AnalysisBenchmark(double scale, long seed, Page page) {
    this.scale = scale;
    this.seed = seed;
    this.page = page;
  }

  public static void main(String[] arguments) throws IOException {
    double scale = 1;
    Path to = null;
    long[] others = {};
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--scale" -> scale = Double.parseDouble(arguments[++i]);
        case "--write" -> to = Path.of(arguments[++i]);
        case "--seeds" ->
            others = Arrays.stream(arguments[++i].split(",")).mapToLong(Long::parseLong).toArray();
        default -> {
          System.out.println(
              """
              Usage: .ci/judge-figures [--scale X] [--seeds N,N…] [--write FILE]
              Simulates the judge and prints its figures; exits with 1 when a goal is not reached.
                --scale X      X times as many runs; the goals are meant for 1 and more
                --seeds N,N…   only the goals, with each of these seeds instead of the usual one
                --write FILE   puts the tables into FILE, too
              Other figures: .ci/judge-figures --peers (Argo Rollouts, Kayenta), --cost (what a look costs).\
              """);
          System.exit(arguments[i].equals("--help") ? 0 : 2);
        }
      }
    }
    var page = new Page(others.length > 0 ? "seeds" : "simulation");
    boolean reached =
        others.length > 0
            ? others(scale, others, page)
            : new AnalysisBenchmark(scale, SEED, page).run();
    System.out.print(page);
    if (to != null) {
      page.write(to);
    }
    System.exit(reached ? 0 : 1);
  }

  private static boolean others(double scale, long[] seeds, Page page) {
    page.say("## Other seeds");
    page.say("");
    page.say(
        "By `.ci/judge-figures --seeds %s --write docs/explanation/analysis-figures.md`: what came"
            + " nearest to missing each goal, in bold what missed it.",
        Arrays.stream(seeds).mapToObj(String::valueOf).collect(Collectors.joining(",")));
    page.say(
        "A bound from the runs of one seed is loose: what counts of G1 is the line below the table.");
    page.say("");
    boolean reached = true;
    var together = new ArrayList<int[]>();
    for (long seed : seeds) {
      var one = new AnalysisBenchmark(scale, seed, new Page(""));
      one.run();
      reached &= one.goals.stream().allMatch(goal -> goal.reached() || goal.name().equals("G1"));
      for (int cell = 0; cell < one.atTheEdge.size(); cell++) {
        if (cell == together.size()) {
          together.add(new int[2]);
        }
        together.get(cell)[0] += one.atTheEdge.get(cell)[0];
        together.get(cell)[1] += one.atTheEdge.get(cell)[1];
      }
      if (seed == seeds[0]) {
        page.say(
            "| seed | %s |", one.goals.stream().map(Goal::name).collect(Collectors.joining(" | ")));
        page.say("|%s", " --- |".repeat(one.goals.size() + 1));
      }
      page.say(
          "| %s | %s |",
          seed,
          one.goals.stream()
              .map(goal -> goal.reached() ? goal.worst() : "**" + goal.worst() + "**")
              .collect(Collectors.joining(" | ")));
    }
    var worst =
        together.stream()
            .max(Comparator.comparingDouble(cell -> (double) cell[0] / cell[1]))
            .orElseThrow();
    double most = Odds.atMost(worst[0], worst[1], 0.99);
    page.say("");
    page.say(
        "G1, all seeds together: in the worst cell %d of %d rollouts at the edge were ever rolled"
            + " back, %s, at most %s with 99 %% certainty.",
        worst[0], worst[1], percent((double) worst[0] / worst[1]), percent(most));
    return reached && most <= POLICY.alpha();
  }

  private boolean run() {
    say("# How often the comparison is wrong, and how late");
    say("");
    say(
        "Written by `.ci/judge-figures --write docs/explanation/analysis-figures.md` and, further"
            + " down, the commands named there; do not edit.");
    say("");
    say(
        "A simulated service: eight primary pods and four of the canary, scraped every 10 s,"
            + " requests that come at random, durations");
    say(
        "around 60 ms (p99 306 ms), 30 minutes of history. From 10 %% of the traffic in steps of 10"
            + " to 50 %%; a rollout that cannot decide holds, for an hour. Seed %d.",
        seed);
    guarantee();
    grid();
    nuisances();
    say("");
    say("## Goals");
    say("");
    say("| goal | nearest to missing it | reached |");
    say("| --- | --- | --- |");
    goals.forEach(goal ->
        say(
            "| %s: %s | %s | %s |",
            goal.name(), goal.words(), goal.worst(), goal.reached() ? "yes" : "**no**"));
    return goals.stream().allMatch(Goal::reached);
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
    double worst = 0;
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
                                new Dice(seed, id, run)),
                            POLICY,
                            0.1,
                            720))
                    .count();
        atTheEdge.add(new int[] {seen, runs});
        double most = Odds.atMost(seen, runs, 0.99);
        worst = Math.max(worst, most);
        say(
            "| %s | %s | %s | %s | %s |",
            plain(cell[0]),
            percent(cell[1]),
            nuisance.words,
            percent((double) seen / runs),
            percent(most));
      }
    }
    goals.add(
        new Goal(
            "G1",
            "at most 1 % false rollbacks per rollout at the edge, however often one looks",
            "at most " + percent(worst),
            worst <= POLICY.alpha()));
  }

  private Summary summary(
      World.Service service, Nuisance nuisance, int scenario, int runs, Rollout.Policy policy) {
    return Summary.of(service, nuisance, seed, scenario, runs, policy);
  }

  /// The worst of all cells that a goal is about.
  private static final class Worst {
    double falseRollbacks;
    double foundClear = 1;
    double foundSmall = 1;
    double foundSlow = 1;
    double fewerAtTen = Double.POSITIVE_INFINITY;
    double fewerAbove = Double.POSITIVE_INFINITY;
    double quick;
    final double[] promoted = new double[3];

    void take(double rps, double base, Regression regression, Summary ours, Summary flagger) {
      boolean low = base <= 0.001;
      switch (regression) {
        case NONE -> {
          falseRollbacks = Math.max(falseRollbacks, ours.rolledBack());
          int at = rps >= 100 ? 0 : rps >= 10 ? 1 : 2;
          // NaN, where none was promoted, stays.
          promoted[at] = Math.max(promoted[at], ours.promoted());
        }
        case CLEAR -> {
          foundClear = Math.min(foundClear, ours.rolledBack());
          if (low && rps >= 100) {
            fewerAbove = Math.min(fewerAbove, flagger.harmed() / ours.harmed());
            quick = Math.max(quick, ours.median());
          } else if (low && rps >= 10) {
            fewerAtTen = Math.min(fewerAtTen, flagger.harmed() / ours.harmed());
          }
        }
        case SMALL ->
            foundSmall = low && rps >= 10 ? Math.min(foundSmall, ours.rolledBack()) : foundSmall;
        case SLOW -> foundSlow = rps >= 10 ? Math.min(foundSlow, ours.rolledBack()) : foundSlow;
        case LEAST -> {}
      }
    }
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
    var worst = new Worst();
    int scenario = GRID;
    for (double rps : Regression.TRAFFIC) {
      for (double base : Regression.BASES) {
        for (var regression : Regression.values()) {
          var service = regression.service(rps, base);
          int id = scenario++;
          int runs = regression.runs(scale);
          var ours = summary(service, Nuisance.NONE, id, runs, sluice);
          var theirs = summary(service, Nuisance.NONE, id, runs, flagger);
          var others = summary(service, Nuisance.NONE, id, runs, consecutive);
          say(
              "| %s | %s | %s | %s | %s | %s |",
              plain(rps),
              percent(base),
              regression.words,
              ours.cell(regression),
              theirs.cell(regression),
              others.cell(regression));
          worst.take(rps, base, regression, ours, theirs);
        }
      }
    }
    goals.add(
        new Goal(
            "G2",
            "a healthy canary is rolled back in at most 0.5 % of the rollouts of every cell",
            percent(worst.falseRollbacks),
            worst.falseRollbacks <= 0.005));
    goals.add(
        new Goal(
            "G4",
            "at +5 %, base up to 0.1 %, 3 times fewer failed requests than Flagger at 10"
                + " requests/s, 10 times from 100 on",
            plain(worst.fewerAtTen) + " times, " + plain(worst.fewerAbove) + " times",
            worst.fewerAtTen >= 3 && worst.fewerAbove >= 10));
    goals.add(
        new Goal(
            "G5",
            "at least 99 % found at +5 %, 90 % at +1 % from 10 requests/s and base up to 0.1 %, all"
                + " that are twice as slow from 10 requests/s",
            percent(worst.foundClear)
                + ", "
                + percent(worst.foundSmall)
                + ", "
                + percent(worst.foundSlow),
            worst.foundClear >= 0.99 && worst.foundSmall >= 0.9 && worst.foundSlow == 1));
    goals.add(
        new Goal(
            "G6",
            "+5 %, base up to 0.1 %, is rolled back within 3 scrapes (median) from 100 requests/s",
            plain(worst.quick) + " s",
            worst.quick <= 30));
    goals.add(
        new Goal(
            "G7",
            "a healthy rollout takes (median) at most 300 s from 100 requests/s, 10 min at 10, 16"
                + " min at 1",
            "%s s, %s s, %s s"
                .formatted(
                    plain(worst.promoted[0]), plain(worst.promoted[1]), plain(worst.promoted[2])),
            worst.promoted[0] <= 300 && worst.promoted[1] <= 600 && worst.promoted[2] <= 960));
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
    double most = 0;
    double spikes = 0;
    int few = 0;
    int all = 0;
    int scenario = NUISANCES;
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
            most = nuisance == Nuisance.TWO_SPIKES ? most : Math.max(most, rate);
            spikes = nuisance == Nuisance.TWO_SPIKES ? Math.max(spikes, rate) : spikes;
            few += rate <= 0.01 ? 1 : 0;
            all++;
          }
        }
      }
      scenario += 1000;
      say("| %s | %s |", nuisance.words, String.join(" | ", cells));
    }
    goals.add(
        new Goal(
            "G3",
            "at most 3 % false rollbacks in each of these worlds (10 % with two spikes), at most 1"
                + " % in 85 % of them",
            "%s, %s, %s".formatted(percent(most), percent(spikes), percent((double) few / all)),
            each && few >= 0.85 * all));
  }

  private void say(String line, Object... values) {
    page.say(line, values);
  }
}

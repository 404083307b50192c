package dev.sluice.analysis.benchmark;

import static dev.sluice.analysis.benchmark.Page.percent;
import static dev.sluice.analysis.benchmark.Page.plain;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How peers do in the worlds of [AnalysisBenchmark]; `.ci/judge-figures --peers`.
final class Peers {
  private final Page page = new Page("peers");
  private final double scale;

  private Peers(double scale) {
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
              Usage: .ci/judge-figures --peers [--scale X] [--write FILE]
              Simulates how Argo Rollouts and Kayenta decide in the same worlds, which takes some minutes.
                --scale X     X times as many runs
                --write FILE  puts the tables into FILE, too\
              """);
          System.exit(arguments[i].equals("--help") ? 0 : 2);
        }
      }
    }
    var peers = new Peers(scale);
    peers.byMinutes();
    peers.byHours();
    peers.nuisances();
    System.out.print(peers.page);
    if (to != null) {
      peers.page.write(to);
    }
  }

  private void byMinutes() {
    page.say("## Argo Rollouts and Kayenta in the same worlds");
    page.say("");
    page.say(
        "By `.ci/judge-figures --peers --write docs/explanation/analysis-figures.md`. The same"
            + " rollouts and seed as above, and the cells read as there.");
    page.say(
        "Argo: 99 %%, 500 ms, each minute, aborted at once after more failures of one metric than"
            + " its `failureLimit`. Kayenta: its judge (Mann and Whitney)");
    page.say(
        "on points of ten seconds from the start, each minute; errors in percent and p99, both"
            + " critical. It is not meant for rollouts so short: see below.");
    page.say("");
    page.say("| requests/s | base errors | canary | Argo, limit 0 | Argo, limit 3 | Kayenta |");
    page.say("| --- | --- | --- | --- | --- | --- |");
    var policies = List.of(PeerPolicies.argo(0), PeerPolicies.argo(3), PeerPolicies.kayenta());
    int scenario = AnalysisBenchmark.GRID;
    for (double rps : Regression.TRAFFIC) {
      for (double base : Regression.BASES) {
        for (var regression : Regression.values()) {
          int id = scenario++;
          var cells = new ArrayList<String>();
          for (var policy : policies) {
            cells.add(
                Summary.of(
                        regression.service(rps, base),
                        Nuisance.NONE,
                        AnalysisBenchmark.SEED,
                        id,
                        regression.runs(scale),
                        policy)
                    .cell(regression));
          }
          page.say(
              "| %s | %s | %s | %s |",
              plain(rps), percent(base), regression.words, String.join(" | ", cells));
        }
      }
    }
  }

  private void byHours() {
    int runs = Math.max(10, (int) Math.round(40 * scale));
    page.say("");
    page.say("### Kayenta as its guide wants it");
    page.say("");
    page.say(
        "A tenth of the traffic for three hours, points of a minute, judged each hour on all of"
            + " them: rolled back of %d, and requests that failed because of the canary.",
        runs);
    page.say("");
    page.say("| requests/s | base errors | healthy | +0.1 %% | +1 %% | +5 %% | twice as slow |");
    page.say("| --- | --- | --- | --- | --- | --- | --- |");
    int scenario = 5000;
    for (double rps : Regression.TRAFFIC) {
      for (double base : Regression.BASES) {
        var cells = new ArrayList<String>();
        for (var regression : Regression.values()) {
          var seen =
              Summary.of(
                  regression.service(rps, base),
                  Nuisance.NONE,
                  AnalysisBenchmark.SEED,
                  scenario++,
                  runs,
                  PeerPolicies.patientKayenta());
          cells.add(
              percent(seen.rolledBack())
                  + (regression.more > 0 ? ", " + plain(seen.harmed()) : ""));
        }
        page.say("| %s | %s | %s |", plain(rps), percent(base), String.join(" | ", cells));
      }
    }
  }

  private void nuisances() {
    int runs = Math.max(10, (int) Math.round(300 * scale));
    page.say("");
    page.say("### Nothing is wrong with the canary");
    page.say("");
    page.say("False rollbacks of %d rollouts each, base errors 0.1 %%, each minute.", runs);
    page.say("");
    page.say(
        "| world | Argo, limit 0, 10/s | 100/s | limit 3, 10/s | 100/s | Kayenta, 10/s | 100/s |");
    page.say("| --- | --- | --- | --- | --- | --- | --- |");
    var policies = List.of(PeerPolicies.argo(0), PeerPolicies.argo(3), PeerPolicies.kayenta());
    int scenario = AnalysisBenchmark.NUISANCES;
    for (var nuisance : Nuisance.values()) {
      if (nuisance == Nuisance.OUTAGES) {
        continue;
      }
      var cells = new ArrayList<String>();
      for (var policy : policies) {
        for (int rps : new int[] {10, 100}) {
          cells.add(
              percent(
                  Summary.of(
                          Regression.NONE.service(rps, 0.001),
                          nuisance,
                          AnalysisBenchmark.SEED,
                          scenario + rps,
                          runs,
                          policy)
                      .rolledBack()));
        }
      }
      scenario += 1000;
      page.say("| %s | %s |", nuisance.words, String.join(" | ", cells));
    }
  }
}

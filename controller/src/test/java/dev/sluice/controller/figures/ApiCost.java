package dev.sluice.controller.figures;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/// The same requests to one API server, or to two in turns, so that what else the machine does
/// falls on both.
final class ApiCost {
  private ApiCost() {}

  private interface Measure {
    /// @return milliseconds, of each request or each write
    List<Double> of(MeasuredApi api) throws Exception;
  }

  /// @param warmUp rounds that are not counted: a JVM compiles what it does often
  private record Figure(String what, int warmUp, int rounds, Measure measure) {}

  /// Asks everything.
  ///
  /// @param objects how many of each kind are there
  /// @param says is told each result
  static void measure(
      MeasuredApi ours,
      Optional<MeasuredApi> real,
      int objects,
      int watchers,
      Consumer<String> says)
      throws Exception {
    List<Figure> figures =
        List.of(
            new Figure(
                objects + " ConfigMaps as a Table", 10, 11, api -> List.of(api.mapsAsTable())),
            new Figure(
                objects + " Canaries as a Table", 10, 11, api -> List.of(api.canariesAsTable())),
            new Figure(
                "a write until %d watchers have it".formatted(watchers),
                5,
                5,
                api -> api.fanOut(watchers, 50)),
            new Figure("server-side apply of a Deployment", 500, 300, api -> List.of(api.apply())),
            new Figure("a Canary checked", 500, 300, api -> List.of(api.validate())));
    for (Figure figure : figures) {
      List<Double> of = new ArrayList<>();
      List<Double> ofReal = new ArrayList<>();
      for (int round = -figure.warmUp(); round < figure.rounds(); round++) {
        List<Double> once = figure.measure().of(ours);
        List<Double> onceReal = real.isPresent() ? figure.measure().of(real.get()) : List.of();
        if (round >= 0) {
          of.addAll(once);
          ofReal.addAll(onceReal);
        }
      }
      says.accept(line(figure, of, ofReal));
    }
  }

  private static String line(Figure figure, List<Double> ours, List<Double> real) {
    String line = "  %-40s %8.2f ms".formatted(figure.what(), median(ours));
    return real.isEmpty()
        ? line
        : line
            + String.format(
                Locale.ROOT,
                ", the real one %8.2f ms, ratio %.2f",
                median(real),
                median(ours) / median(real));
  }

  private static double median(List<Double> all) {
    return all.stream().sorted().toList().get(all.size() / 2);
  }
}

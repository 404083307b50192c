package dev.sluice.analysis.traffic;

import dev.sluice.analysis.Table;
import dev.sluice.analysis.intake.Group;
import dev.sluice.analysis.traffic.Counted.Sum;
import dev.sluice.analysis.traffic.Rule.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/// What Flagger's definition of an error makes of the canary's requests, beside the table's.
///
/// @param table by [Rule]
/// @param flaggers as `request-success-rate` counts
public record Disagreement(Sum table, Sum flaggers) {
  private static final double MANY = 1.2;

  /// Of requests by reporter, caller, workload, code, flags and gRPC status.
  ///
  /// @param rows counts of requests, which need not be whole
  /// @param sides in whose namespace all of them are
  public static Disagreement of(List<Table.Row> rows, Sides sides) {
    var series = new ArrayList<RequestSeries>();
    for (var row : rows) {
      var labels = new HashMap<>(row.labels());
      labels.put("destination_workload_namespace", sides.canary().namespace());
      series.add(RequestSeries.of(labels));
    }
    var callers = Callers.of(series, sides);
    return new Disagreement(
        sum(rows, series, sides, callers, Definition.TABLE),
        sum(rows, series, sides, callers, Definition.FLAGGER));
  }

  private static Sum sum(
      List<Table.Row> rows,
      List<RequestSeries> series,
      Sides sides,
      Callers callers,
      Definition by) {
    double requests = 0;
    double errors = 0;
    for (int i = 0; i < rows.size(); i++) {
      var one = series.get(i);
      if (sides.of(one).filter(group -> group == Group.CANARY).isPresent()) {
        var outcome = by.of(one, Group.CANARY, callers);
        requests += outcome == Outcome.LEFT_OUT ? 0 : rows.get(i).value();
        errors += outcome == Outcome.ERROR ? rows.get(i).value() : 0;
      }
    }
    return new Sum(Math.round(requests), Math.round(errors));
  }

  /// What Flagger's definition hides, in a clause; empty where it hides nothing. A few more or less
  /// are the moments at which the two sides were scraped, and retries.
  public Optional<String> hidden() {
    var seen = flaggers.errors() == 0 ? 0 : flaggers.errors() * MANY + 1;
    return table.errors() > seen ? words() : Optional.empty();
  }

  /// Both counts in a clause; empty where they agree about the errors.
  public Optional<String> words() {
    return flaggers.errors() != table.errors()
        ? Optional.of(
            "of the canary %d of %d requests failed, and Flagger's request-success-rate sees %d of %d"
                .formatted(
                    table.errors(), table.requests(), flaggers.errors(), flaggers.requests()))
        : Optional.empty();
  }
}

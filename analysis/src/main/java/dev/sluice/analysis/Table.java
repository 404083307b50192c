package dev.sluice.analysis;

import java.util.List;
import java.util.Map;

/// What a source answered when it was asked for a number per label set.
public sealed interface Table {

  /// @param rows empty when there are no series; NaN values are left out
  record Rows(List<Row> rows) implements Table {
    public Rows {
      rows = List.copyOf(rows);
    }
  }

  /// No rows could be had.
  ///
  /// @param why one clause without secrets
  record None(String why) implements Table {}

  /// One series; labels that are not set are absent.
  record Row(Map<String, String> labels, double value) {
    public Row {
      labels = Map.copyOf(labels);
    }
  }
}

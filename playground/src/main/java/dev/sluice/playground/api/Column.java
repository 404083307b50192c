package dev.sluice.playground.api;

import java.util.List;

/// One column of a table.
///
/// @param cell how its value is read, see [Cells]
/// @param type string, integer, number, boolean or date
/// @param priority 0 for columns that kubectl always shows, above for `-o wide`
record Column(
    String name, String cell, String type, String format, String description, int priority) {

  /// A row of the kinds file: name, cell, and if they are not string and 0, type and priority.
  static Column of(List<String> row) {
    if (row.size() < 2 || row.size() > 4) {
      throw new IllegalArgumentException("a column is [name, cell, type, priority], not " + row);
    }
    return new Column(
        row.get(0),
        row.get(1),
        row.size() > 2 ? row.get(2) : "string",
        row.get(0).equals("Name") ? "name" : "",
        "",
        row.size() > 3 ? Integer.parseInt(row.get(3)) : 0);
  }
}

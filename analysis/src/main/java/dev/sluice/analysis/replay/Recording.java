package dev.sluice.analysis.replay;

import dev.sluice.analysis.intake.Group;
import dev.sluice.analysis.intake.Scrape;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a scraper saw of a canary and its primary.
///
/// @param bounds of the histogram in milliseconds, ascending, the last infinite; empty without one
/// @param scrapes by their time; of one time, in the order of the file
public record Recording(double[] bounds, List<Scrape> scrapes) {
  /// A week of ten series at ten seconds is half of it.
  static final int MOST_ROWS = 1_000_000;

  static final int MOST_LINE = 10_000;
  private static final int MOST_BOUNDS = 64;

  /// A time beyond is a mistake, such as a date in seconds since 1970.
  private static final double MOST_SECONDS = 30 * 86_400.0;

  private static final double MOST_COUNT = 9_007_199_254_740_992.0;
  private static final List<String> ALWAYS =
      List.of("t_s", "group", "requests_total", "errors_total");

  public Recording {
    scrapes = List.copyOf(scrapes);
  }

  /// Reads comma-separated values with a header of `t_s,group,requests_total,errors_total`, then
  /// `le<milliseconds>` and `leInf` for a histogram, and `pod` where pods are scraped apart, in any
  /// order. `t_s` is in seconds after the rollout's start, negative for what was before; the rest
  /// is cumulative, `NaN` where there was no series. Lines that begin with `#` and empty ones are
  /// left out.
  ///
  /// @throws BadRecording for anything else, or for more than a million rows
  /// @throws IOException when `from` does
  public static Recording read(BufferedReader from) throws IOException, BadRecording {
    var lines = new Lines(from);
    var header = lines.next();
    if (header == null) {
      throw new BadRecording(Math.max(1, lines.number), "there is no header");
    }
    var columns = Columns.of(header, lines.number);
    var scrapes = new ArrayList<Scrape>();
    for (var line = lines.next(); line != null; line = lines.next()) {
      if (scrapes.size() == MOST_ROWS) {
        throw new BadRecording(lines.number, "there are more than " + MOST_ROWS + " rows");
      }
      scrapes.add(columns.scrape(line, lines.number));
    }
    if (scrapes.stream().noneMatch(scrape -> scrape.at() > 0)) {
      throw new BadRecording(
          lines.number,
          "t_s",
          "no row is from after the rollout's start, so there is nothing to judge");
    }
    scrapes.sort(Comparator.comparingDouble(Scrape::at));
    return new Recording(columns.bounds(), scrapes);
  }

  private static final class Lines {
    private final BufferedReader from;
    long number;

    Lines(BufferedReader from) {
      this.from = from;
    }

    /// The next line that says something, null at the end.
    @Nullable String next() throws IOException, BadRecording {
      while (true) {
        var line = new StringBuilder();
        int c = from.read();
        if (c < 0) {
          return null;
        }
        number++;
        for (; c >= 0 && c != '\n'; c = from.read()) {
          if (line.length() == MOST_LINE) {
            throw new BadRecording(number, "is longer than " + MOST_LINE + " characters");
          }
          line.append((char) c);
        }
        var text = line.toString().strip();
        if (number == 1 && text.startsWith("\uFEFF")) {
          text = text.substring(1);
        }
        if (!text.isEmpty() && !text.startsWith("#")) {
          return text;
        }
      }
    }
  }

  /// @param names as in the header
  /// @param buckets the places of the buckets by their bound
  private record Columns(
      List<String> names, Map<String, Integer> places, TreeMap<Double, Integer> buckets) {

    static Columns of(String header, long line) throws BadRecording {
      var names = new ArrayList<String>();
      var places = new HashMap<String, Integer>();
      var buckets = new TreeMap<Double, Integer>();
      for (var cell : header.split(",", -1)) {
        var name = cell.strip();
        if (places.put(name, names.size()) != null) {
          throw new BadRecording(line, named(name, names.size()), "is there twice");
        }
        if (name.startsWith("le")) {
          buckets.put(bound(name, line), names.size());
        } else if (!ALWAYS.contains(name) && !name.equals("pod")) {
          throw new BadRecording(
              line,
              named(name, names.size()),
              "is not known; the header is "
                  + String.join(",", ALWAYS)
                  + " and then le<milliseconds>, leInf and pod where there are any");
        }
        names.add(name);
      }
      for (var name : ALWAYS) {
        if (!places.containsKey(name)) {
          throw new BadRecording(line, name, "is missing");
        }
      }
      if (!buckets.isEmpty() && !buckets.containsKey(Double.POSITIVE_INFINITY)) {
        throw new BadRecording(line, "leInf", "is missing beside the other buckets");
      }
      if (buckets.size() > MOST_BOUNDS) {
        throw new BadRecording(line, "there are more than " + MOST_BOUNDS + " buckets");
      }
      return new Columns(List.copyOf(names), Map.copyOf(places), buckets);
    }

    private static String named(String name, int place) {
      return name.isEmpty() ? String.valueOf(place + 1) : shortened(name);
    }

    private static double bound(String name, long line) throws BadRecording {
      if (name.equals("leInf")) {
        return Double.POSITIVE_INFINITY;
      }
      try {
        double bound = Double.parseDouble(name.substring(2));
        if (bound > 0 && bound <= 1e9) {
          return bound;
        }
      } catch (NumberFormatException e) {
        // told below
      }
      throw new BadRecording(
          line, shortened(name), "is no bucket such as le250, in milliseconds, or leInf");
    }

    double[] bounds() {
      return buckets.size() < 2
          ? new double[0]
          : buckets.keySet().stream().mapToDouble(Double::doubleValue).toArray();
    }

    Scrape scrape(String line, long number) throws BadRecording {
      var cells = line.split(",", -1);
      if (cells.length < names.size()) {
        throw new BadRecording(
            number, names.get(cells.length), "is missing: " + expected(cells.length));
      }
      if (cells.length > names.size()) {
        throw new BadRecording(
            number, String.valueOf(names.size() + 1), "is too many: " + expected(cells.length));
      }
      double at = number(cells, "t_s", number);
      if (Double.isNaN(at) || Math.abs(at) > MOST_SECONDS) {
        throw new BadRecording(
            number,
            "t_s",
            "must be seconds from the rollout's start, within 30 days of it, and is '"
                + cell(cells, "t_s")
                + "'");
      }
      var atMost = new double[buckets.size() < 2 ? 0 : buckets.size()];
      int i = 0;
      for (int place :
          atMost.length == 0 ? Set.<Integer>of() : new LinkedHashSet<>(buckets.values())) {
        atMost[i++] = count(cells, names.get(place), number);
      }
      return new Scrape(
          at,
          group(cells, number),
          places.containsKey("pod") ? cell(cells, "pod") : "",
          count(cells, "requests_total", number),
          count(cells, "errors_total", number),
          atMost);
    }

    private String expected(int seen) {
      return "the header has " + names.size() + " columns and this row " + seen;
    }

    private Group group(String[] cells, long line) throws BadRecording {
      return switch (cell(cells, "group")) {
        case "canary" -> Group.CANARY;
        case "primary" -> Group.PRIMARY;
        case String other ->
            throw new BadRecording(
                line, "group", "must be canary or primary and is '" + shortened(other) + "'");
      };
    }

    private double count(String[] cells, String column, long line) throws BadRecording {
      double count = number(cells, column, line);
      if (count < 0 || count > MOST_COUNT) {
        throw new BadRecording(
            line,
            column,
            "must be a count from 0 to 2^53, or NaN, and is '" + cell(cells, column) + "'");
      }
      return count;
    }

    private double number(String[] cells, String column, long line) throws BadRecording {
      var text = cell(cells, column);
      if (text.equalsIgnoreCase("nan")) {
        return Double.NaN;
      }
      // Java also reads 1d, 0x1p3 and Infinity, which no scraper writes.
      if (text.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?")) {
        return Double.parseDouble(text);
      }
      throw new BadRecording(
          line,
          column,
          text.isEmpty()
              ? "is empty; write NaN for a series that is absent"
              : "'" + shortened(text) + "' is not a number");
    }

    private String cell(String[] cells, String column) {
      return cells[Objects.requireNonNull(places.get(column))].strip();
    }
  }

  private static String shortened(String text) {
    var clean = text.replaceAll("\\p{Cntrl}", "?");
    return clean.length() <= 40 ? clean : clean.substring(0, 40) + "…";
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Recording(var otherBounds, var otherScrapes)
        && Arrays.equals(bounds, otherBounds)
        && scrapes.equals(otherScrapes);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(bounds) + scrapes.hashCode();
  }
}

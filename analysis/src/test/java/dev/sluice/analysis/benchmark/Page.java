package dev.sluice.analysis.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// One part of the page of figures, which stands between two marks and is written alone.
final class Page {
  private final String part;
  private final StringBuilder text = new StringBuilder();

  /// @param part its name in the marks
  Page(String part) {
    this.part = part;
  }

  void say(String line, Object... values) {
    text.append(values.length == 0 ? line.replace("%%", "%") : line.formatted(values)).append('\n');
  }

  /// Puts this part where it was in the file, else at its end.
  void write(Path file) throws IOException {
    var begin = "<!-- begin " + part + " -->\n";
    var end = "<!-- end " + part + " -->\n";
    var whole = Files.exists(file) ? Files.readString(file) : "";
    var from = whole.indexOf(begin);
    var to = whole.indexOf(end);
    var before = from < 0 ? (whole.isEmpty() ? "" : whole + "\n") : whole.substring(0, from);
    var after = from < 0 || to < from ? "" : whole.substring(to + end.length());
    Files.writeString(file, before + begin + text + end + after);
  }

  @Override
  public String toString() {
    return text.toString();
  }

  static String percent(double share) {
    return plain(share * 100) + " %";
  }

  static String plain(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    var text =
        String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
  }
}

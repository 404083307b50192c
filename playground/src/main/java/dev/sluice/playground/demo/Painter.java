package dev.sluice.playground.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Help.Ansi.Style;

/// Draws a [View] as lines of text. Pure.
final class Painter {
  private static final int NAME = 16;
  private static final int SHARE = 24;
  private static final int MIN_WIDTH = 60;

  private final int width;
  private final boolean colours;

  /// @param width of the terminal, in columns
  Painter(int width, boolean colours) {
    this.width = Math.max(MIN_WIDTH, width);
    this.colours = colours;
  }

  /// @param height of the terminal; less important lines are left out to fit
  List<String> paint(View view, int height) {
    var lines = new ArrayList<String>();
    lines.add(paint("bold", "Sluice playground") + "   " + clock(view.elapsed().toSeconds()));
    lines.add(paint("bold,cyan", fit(view.chapter(), width)));
    lines.add("");
    lines.add(
        paint("bold", pad("Canary " + (view.phase().isEmpty() ? "-" : view.phase()), 26))
            + (view.failedChecks() > 0
                ? paint("red", "failed checks " + view.failedChecks())
                : ""));
    lines.add(paint("faint", fit(view.message(), width)));
    lines.add("");
    lines.add(
        paint(
            "underline",
            pad("", NAME)
                + pad("version", 10)
                + pad("pods", 7)
                + pad("share of traffic", SHARE + 6)
                + pad("req/s", 8)
                + "errors"));
    for (var side : view.sides()) {
      lines.add(side(side, side.name().equals("canary") ? view.weight() : 100 - view.weight()));
    }
    int left = Math.max(6, height - lines.size() - 5);
    section(lines, "Slack", view.slack(), Math.min(2, left / 3));
    commits(lines, view.commits(), Math.min(3, left / 3));
    section(lines, "Events", view.events(), Math.max(2, left - 7));
    return lines;
  }

  private String side(View.Side side, int share) {
    int full = Math.round(share * SHARE / 100f);
    boolean canary = side.name().equals("canary");
    var bar = "█".repeat(full) + "░".repeat(SHARE - full);
    var errors =
        side.perSecond() == 0 ? "-" : String.format(Locale.ROOT, "%.1f %%", side.failing() * 100);
    return pad(side.name(), NAME)
        + pad(side.version().isEmpty() ? "-" : side.version(), 10)
        + pad(side.ready() + "/" + side.wanted(), 7)
        + paint(canary ? "yellow" : "green", bar)
        + pad(String.format(Locale.ROOT, " %3d%%", share), 6)
        + pad(String.format(Locale.ROOT, "%.1f", side.perSecond()), 8)
        + (side.failing() > 0.01 ? paint("red,bold", errors) : errors);
  }

  private void section(List<String> lines, String title, List<View.Line> content, int most) {
    if (content.isEmpty() || most <= 0) {
      return;
    }
    lines.add("");
    lines.add(paint("bold", title));
    for (var line : content.subList(0, Math.min(most, content.size()))) {
      var text = fit("  " + line.at() + "  " + line.text(), width);
      lines.add(line.bad() ? paint("red", text) : text);
    }
  }

  private void commits(List<String> lines, List<String> commits, int most) {
    if (commits.isEmpty()) {
      return;
    }
    lines.add("");
    lines.add(paint("bold", "Git"));
    for (var commit : commits.subList(0, Math.min(Math.max(1, most), commits.size()))) {
      lines.add(fit("  " + commit, width));
    }
  }

  private String paint(String style, String text) {
    return text.isEmpty() || !colours
        ? text
        : Style.on(Style.parse(style)) + text + Style.reset.on();
  }

  private static String clock(long seconds) {
    return "%d:%02d".formatted(seconds / 60, seconds % 60);
  }

  private static String pad(String text, int width) {
    return text.length() >= width ? text : text + " ".repeat(width - text.length());
  }

  static String fit(String text, int width) {
    var oneLine = text.replaceAll("\\p{Cntrl}+", " ");
    return oneLine.length() <= width ? oneLine : oneLine.substring(0, width - 1) + "…";
  }
}

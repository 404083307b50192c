package dev.sluice.controller.story;

import dev.sluice.controller.story.Timeline.Mark;
import dev.sluice.controller.story.Timeline.Moment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;

/// A picture of two releases under one strategy, on one scale of time: one that is well above one
/// that is not.
final class TimelineDrawing {
  private static final int LEFT = 150;
  private static final int WIDTH = 560;
  private static final int LANE = 56;
  private static final int GAP = 14;

  private static final String STYLE =
      """
      <style>
        text { font: 12px system-ui, sans-serif; fill: #24292f }
        .small { font-size: 10px; fill: #57606a }
        .title { font-weight: 600 }
        .frame { fill: #f6f8fa; stroke: #d0d7de }
        .grid { stroke: #d0d7de }
        .canary { fill: #f2b84b; stroke: #9a6700 }
        .copied { fill: #b6d7f5; stroke: #0969da }
        .phase { fill: #eaeef2; stroke: #ffffff }
        .well { fill: #1a7f37 } .ill { fill: #cf222e }
        @media (prefers-color-scheme: dark) {
          text { fill: #e6edf3 } .small { fill: #9198a1 }
          .frame { fill: #161b22; stroke: #3d444d } .grid { stroke: #3d444d }
          .canary { fill: #9a6700; stroke: #f2b84b } .copied { fill: #0c2d6b; stroke: #4493f8 }
          .phase { fill: #262c36; stroke: #0d1117 }
          .well { fill: #3fb950 } .ill { fill: #f85149 }
        }
      </style>
      """;

  private final StringBuilder drawn = new StringBuilder();
  private final int seconds;

  private TimelineDrawing(int seconds) {
    this.seconds = seconds;
  }

  /// @param who those whose requests the canary's share is a share of
  /// @param others whether there are people who never meet the canary
  /// @return an SVG document
  static String of(String who, boolean others, Timeline well, Timeline ill) {
    TimelineDrawing drawing = new TimelineDrawing(Math.max(well.seconds(), ill.seconds()));
    int y = drawing.panel(0, "A release that is well", who, others, well);
    int height = drawing.panel(y, "A release that is not", who, others, ill);
    return """
    <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d">
    %3$s%4$s</svg>
    """
        .formatted(LEFT + WIDTH + 20, height, STYLE, drawing.drawn);
  }

  private int panel(int top, String title, String who, boolean others, Timeline line) {
    text("title", 8, top + 20, "start", title);
    int y = lane(top + 32, who, "canary", line, Moment::canary);
    if (others) {
      y = lane(y, "everybody else", "canary", line, Moment::canaryOfOthers);
    }
    if (line.moments().stream().anyMatch(moment -> moment.copied() > 0)) {
      y = lane(y, "copies of requests", "copied", line, Moment::copied);
    }
    checks(y, line);
    phases(y + 24, line);
    minutes(y + 50);
    return y + 76;
  }

  private int lane(
      int top, String name, String style, Timeline line, ToIntFunction<Moment> percent) {
    int bottom = top + LANE;
    text("", 8, top + 20, "start", name);
    text("small", 8, top + 36, "start", "percent at the canary");
    text("small", LEFT - 6, top + 9, "end", "100");
    text("small", LEFT - 6, bottom, "end", "0");
    add("<rect class='frame' x='%d' y='%d' width='%d' height='%d'/>", LEFT, top, WIDTH, LANE);
    StringBuilder path = new StringBuilder("M%s %d".formatted(x(0), bottom));
    List<Moment> steps = new ArrayList<>();
    int before = 0;
    for (Moment moment : line.moments()) {
      int now = percent.applyAsInt(moment);
      if (now != before) {
        path.append(
            "H%sV%s".formatted(x(moment.second()), number(bottom - now * (double) LANE / 100)));
        steps.add(moment);
        before = now;
      }
    }
    path.append("H%sV%dZ".formatted(x(line.seconds()), bottom));
    add("<path class='%s' d='%s'/>", style, path);
    for (Moment step : steps) {
      int now = percent.applyAsInt(step);
      if (now > 0) {
        int above = bottom - now * LANE / 100 - 4;
        text("small", x(step.second() + 2), Math.max(above, top + 12), "start", now + " %");
      }
    }
    return bottom + GAP;
  }

  private void checks(int top, Timeline line) {
    text("", 8, top + 12, "start", "checks");
    for (Mark mark : line.marks()) {
      text(
          mark.well() ? "well" : "ill",
          x(mark.second()),
          top + 12,
          "middle",
          mark.well() ? "✓" : "✗");
    }
  }

  private void phases(int top, Timeline line) {
    text("", 8, top + 14, "start", "phase");
    List<Moment> begins = new ArrayList<>();
    for (Moment moment : line.moments()) {
      if (begins.isEmpty() || !begins.getLast().phase().equals(moment.phase())) {
        begins.add(moment);
      }
    }
    for (int i = 0; i < begins.size(); i++) {
      String phase = begins.get(i).phase();
      int from = begins.get(i).second();
      int to = i + 1 < begins.size() ? begins.get(i + 1).second() : line.seconds();
      double width = (to - from) * (double) WIDTH / seconds;
      add(
          "<rect class='phase' x='%s' y='%d' width='%s' height='20'><title>%s</title></rect>",
          x(from), top, number(width), phase);
      if (width > 6 * phase.length()) {
        text("small", number(LEFT + from * (double) WIDTH / seconds + 4), top + 14, "start", phase);
      }
    }
  }

  private void minutes(int top) {
    text("small", 8, top + 12, "start", "minutes since the change");
    for (int minute = 0; minute * 60 <= seconds; minute++) {
      String x = x(minute * 60);
      add("<line class='grid' x1='%1$s' x2='%1$s' y1='%2$d' y2='%3$d'/>", x, top - 2, top + 2);
      text("small", x, top + 12, "middle", Integer.toString(minute));
    }
  }

  private void text(String style, int x, int y, String anchor, String text) {
    text(style, Integer.toString(x), y, anchor, text);
  }

  private void text(String style, String x, int y, String anchor, String text) {
    add("<text class='%s' x='%s' y='%d' text-anchor='%s'>%s</text>", style, x, y, anchor, text);
  }

  private void add(String format, Object... values) {
    drawn.append(String.format(Locale.ROOT, format, values).replace('\'', '"')).append('\n');
  }

  private String x(int second) {
    return number(LEFT + second * (double) WIDTH / seconds);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value).replaceFirst("\\.0$", "");
  }
}

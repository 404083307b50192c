package dev.sluice.playground.demo;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// For logs and pipes: one line whenever something happened.
final class PlainScreen implements Screen {
  private final PrintWriter out;
  private final Set<View.Line> told = new HashSet<>();
  private String chapter = "";
  private String state = "";
  private boolean toldBelow;

  PlainScreen(PrintWriter out) {
    this.out = out;
  }

  @Override
  public synchronized void note(String text) {
    out.println(text);
    out.flush();
  }

  @Override
  public synchronized void show(View view, List<String> more) {
    var lines = new ArrayList<String>();
    if (!view.chapter().equals(chapter)) {
      chapter = view.chapter();
      lines.add("== " + chapter);
    }
    var now =
        "%s, canary weight %d %%"
            .formatted(view.phase().isEmpty() ? "no phase yet" : view.phase(), view.weight());
    if (!now.equals(state)) {
      state = now;
      lines.add("   " + now + rates(view));
    }
    news(lines, view.events(), "   ");
    news(lines, view.slack(), "   Slack: ");
    if (!more.isEmpty() && !toldBelow) {
      toldBelow = true;
      lines.addAll(more);
    }
    lines.forEach(out::println);
    out.flush();
  }

  private static String rates(View view) {
    var text = new StringBuilder();
    for (var side : view.sides()) {
      if (side.perSecond() > 0) {
        text.append(
            String.format(
                Locale.ROOT,
                "; %s %.1f req/s, %.1f %% errors",
                side.name(),
                side.perSecond(),
                side.failing() * 100));
      }
    }
    return text.toString();
  }

  private void news(List<String> lines, List<View.Line> newestFirst, String before) {
    for (var line : newestFirst.reversed()) {
      if (told.add(line)) {
        lines.add(before + line.at() + " " + line.text());
      }
    }
  }
}

package dev.sluice.playground.demo;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// For terminals: one picture that is drawn over the one before.
final class LiveScreen implements Screen {
  private static final int KEPT_NOTES = 2;

  private final PrintWriter out;
  private final int width;
  private final int height;
  private final Deque<String> notes = new ArrayDeque<>();
  private int drawn;

  LiveScreen(PrintWriter out) {
    this.out = out;
    int[] size = size();
    this.height = size[0];
    this.width = size[1];
  }

  @Override
  public synchronized void note(String text) {
    if (drawn == 0) {
      out.println(text);
      out.flush();
      return;
    }
    notes.addLast(Sight.clock(Instant.now()) + " " + text);
    if (notes.size() > KEPT_NOTES) {
      notes.removeFirst();
    }
  }

  @Override
  public synchronized void show(View view, List<String> below) {
    int room = height - 1 - below.size() - notes.size() - (below.isEmpty() ? 0 : 1);
    var lines = new ArrayList<>(new Painter(width - 1, true).paint(view, room));
    notes.forEach(note -> lines.add(Painter.fit("! " + note, width - 1)));
    if (!below.isEmpty()) {
      lines.add("");
      below.forEach(line -> lines.add(Painter.fit(line, width - 1)));
    }
    var shown = lines.subList(0, Math.min(lines.size(), height - 1));
    var text = new StringBuilder();
    if (drawn > 0) {
      text.append("\u001b[").append(drawn).append('F');
    }
    for (var line : shown) {
      text.append(line).append("\u001b[K\n");
    }
    text.append("\u001b[J");
    drawn = shown.size();
    out.print(text);
    out.flush();
  }

  /// Rows and columns; a common size when the terminal does not say.
  private static int[] size() {
    try {
      var process =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      var text =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      process.waitFor(1, TimeUnit.SECONDS);
      if (text.matches("[1-9]\\d{0,3} [1-9]\\d{0,3}")) {
        var parts = text.split(" ", 2);
        return new int[] {Integer.parseInt(parts[0]), Integer.parseInt(parts[1])};
      }
    } catch (IOException e) {
      // No stty here: the common size will do.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new int[] {24, 80};
  }
}

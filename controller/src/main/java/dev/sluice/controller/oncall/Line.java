package dev.sluice.controller.oncall;

import java.util.ArrayList;
import java.util.List;

/// One line of a drawing, as pieces of a colour each.
public record Line(List<Piece> pieces) {

  public Line {
    pieces = List.copyOf(pieces);
  }

  public record Piece(String text, Tone tone) {}

  /// What a colour means.
  public enum Tone {
    PLAIN(""),
    STRONG("\u001b[1m"),
    FAINT("\u001b[2m"),
    GOOD("\u001b[32m"),
    CARE("\u001b[33m"),
    BAD("\u001b[31m");

    private final String begin;

    Tone(String begin) {
      this.begin = begin;
    }
  }

  static Line of(String text) {
    return new Line(List.of(new Piece(text, Tone.PLAIN)));
  }

  Line and(String text) {
    return and(text, Tone.PLAIN);
  }

  Line and(String text, Tone tone) {
    var all = new ArrayList<>(pieces);
    all.add(new Piece(text, tone));
    return new Line(all);
  }

  /// @param width of the terminal in columns
  String render(int width, boolean colour) {
    var text = new StringBuilder();
    int used = 0;
    int whole = pieces.stream().mapToInt(piece -> length(piece.text())).sum();
    for (var piece : pieces) {
      int room = whole > width ? width - 1 - used : width - used;
      var cut = cut(piece.text(), Math.max(0, room));
      used += length(cut);
      text.append(
          colour && piece.tone() != Tone.PLAIN && !cut.isEmpty()
              ? piece.tone().begin + cut + "\u001b[0m"
              : cut);
    }
    return (whole > width ? text + "…" : text.toString()).stripTrailing();
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  private static String cut(String text, int most) {
    return length(text) <= most ? text : text.substring(0, text.offsetByCodePoints(0, most));
  }
}

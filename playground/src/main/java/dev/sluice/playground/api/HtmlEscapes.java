package dev.sluice.playground.api;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import org.jspecify.annotations.Nullable;

/// Writes `<`, `>` and `&` as the real server does, so that JSON may stand inside HTML.
final class HtmlEscapes extends CharacterEscapes {
  private static final long serialVersionUID = 1;

  private final int[] escapes = standardAsciiEscapesForJSON();

  HtmlEscapes() {
    for (char each : "<>&".toCharArray()) {
      escapes[each] = ESCAPE_CUSTOM;
    }
  }

  @Override
  public int[] getEscapeCodesForAscii() {
    return escapes.clone();
  }

  @Override
  public @Nullable SerializableString getEscapeSequence(int character) {
    return switch (character) {
      case '<' -> new SerializedString("\\u003c");
      case '>' -> new SerializedString("\\u003e");
      case '&' -> new SerializedString("\\u0026");
      default -> null;
    };
  }
}

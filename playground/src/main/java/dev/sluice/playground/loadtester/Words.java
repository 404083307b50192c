package dev.sluice.playground.loadtester;

import java.util.ArrayList;
import java.util.List;

/// Splits a command line into words as a shell does, for lines that need nothing else of a shell.
final class Words {
  private static final String SHELL_ONLY = "|&;<>()$`";

  private Words() {}

  /// @throws IllegalArgumentException for a line that only a shell understands
  static List<String> split(String line) {
    var words = new ArrayList<String>();
    var word = new StringBuilder();
    var inWord = false;
    var quote = '\0';
    for (var i = 0; i < line.length(); i++) {
      var c = line.charAt(i);
      if (quote == '\'') {
        if (c == '\'') {
          quote = '\0';
        } else {
          word.append(c);
        }
      } else if (c == '\\' && i + 1 < line.length()) {
        var escaped = line.charAt(++i);
        if (quote == '"' && "\"\\$`".indexOf(escaped) < 0) {
          word.append(c);
        }
        if (escaped != '\n') {
          word.append(escaped);
          inWord = true;
        }
      } else if (c == quote && quote != '\0') {
        quote = '\0';
      } else if (quote == '\0' && (c == '"' || c == '\'')) {
        quote = c;
        inWord = true;
      } else if (quote == '\0' && Character.isWhitespace(c)) {
        if (inWord) {
          words.add(word.toString());
          word.setLength(0);
          inWord = false;
        }
      } else if (quote == '\0' && SHELL_ONLY.indexOf(c) >= 0) {
        throw new IllegalArgumentException(
            "the load tester runs hey itself, without a shell: '" + c + "' is not supported");
      } else if (quote == '"' && (c == '$' || c == '`')) {
        throw new IllegalArgumentException(
            "the load tester runs hey itself, without a shell: '" + c + "' is not supported");
      } else {
        word.append(c);
        inWord = true;
      }
    }
    if (quote != '\0') {
      throw new IllegalArgumentException("a quote " + quote + " is not closed");
    }
    if (inWord) {
      words.add(word.toString());
    }
    return words;
  }
}

package dev.sluice.playground.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Cuts a query into tokens.
final class Lexer {

  enum Kind {
    NUMBER,
    DURATION,
    STRING,
    NAME,
    SYMBOL,
    END
  }

  /// @param text of a string: without quotes and escapes
  /// @param at offset into the query
  record Token(Kind kind, String text, int at) {
    boolean is(String symbol) {
      return kind == Kind.SYMBOL && text.equals(symbol);
    }

    boolean isWord(String word) {
      return kind == Kind.NAME && text.equalsIgnoreCase(word);
    }

    /// As errors show it.
    String words() {
      return kind == Kind.END ? "end of input" : "\"" + text + "\"";
    }
  }

  private static final Pattern SPACE = Pattern.compile("(?:\\s|#[^\\n]*)+");
  private static final Pattern DURATION = Pattern.compile("(?:[0-9]+(?:ms|[smhdwy]))+");
  private static final Pattern NUMBER =
      Pattern.compile("0[xX][0-9a-fA-F]+|(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?");
  private static final Pattern NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_:]*");
  private static final Pattern SYMBOL =
      Pattern.compile("=~|!~|==|!=|<=|>=|[-+*/%^<>=(){}\\[\\],:@]");

  private final String query;
  private int at;

  private Lexer(String query) {
    this.query = query;
  }

  /// @throws PromqlError for a character that starts no token
  static List<Token> tokens(String query) {
    return new Lexer(query).all();
  }

  private List<Token> all() {
    var tokens = new ArrayList<Token>();
    take(SPACE);
    while (at < query.length()) {
      tokens.add(next());
      take(SPACE);
    }
    tokens.add(new Token(Kind.END, "", query.length()));
    return tokens;
  }

  private Token next() {
    var start = at;
    var first = query.charAt(at);
    if (first == '"' || first == '\'' || first == '`') {
      return new Token(Kind.STRING, string(first), start);
    }
    var duration = take(DURATION);
    if (!duration.isEmpty()) {
      return new Token(Kind.DURATION, whole(duration, start), start);
    }
    var number = take(NUMBER);
    if (!number.isEmpty()) {
      return new Token(Kind.NUMBER, whole(number, start), start);
    }
    var name = take(NAME);
    if (!name.isEmpty()) {
      return new Token(Kind.NAME, name, start);
    }
    var symbol = take(SYMBOL);
    if (!symbol.isEmpty()) {
      return new Token(Kind.SYMBOL, symbol, start);
    }
    throw error(start, "unexpected character: '" + first + "'");
  }

  /// No letter may follow a number.
  private String whole(String number, int start) {
    if (at < query.length() && Character.isLetterOrDigit(query.charAt(at))) {
      throw error(start, "bad number or duration syntax: \"" + number + query.charAt(at) + "\"");
    }
    return number;
  }

  private String take(Pattern pattern) {
    var matcher = pattern.matcher(query).region(at, query.length());
    if (!matcher.lookingAt()) {
      return "";
    }
    at = matcher.end();
    return matcher.group();
  }

  private String string(char quote) {
    var start = at;
    var text = new StringBuilder();
    for (at++; at < query.length(); at++) {
      var c = query.charAt(at);
      if (c == quote) {
        at++;
        return text.toString();
      }
      if (c == '\n' && quote != '`') {
        break;
      }
      if (c == '\\' && quote != '`') {
        escape(text, quote);
      } else {
        text.append(c);
      }
    }
    throw error(start, "unterminated quoted string");
  }

  private void escape(StringBuilder text, char quote) {
    var start = at;
    at++;
    var c = at < query.length() ? query.charAt(at) : '\n';
    switch (c) {
      case 'a' -> text.append('\u0007');
      case 'b' -> text.append('\b');
      case 'f' -> text.append('\f');
      case 'n' -> text.append('\n');
      case 'r' -> text.append('\r');
      case 't' -> text.append('\t');
      case 'v' -> text.append('\u000b');
      case '\\' -> text.append('\\');
      case 'x' -> text.append(code(2, start));
      case 'u' -> text.append(code(4, start));
      default -> {
        if (c != quote) {
          throw error(start, "unknown escape sequence '\\" + c + "'");
        }
        text.append(c);
      }
    }
  }

  private char code(int digits, int start) {
    var end = at + 1 + digits;
    try {
      var code = Integer.parseInt(query.substring(at + 1, Math.min(end, query.length())), 16);
      at = end - 1;
      return (char) code;
    } catch (NumberFormatException _) {
      throw error(start, "illegal character in escape sequence");
    }
  }

  private PromqlError error(int start, String why) {
    return PromqlError.parse(query, start, why);
  }
}

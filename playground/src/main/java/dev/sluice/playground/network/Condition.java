package dev.sluice.playground.network;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.sluice.playground.network.VirtualService.Match;
import dev.sluice.playground.network.VirtualService.TextMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One match entry, compiled. Asks a request only; labels, gateways and ports of the caller were
/// settled when the table was made.
final class Condition {
  static final Condition ALWAYS = new Condition(null, List.of());

  private final @Nullable TextMatch uri;
  private final List<Predicate<RequestHead>> all;

  private Condition(@Nullable TextMatch uri, List<Predicate<RequestHead>> all) {
    this.uri = uri;
    this.all = List.copyOf(all);
  }

  /// @throws RejectedTable for a regex that RE2 does not take
  static Condition of(Match match, boolean joinRepeated) {
    var all = new ArrayList<Predicate<RequestHead>>();
    if (match.uri() != null) {
      all.add(path(match.uri(), match.ignoreUriCase()));
    }
    pseudo(match.method(), RequestHead::method).ifPresent(all::add);
    pseudo(match.authority(), RequestHead::authority).ifPresent(all::add);
    pseudo(match.scheme(), RequestHead::scheme).ifPresent(all::add);
    match.headers().forEach((name, wanted) -> all.add(header(name, wanted, joinRepeated)));
    match
        .withoutHeaders()
        .forEach((name, wanted) -> all.add(header(name, wanted, joinRepeated).negate()));
    match.queryParams().forEach((name, wanted) -> all.add(parameter(name, wanted)));
    return new Condition(match.uri(), all);
  }

  /// The whole value, as RE2 reads the expression.
  ///
  /// @throws RejectedTable when RE2 does not take it
  static Pattern regex(String regex) {
    try {
      return Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw new RejectedTable("regex '" + regex + "': " + e.getDescription());
    }
  }

  boolean holds(RequestHead request) {
    return all.stream().allMatch(one -> one.test(request));
  }

  boolean always() {
    return all.isEmpty()
        || (all.size() == 1 && uri instanceof TextMatch.Prefix(var p) && p.equals("/"));
  }

  /// The path of a request that matched, after `rewrite.uri`: a prefix is replaced literally, any
  /// other match replaces the whole path.
  String rewritten(String path, String uriRewrite) {
    return switch (uri) {
      case null -> uriRewrite + path.substring(1);
      case TextMatch.Prefix(var prefix) -> uriRewrite + path.substring(prefix.length());
      case TextMatch.PathPrefix(var prefix) -> inPlaceOf(prefix, path, uriRewrite);
      case TextMatch.Exact _, TextMatch.Regex _, TextMatch.Present _ -> uriRewrite;
    };
  }

  /// The path of a request that matched, with something else in place of the prefix, part by part.
  String withPrefix(String path, String replacement) {
    return switch (uri) {
      case TextMatch.PathPrefix(var prefix) -> inPlaceOf(prefix, path, replacement);
      case TextMatch.Prefix _ -> inPlaceOf("", path, replacement);
      case null, default -> path;
    };
  }

  private static String inPlaceOf(String prefix, String path, String replacement) {
    var whole = replacement.replaceFirst("/+$", "") + path.substring(prefix.length());
    return whole.startsWith("/") ? whole : "/" + whole;
  }

  private static Predicate<RequestHead> path(TextMatch wanted, boolean anyCase) {
    return switch (wanted) {
      case TextMatch.Exact(var text) ->
          anyCase ? r -> r.path().equalsIgnoreCase(text) : r -> r.path().equals(text);
      case TextMatch.Prefix(var text) ->
          r -> r.path().regionMatches(anyCase, 0, text, 0, text.length());
      case TextMatch.Regex _, TextMatch.PathPrefix _, TextMatch.Present _ -> {
        var test = text(wanted);
        yield r -> test.test(r.path());
      }
    };
  }

  private static Optional<Predicate<RequestHead>> pseudo(
      @Nullable TextMatch wanted, Function<RequestHead, String> value) {
    if (wanted == null) {
      return Optional.empty();
    }
    var test = text(wanted);
    return Optional.of(r -> test.test(value.apply(r)));
  }

  private static Predicate<RequestHead> header(String name, TextMatch wanted, boolean join) {
    var test = text(wanted);
    return request -> {
      var values = request.values(name);
      return (join && !values.isEmpty())
          ? test.test(String.join(",", values))
          : values.stream().anyMatch(test);
    };
  }

  private static Predicate<RequestHead> parameter(String name, TextMatch wanted) {
    var test = text(wanted);
    return request -> parameter(request, name).filter(test).isPresent();
  }

  /// The first value, not decoded; a bare name has an empty one.
  static Optional<String> parameter(RequestHead request, String name) {
    var query = request.query();
    if (query.isEmpty()) {
      return Optional.empty();
    }
    for (var part : query.substring(1).split("&", -1)) {
      var equals = part.indexOf('=');
      if ((equals < 0 ? part : part.substring(0, equals)).equals(name)) {
        return Optional.of(equals < 0 ? "" : part.substring(equals + 1));
      }
    }
    return Optional.empty();
  }

  static Predicate<String> text(TextMatch wanted) {
    return switch (wanted) {
      case TextMatch.Exact(var text) -> text::equals;
      case TextMatch.Prefix(var text) -> value -> value.startsWith(text);
      case TextMatch.PathPrefix(var text) ->
          value ->
              value.startsWith(text)
                  && (value.length() == text.length() || value.charAt(text.length()) == '/');
      case TextMatch.Regex(var text) -> {
        if (text.equals("*")) {
          yield _ -> true;
        }
        var pattern = regex(text);
        yield value -> pattern.matches(value);
      }
      case TextMatch.Present() -> _ -> true;
    };
  }
}

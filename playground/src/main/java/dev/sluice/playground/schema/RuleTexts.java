package dev.sluice.playground.schema;

import static dev.sluice.playground.schema.RuleFunction.FORMAT;
import static dev.sluice.playground.schema.RuleFunction.URL;
import static dev.sluice.playground.schema.RuleFunction.global;
import static dev.sluice.playground.schema.RuleFunction.member;

import com.google.re2j.Pattern;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.OptionalType;
import dev.cel.common.types.SimpleType;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/// What rules may ask of texts beyond the language itself: patterns, addresses of pages, formats by
/// name.
final class RuleTexts {

  /// A format that has a name.
  ///
  /// @param problems what is wrong with a text, empty when nothing is
  record Format(String name, Function<String, List<String>> problems) {}

  private static final Map<String, Format> FORMATS = new LinkedHashMap<>();

  static {
    named("dns1123Label", NameRule.LABEL::problems);
    named("dns1123Subdomain", NameRule.SUBDOMAIN::problems);
    named("dns1035Label", NameRule.LABEL_1035::problems);
    named("qualifiedName", NameRule::qualifiedNameProblems);
    named("dns1123LabelPrefix", text -> NameRule.LABEL.problems(prefix(text)));
    named("dns1123SubdomainPrefix", text -> NameRule.SUBDOMAIN.problems(prefix(text)));
    named("dns1035LabelPrefix", text -> NameRule.LABEL_1035.problems(prefix(text)));
    named("labelValue", NameRule.LABEL_VALUE::problems);
    named(
        "uri", text -> fits(uri(text).isPresent(), "parse " + text + ": invalid URI for request"));
    named("uuid", text -> fits(Formats.fits("uuid", text), "does not match the UUID format"));
    named("byte", text -> fits(Formats.fits("byte", text), "invalid base64"));
    named("date", text -> fits(Formats.fits("date", text), "invalid date"));
    named("datetime", text -> fits(Formats.fits("date-time", text), "invalid datetime"));
  }

  private RuleTexts() {}

  private static void named(String name, Function<String, List<String>> problems) {
    FORMATS.put(name, new Format(name, problems));
  }

  private static List<String> fits(boolean fits, String otherwise) {
    return fits ? List.of() : List.of(otherwise);
  }

  /// A prefix may end in a hyphen, since something follows it.
  private static String prefix(String text) {
    return text.endsWith("-") ? text.substring(0, text.length() - 1) + "a" : text;
  }

  static Stream<RuleFunction> all() {
    return Stream.of(patterns(), pages(), formats()).flatMap(s -> s);
  }

  private static Stream<RuleFunction> patterns() {
    return Stream.of(
        member(
            "find",
            "string_find_string",
            SimpleType.STRING,
            args -> findAll((String) args[0], (String) args[1], 1).stream().findFirst().orElse(""),
            SimpleType.STRING,
            SimpleType.STRING),
        member(
            "findAll",
            "string_find_all_string",
            ListType.create(SimpleType.STRING),
            args -> findAll((String) args[0], (String) args[1], -1),
            SimpleType.STRING,
            SimpleType.STRING),
        member(
            "findAll",
            "string_find_all_string_int",
            ListType.create(SimpleType.STRING),
            args -> findAll((String) args[0], (String) args[1], (Long) args[2]),
            SimpleType.STRING,
            SimpleType.STRING,
            SimpleType.INT),
        member(
            "format",
            "string_format",
            SimpleType.STRING,
            args -> RuleFormat.of((String) args[0], (List<?>) args[1]),
            SimpleType.STRING,
            ListType.create(SimpleType.DYN)));
  }

  private static List<String> findAll(String text, String pattern, long most) {
    var found = new ArrayList<String>();
    var matcher = Pattern.compile(pattern).matcher(text);
    while ((most < 0 || found.size() < most) && matcher.find()) found.add(matcher.group());
    return found;
  }

  private static Stream<RuleFunction> pages() {
    return Stream.of(
        global(
            "url",
            "string_to_url",
            URL,
            args ->
                uri((String) args[0])
                    .orElseThrow(() ->
                        new IllegalArgumentException(
                            "URL parse error during conversion from string: parse "
                                + Shown.quoted((String) args[0])
                                + ": invalid URI for request")),
            SimpleType.STRING),
        global(
            "isURL",
            "is_url_string",
            SimpleType.BOOL,
            args -> uri((String) args[0]).isPresent(),
            SimpleType.STRING),
        part("getScheme", "url_get_scheme", URI::getScheme),
        part("getHost", "url_get_host", URI::getRawAuthority),
        part("getHostname", "url_get_hostname", RuleTexts::hostname),
        part(
            "getPort",
            "url_get_port",
            uri -> uri.getPort() < 0 ? "" : Integer.toString(uri.getPort())),
        part("getEscapedPath", "url_get_escaped_path", URI::getRawPath),
        member(
            "getQuery",
            "url_get_query",
            MapType.create(SimpleType.STRING, ListType.create(SimpleType.STRING)),
            args -> query((URI) args[0]),
            URL));
  }

  private static RuleFunction part(
      String name, String id, Function<URI, @org.jspecify.annotations.Nullable String> part) {
    return member(
        name,
        id,
        SimpleType.STRING,
        args -> Objects.requireNonNullElse(part.apply((URI) args[0]), ""),
        URL);
  }

  private static String hostname(URI uri) {
    var host = Objects.requireNonNullElse(uri.getHost(), "");
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  private static Map<String, List<String>> query(URI uri) {
    var query = new LinkedHashMap<String, List<String>>();
    var text = Objects.requireNonNullElse(uri.getRawQuery(), "");
    for (String part : text.split("&", -1)) {
      if (part.isEmpty()) continue;
      String[] words = part.split("=", 2);
      query
          .computeIfAbsent(decoded(words[0]), _ -> new ArrayList<>())
          .add(words.length < 2 ? "" : decoded(words[1]));
    }
    return query;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  /// Whole addresses and absolute paths are addresses; relative ones are not.
  private static Optional<URI> uri(String text) {
    try {
      var uri = new URI(text);
      return uri.isAbsolute() || text.startsWith("/") ? Optional.of(uri) : Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  private static Stream<RuleFunction> formats() {
    return Stream.concat(
        FORMATS.values().stream()
            .map(format ->
                global("format." + format.name(), "format." + format.name(), FORMAT, _ -> format)),
        Stream.of(
            global(
                "format.named",
                "format-named",
                OptionalType.create(FORMAT),
                args -> Optional.ofNullable(FORMATS.get((String) args[0])),
                SimpleType.STRING),
            member(
                "validate",
                "format-validate",
                OptionalType.create(ListType.create(SimpleType.STRING)),
                args -> {
                  var problems = ((Format) args[0]).problems().apply((String) args[1]);
                  return problems.isEmpty() ? Optional.empty() : Optional.of(problems);
                },
                FORMAT,
                SimpleType.STRING)));
  }
}

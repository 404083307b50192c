package dev.sluice.playground.network;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// HTTP headers in their order; a name may come more than once. Names are in lower case, as proxies
/// of the mesh pass them on; values are trimmed. "Change" returns a new value.
public record Headers(List<Header> all) {

  /// @param name in lower case
  public record Header(String name, String value) {
    public Header {
      name = name.toLowerCase(Locale.ROOT);
      value = value.strip();
    }
  }

  public static final Headers NONE = new Headers(List.of());

  public Headers {
    all = List.copyOf(all);
  }

  /// @param pairs name, value, name, value, …
  public static Headers of(String... pairs) {
    var headers = new ArrayList<Header>();
    for (var i = 0; i + 1 < pairs.length; i += 2) {
      headers.add(new Header(pairs[i], pairs[i + 1]));
    }
    return new Headers(headers);
  }

  public List<String> values(String name) {
    var lower = name.toLowerCase(Locale.ROOT);
    return all.stream().filter(h -> h.name.equals(lower)).map(Header::value).toList();
  }

  public Optional<String> first(String name) {
    return values(name).stream().findFirst();
  }

  /// Replaces every value of the name; the new one comes last.
  public Headers set(String name, String value) {
    return without(name).add(name, value);
  }

  public Headers add(String name, String value) {
    var more = new ArrayList<>(all);
    more.add(new Header(name, value));
    return new Headers(more);
  }

  public Headers addAll(Headers others) {
    var more = new ArrayList<>(all);
    more.addAll(others.all);
    return new Headers(more);
  }

  public Headers without(String name) {
    var lower = name.toLowerCase(Locale.ROOT);
    return without(h -> h.equals(lower));
  }

  /// @param names tells by a lower-case name whether to leave it out
  public Headers without(Predicate<String> names) {
    if (all.stream().noneMatch(h -> names.test(h.name))) {
      return this;
    }
    return new Headers(all.stream().filter(h -> !names.test(h.name)).toList());
  }

  public Map<String, List<String>> grouped() {
    var groups = new LinkedHashMap<String, List<String>>();
    all.forEach(h -> groups.computeIfAbsent(h.name, _ -> new ArrayList<>()).add(h.value));
    return groups;
  }
}

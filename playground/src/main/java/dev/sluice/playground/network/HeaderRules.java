package dev.sluice.playground.network;

import com.google.re2j.Pattern;
import dev.sluice.playground.network.VirtualService.Changes;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Header operations of a VirtualService. Values are formats of Envoy: `%REQ(:PATH)%`,
/// `%PROTOCOL%`, `%%`.
final class HeaderRules {
  private static final Pattern VARIABLE = Pattern.compile("%%|%([A-Z_]+)(?:\\(([^)]*)\\))?%");

  private HeaderRules() {}

  /// Takes away first, then sets, then adds.
  static Headers apply(Changes changes, Headers headers, RequestHead request) {
    var result = headers;
    for (var name : changes.remove()) {
      result = result.without(name);
    }
    for (var set : changes.set().entrySet()) {
      if (!isHost(set.getKey())) {
        result = result.set(set.getKey(), format(set.getValue(), request));
      }
    }
    for (var add : changes.add().entrySet()) {
      if (!isHost(add.getKey())) {
        result = result.add(add.getKey(), format(add.getValue(), request));
      }
    }
    return result;
  }

  /// Both levels as one, for a route with a single destination: the inner one wins.
  static Changes merged(Changes outer, Changes inner) {
    var set = new LinkedHashMap<>(outer.set());
    set.putAll(inner.set());
    var add = new LinkedHashMap<>(outer.add());
    add.putAll(inner.add());
    var remove = new HashSet<>(outer.remove());
    remove.addAll(inner.remove());
    return new Changes(set, add, List.copyOf(remove));
  }

  /// Setting the host header rewrites the authority.
  static Optional<String> authority(Changes changes) {
    return changes.set().entrySet().stream()
        .filter(e -> isHost(e.getKey()))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /// The first variable that is not known here, as written.
  static Optional<String> unknownVariable(Changes changes) {
    return Stream.concat(changes.set().values().stream(), changes.add().values().stream())
        .flatMap(value -> unknown(value).stream())
        .findFirst();
  }

  private static Optional<String> unknown(String value) {
    var found = VARIABLE.matcher(value);
    var rest = new StringBuilder();
    var end = 0;
    while (found.find()) {
      rest.append(value, end, found.start());
      end = found.end();
      var name = found.group(1);
      if (name != null && !name.equals("REQ") && !name.equals("PROTOCOL")) {
        return Optional.of(found.group());
      }
    }
    rest.append(value.substring(end));
    return rest.indexOf("%") < 0 ? Optional.empty() : Optional.of(value);
  }

  private static String format(String value, RequestHead request) {
    if (value.indexOf('%') < 0) {
      return value;
    }
    var found = VARIABLE.matcher(value);
    var result = new StringBuilder();
    var end = 0;
    while (found.find()) {
      result.append(value, end, found.start());
      end = found.end();
      var name = found.group(1);
      if (name == null) {
        result.append('%');
      } else if (name.equals("PROTOCOL")) {
        result.append("HTTP/1.1");
      } else {
        var header = found.group(2);
        var values = request.values(Names.lower(header == null ? "" : header));
        result.append(values.isEmpty() ? "-" : values.getFirst());
      }
    }
    return result.append(value.substring(end)).toString();
  }

  private static boolean isHost(String name) {
    return name.equals("host") || name.equals(":authority");
  }
}

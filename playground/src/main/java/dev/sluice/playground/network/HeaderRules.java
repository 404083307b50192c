package dev.sluice.playground.network;

import dev.sluice.playground.network.HeaderFormat.Facts;
import dev.sluice.playground.network.VirtualService.Changes;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Header operations of a VirtualService; values are filled in by [HeaderFormat].
final class HeaderRules {
  private HeaderRules() {}

  /// Takes away first, then sets, then adds.
  static Headers apply(Changes changes, Headers headers, Facts facts) {
    var result = headers;
    for (var name : changes.remove()) {
      result = result.without(name);
    }
    for (var set : changes.set().entrySet()) {
      if (!isHost(set.getKey())) {
        result = result.set(set.getKey(), HeaderFormat.filled(set.getValue(), facts));
      }
    }
    for (var add : changes.add().entrySet()) {
      if (!isHost(add.getKey())) {
        result = result.add(add.getKey(), HeaderFormat.filled(add.getValue(), facts));
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
        .flatMap(value -> HeaderFormat.unknown(value).stream())
        .findFirst();
  }

  private static boolean isHost(String name) {
    return name.equals("host") || name.equals(":authority");
  }
}

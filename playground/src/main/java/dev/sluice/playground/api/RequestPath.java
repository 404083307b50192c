package dev.sluice.playground.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the path of a request to a resource says.
///
/// @param namespace empty when none is named
/// @param name empty for a collection
/// @param subresource empty for the object itself
/// @param watch true for the old form `/api/v1/watch/…`
record RequestPath(
    String group,
    String version,
    String namespace,
    String plural,
    String name,
    String subresource,
    boolean watch) {

  /// @return empty when the path is not one of a resource
  static Optional<RequestPath> parse(String path) {
    var parts =
        new ArrayList<>(List.of(path.substring(path.startsWith("/") ? 1 : 0).split("/", -1)));
    String group;
    String version;
    if (parts.size() >= 3 && parts.getFirst().equals("api")) {
      group = "";
      version = parts.get(1);
      parts.subList(0, 2).clear();
    } else if (parts.size() >= 4 && parts.getFirst().equals("apis")) {
      group = parts.get(1);
      version = parts.get(2);
      parts.subList(0, 3).clear();
    } else {
      return Optional.empty();
    }
    var watch = parts.getFirst().equals("watch") && parts.size() > 1;
    if (watch) {
      parts.removeFirst();
    }
    var namespace = "";
    // A namespace's own path and subresources: /namespaces/NAME[/status].
    var ownSubresource =
        parts.size() == 3 && (parts.get(2).equals("status") || parts.get(2).equals("finalize"));
    if (parts.getFirst().equals("namespaces")
        && parts.size() >= 3
        && !(group.isEmpty() && ownSubresource)) {
      namespace = parts.get(1);
      parts.subList(0, 2).clear();
    }
    if (parts.isEmpty() || parts.size() > 3) {
      return Optional.empty();
    }
    return Optional.of(
        new RequestPath(
            group,
            version,
            namespace,
            parts.get(0),
            parts.size() > 1 ? parts.get(1) : "",
            parts.size() > 2 ? parts.get(2) : "",
            watch));
  }
}

package dev.sluice.controller.object;

import java.util.Optional;

/// Which namespaces a Canary may refer to.
///
/// @param watched the only namespace that is watched; empty for all
/// @param crossNamespace whether a Canary may refer to objects of another namespace
public record Reach(String watched, boolean crossNamespace) {
  public static final Reach EVERYWHERE = new Reach("", true);

  /// Why a Canary in `home` cannot refer to objects of `namespace`, in one clause; empty when it
  /// can.
  public Optional<String> closed(String home, String namespace) {
    if (!crossNamespace && !namespace.equals(home)) {
      return Optional.of("references to other namespaces are blocked (--no-cross-namespace-refs)");
    }
    return watched.isEmpty() || watched.equals(namespace)
        ? Optional.empty()
        : Optional.of("this controller watches namespace %s only".formatted(watched));
  }
}

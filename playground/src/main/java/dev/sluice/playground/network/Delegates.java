package dev.sluice.playground.network;

import dev.sluice.playground.network.VirtualService.Match;
import dev.sluice.playground.network.VirtualService.Rule;
import dev.sluice.playground.network.VirtualService.TextMatch;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Replaces rules that delegate by those of the delegate. A delegate that is missing, or has hosts
/// of its own, drops the rule silently.
final class Delegates {
  private Delegates() {}

  static List<Rule> resolved(VirtualService root, MeshSnapshot.Config config) {
    return root.http().stream()
        .flatMap(rule -> {
          var wanted = rule.delegate();
          if (wanted == null) {
            return Stream.of(rule);
          }
          var namespace = wanted.namespace().isEmpty() ? root.namespace() : wanted.namespace();
          return config.delegates(namespace, wanted.name()).stream()
              .filter(v -> seenFrom(root.namespace(), v))
              .flatMap(v -> v.http().stream())
              .filter(inner -> inner.delegate() == null)
              .flatMap(inner -> merged(rule, inner).stream());
        })
        .toList();
  }

  private static boolean seenFrom(String namespace, VirtualService delegate) {
    var to = delegate.exportTo();
    return to.isEmpty()
        || to.contains("*")
        || to.contains(namespace)
        || (to.contains(".") && delegate.namespace().equals(namespace));
  }

  /// Where both say something the delegate's whole field counts.
  private static Optional<Rule> merged(Rule root, Rule inner) {
    var match = matches(root.match(), inner.match());
    if (match.isEmpty() && !(root.match().isEmpty() && inner.match().isEmpty())) {
      return Optional.empty();
    }
    return Optional.of(
        new Rule(
            inner.namespace(),
            Stream.of(root.name(), inner.name())
                .filter(n -> !n.isEmpty())
                .collect(Collectors.joining("-")),
            match,
            inner.route(),
            inner.redirect() == null ? root.redirect() : inner.redirect(),
            inner.direct() == null ? root.direct() : inner.direct(),
            null,
            inner.rewrite() == null ? root.rewrite() : inner.rewrite(),
            inner.timeout() == null ? root.timeout() : inner.timeout(),
            inner.retries() == null ? root.retries() : inner.retries(),
            inner.fault() == null ? root.fault() : inner.fault(),
            inner.mirrors().isEmpty() ? root.mirrors() : inner.mirrors(),
            inner.cors() == null ? root.cors() : inner.cors(),
            inner.headers() == null ? root.headers() : inner.headers()));
  }

  private static List<Match> matches(List<Match> root, List<Match> inner) {
    if (root.isEmpty() || inner.isEmpty()) {
      return root.isEmpty() ? inner : root;
    }
    return root.stream().flatMap(r -> inner.stream().flatMap(i -> both(r, i).stream())).toList();
  }

  private static Optional<Match> both(Match root, Match inner) {
    if (conflict(root.uri(), inner.uri())
        || conflict(root.scheme(), inner.scheme())
        || conflict(root.method(), inner.method())
        || conflict(root.authority(), inner.authority())
        || conflict(root.headers(), inner.headers())
        || conflict(root.withoutHeaders(), inner.withoutHeaders())
        || conflict(root.queryParams(), inner.queryParams())
        || (root.port() != null && inner.port() != null && !root.port().equals(inner.port()))) {
      return Optional.empty();
    }
    return Optional.of(
        new Match(
            Stream.of(root.name(), inner.name())
                .filter(n -> !n.isEmpty())
                .collect(Collectors.joining("-")),
            either(inner.uri(), root.uri()),
            inner.uri() == null ? root.ignoreUriCase() : inner.ignoreUriCase(),
            either(inner.scheme(), root.scheme()),
            either(inner.method(), root.method()),
            either(inner.authority(), root.authority()),
            union(root.headers(), inner.headers()),
            union(root.withoutHeaders(), inner.withoutHeaders()),
            union(root.queryParams(), inner.queryParams()),
            inner.port() == null ? root.port() : inner.port(),
            union(root.sourceLabels(), inner.sourceLabels()),
            inner.sourceNamespace().isEmpty() ? root.sourceNamespace() : inner.sourceNamespace(),
            inner.gateways().isEmpty() ? root.gateways() : inner.gateways()));
  }

  private static boolean conflict(Map<String, TextMatch> root, Map<String, TextMatch> inner) {
    return root.entrySet().stream().anyMatch(e -> conflict(e.getValue(), inner.get(e.getKey())));
  }

  /// The inner condition must lie inside the outer one; two expressions cannot be compared.
  private static boolean conflict(@Nullable TextMatch root, @Nullable TextMatch inner) {
    if (root == null || inner == null) {
      return false;
    }
    return switch (root) {
      case TextMatch.Exact(var text) ->
          !(inner instanceof TextMatch.Exact(var i) && i.equals(text));
      case TextMatch.Prefix(var text) ->
          !((inner instanceof TextMatch.Exact(var i) && i.startsWith(text))
              || (inner instanceof TextMatch.Prefix(var p) && p.startsWith(text)));
      case TextMatch.Regex _, TextMatch.PathPrefix _ -> true;
      case TextMatch.Present _ -> false;
    };
  }

  private static @Nullable TextMatch either(@Nullable TextMatch first, @Nullable TextMatch second) {
    return first == null ? second : first;
  }

  private static <V> Map<String, V> union(Map<String, V> root, Map<String, V> inner) {
    var all = new HashMap<>(root);
    all.putAll(inner);
    return Map.copyOf(all);
  }
}

package dev.sluice.playground.network;

import com.google.re2j.Pattern;
import dev.sluice.playground.network.VirtualService.Changes;
import dev.sluice.playground.network.VirtualService.Rule;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The routes of one proxy for one port: virtual hosts by domain. Made by [RouteTableMaker].
///
/// @param exact by domain in lower case
/// @param wildcards longest first, each beginning with `*`
/// @param opaque where connections to Services of this port that do not speak HTTP go, by every
///   spelling of their name
/// @param listens whether anything is routed on this port at all
record RouteTable(
    Map<String, VirtualHost> exact,
    List<Map.Entry<String, VirtualHost>> wildcards,
    Map<String, Action> opaque,
    boolean listens,
    Caller caller,
    int port,
    MeshSnapshot.Config config) {

  /// An exact domain wins over every wildcard, a longer wildcard over a shorter one.
  Optional<VirtualHost> host(String host) {
    var found = exact.get(host);
    return found != null
        ? Optional.of(found)
        : wildcards.stream()
            .filter(w -> Names.covers(w.getKey(), host))
            .map(Map.Entry::getValue)
            .findFirst();
  }

  record VirtualHost(List<Route> routes, boolean httpsRedirect) {}

  boolean gateway() {
    return caller instanceof Caller.Gateway;
  }

  /// @param condition of one match entry of the rule
  /// @param name of the rule and the match entry, empty when they have none
  record Route(Condition condition, Action action, String name) {}

  /// What a rule does, compiled once for all of its match entries.
  ///
  /// @param targets those that get a share
  /// @param weighted whether the rule lists more than one destination, also when one gets all
  /// @param rewrite of `uriRegexRewrite`
  record Action(
      Rule rule,
      List<Share> targets,
      boolean weighted,
      List<MirrorTo> mirrors,
      RouteDecision.Retries retries,
      @Nullable Pattern rewrite) {
    long total() {
      return targets.stream().mapToLong(Share::weight).sum();
    }
  }

  /// @param valid false for a backend that does not exist or may not be called; its share is
  ///   answered 500
  record Share(
      Destination destination, int weight, Changes request, Changes response, boolean valid) {}

  /// @param percent from 0 to 100
  record MirrorTo(Destination destination, double percent) {}
}

package dev.sluice.playground.network;

import dev.sluice.playground.network.VirtualService.Edits;
import dev.sluice.playground.network.VirtualService.Match;
import dev.sluice.playground.network.VirtualService.Rule;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The objects of the Gateway API as far as the network needs them. Read by [GatewayApiReader],
/// judged by [Attachments].
///
/// @param routes by age, then namespace, then name
/// @param namespaces labels by name
record GatewayApi(
    List<HttpRoute> routes,
    List<Gateway> gateways,
    List<GatewayClass> classes,
    List<Grant> grants,
    Map<String, Map<String, String>> namespaces) {
  static final String GROUP = "gateway.networking.k8s.io";

  /// Who serves a class says so by this name; it is Istio's.
  static final String CONTROLLER = "istio.io/gateway-controller";

  static final GatewayApi EMPTY =
      new GatewayApi(List.of(), List.of(), List.of(), List.of(), Map.of());

  record HttpRoute(
      String namespace,
      String name,
      Instant created,
      long generation,
      List<Parent> parents,
      List<String> hostnames,
      List<RouteRule> rules) {}

  /// What a route wants to be attached to.
  ///
  /// @param section name of a listener, empty for any
  /// @param port of a listener or a Service, null for any
  record Parent(
      String group,
      String kind,
      String namespace,
      String name,
      String section,
      @Nullable Integer port) {
    boolean isGateway() {
      return group.equals(GROUP) && kind.equals("Gateway");
    }

    boolean isService() {
      return group.isEmpty() && kind.equals("Service");
    }
  }

  /// @param matches never empty
  /// @param does everything but where requests go
  /// @param unsupported types of filters that nobody here knows
  record RouteRule(
      List<Match> matches,
      Rule does,
      List<Backend> backends,
      List<MirrorRef> mirrors,
      List<String> unsupported) {}

  record BackendRef(
      String group, String kind, String namespace, String name, @Nullable Integer port) {}

  record Backend(BackendRef ref, int weight, @Nullable Edits headers) {}

  /// @param percent from 0 to 100
  record MirrorRef(BackendRef ref, double percent) {}

  record Gateway(
      String namespace,
      String name,
      Instant created,
      long generation,
      String className,
      List<Listener> listeners) {}

  /// @param hostname empty for any
  /// @param from `Same`, `All` or `Selector`
  /// @param selector null when it cannot be fulfilled by comparing labels
  /// @param kinds that may attach, as GROUP/KIND; empty for those that the protocol allows
  record Listener(
      String name,
      String hostname,
      int port,
      String protocol,
      String from,
      Map<String, String> selector,
      List<String> kinds) {
    boolean isServed() {
      return protocol.equals("HTTP");
    }

    boolean allowsHttpRoutes() {
      return kinds.isEmpty() || kinds.contains(GROUP + "/HTTPRoute");
    }
  }

  record GatewayClass(String name, long generation, String controller) {}

  /// References from one namespace's objects into another.
  ///
  /// @param namespace whose objects may be referred to
  record Grant(String namespace, List<From> from, List<To> to) {
    record From(String group, String kind, String namespace) {}

    /// @param name empty for any
    record To(String group, String kind, String name) {}

    boolean allows(String fromNamespace, BackendRef ref) {
      return namespace.equals(ref.namespace())
          && from.stream()
              .anyMatch(f ->
                  f.group.equals(GROUP)
                      && f.kind.equals("HTTPRoute")
                      && f.namespace.equals(fromNamespace))
          && to.stream()
              .anyMatch(t ->
                  t.group.equals(ref.group())
                      && t.kind.equals(ref.kind())
                      && (t.name.isEmpty() || t.name.equals(ref.name())));
    }
  }
}

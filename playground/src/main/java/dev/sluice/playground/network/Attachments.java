package dev.sluice.playground.network;

import dev.sluice.playground.network.GatewayApi.BackendRef;
import dev.sluice.playground.network.GatewayApi.Gateway;
import dev.sluice.playground.network.GatewayApi.HttpRoute;
import dev.sluice.playground.network.GatewayApi.Listener;
import dev.sluice.playground.network.GatewayApi.Parent;
import dev.sluice.playground.network.MeshSnapshot.Service;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Which routes of the Gateway API belong to which listeners and Services, and what keeps the
/// others from it. Pure.
final class Attachments {
  /// The port of the one gateway there is.
  static final int GATEWAY_PORT = 80;

  private final GatewayApi api;
  private final Map<String, Service> services;
  private final Map<String, Gateway> gateways;
  private final Map<String, List<GatewayApi.Grant>> grants;

  /// @param services by full name
  Attachments(GatewayApi api, Map<String, Service> services) {
    this.api = api;
    this.services = services;
    this.gateways =
        api.gateways().stream()
            .filter(g -> isOurs(g.className()))
            .collect(Collectors.toMap(g -> g.namespace() + "/" + g.name(), g -> g, (a, _) -> a));
    this.grants = api.grants().stream().collect(Collectors.groupingBy(GatewayApi.Grant::namespace));
  }

  /// Why something does not work.
  ///
  /// @param reason of a condition
  record Problem(String reason, String message) {}

  boolean isOurs(String className) {
    return api.classes().stream()
        .anyMatch(c -> c.name().equals(className) && c.controller().equals(GatewayApi.CONTROLLER));
  }

  /// Empty when the parent is somebody else's.
  Optional<Gateway> gateway(Parent parent) {
    return Optional.ofNullable(gateways.get(parent.namespace() + "/" + parent.name()));
  }

  Optional<Service> service(Parent parent) {
    return Optional.ofNullable(services.get(Names.full(parent.name(), parent.namespace())));
  }

  /// Whether this network has anything to say about the parent.
  boolean isKnown(Parent parent) {
    return parent.isService() || (parent.isGateway() && gateway(parent).isPresent());
  }

  /// What is wrong with a listener in itself.
  static Optional<Problem> problem(Listener listener) {
    if (!listener.isServed()) {
      return Optional.of(
          new Problem(
              "UnsupportedProtocol",
              "protocol " + listener.protocol() + " is not served here, only HTTP"));
    }
    return listener.port() == GATEWAY_PORT
        ? Optional.empty()
        : Optional.of(
            new Problem(
                "PortUnavailable",
                "the playground's gateway stands for port " + GATEWAY_PORT + " only"));
  }

  /// The listeners of a Gateway that take the route, with the hosts they take it for.
  Map<Listener, List<String>> listeners(HttpRoute route, Parent parent) {
    return gateway(parent).stream()
        .flatMap(g -> named(g, parent))
        .filter(l -> problem(l).isEmpty() && allows(l, parent.namespace(), route.namespace()))
        .filter(l -> !hosts(route, l).isEmpty())
        .collect(Collectors.toMap(l -> l, l -> hosts(route, l), (a, _) -> a));
  }

  private static Stream<Listener> named(Gateway gateway, Parent parent) {
    return gateway.listeners().stream()
        .filter(l -> parent.section().isEmpty() || l.name().equals(parent.section()))
        .filter(l -> parent.port() == null || parent.port() == l.port());
  }

  private boolean allows(Listener listener, String gateway, String route) {
    return listener.allowsHttpRoutes()
        && switch (listener.from()) {
          case "All" -> true;
          case "Selector" ->
              api.namespaces()
                  .getOrDefault(route, Map.of())
                  .entrySet()
                  .containsAll(listener.selector().entrySet());
          default -> gateway.equals(route);
        };
  }

  /// What the listener's host and the route's hosts have in common.
  static List<String> hosts(HttpRoute route, Listener listener) {
    var own = listener.hostname().isEmpty() ? "*" : listener.hostname();
    if (route.hostnames().isEmpty()) {
      return List.of(own);
    }
    return route.hostnames().stream()
        .flatMap(h -> covers(own, h) ? Stream.of(h) : covers(h, own) ? Stream.of(own) : Stream.of())
        .distinct()
        .toList();
  }

  private static boolean covers(String pattern, String host) {
    return Names.covers(pattern, host);
  }

  /// Why the parent does not take the route; empty when it does.
  Optional<Problem> refusal(HttpRoute route, Parent parent) {
    if (parent.isService()) {
      return service(parent)
          .filter(s -> parent.port() == null || s.port(parent.port()).isPresent())
          .map(_ -> Optional.<Problem>empty())
          .orElseGet(() ->
              Optional.of(
                  new Problem(
                      "NoMatchingParent",
                      "Service %s/%s%s does not exist"
                          .formatted(
                              parent.namespace(),
                              parent.name(),
                              parent.port() == null ? "" : " with port " + parent.port()))));
    }
    var unsupported =
        route.rules().stream().flatMap(r -> r.unsupported().stream()).distinct().toList();
    if (!unsupported.isEmpty()) {
      return Optional.of(
          new Problem(
              "UnsupportedValue", "filters not served here: " + String.join(", ", unsupported)));
    }
    if (!listeners(route, parent).isEmpty()) {
      return Optional.empty();
    }
    var gateway = gateway(parent).orElseThrow();
    if (named(gateway, parent).findAny().isEmpty()) {
      return Optional.of(
          new Problem("NoMatchingParent", "the Gateway has no listener with this name or port"));
    }
    if (named(gateway, parent).noneMatch(l -> allows(l, parent.namespace(), route.namespace()))) {
      return Optional.of(
          new Problem(
              "NotAllowedByListeners",
              "hostnames matched parent hostname \"\", but namespace \"%s\" is not allowed by the parent"
                  .formatted(route.namespace())));
    }
    return Optional.of(
        new Problem(
            "NoMatchingListenerHostname",
            "no hostnames matched parent hostname \""
                + named(gateway, parent)
                    .map(Listener::hostname)
                    .filter(h -> !h.isEmpty())
                    .collect(Collectors.joining(", "))
                + "\""));
  }

  /// What is wrong with the first backend that cannot be found, copies included.
  Optional<Problem> unresolved(HttpRoute route) {
    return route.rules().stream()
        .flatMap(r ->
            Stream.concat(
                r.backends().stream().map(GatewayApi.Backend::ref),
                r.mirrors().stream().map(GatewayApi.MirrorRef::ref)))
        .flatMap(ref -> problem(route.namespace(), ref).stream())
        .findFirst();
  }

  /// @param namespace of the route
  Optional<Problem> problem(String namespace, BackendRef ref) {
    if (!ref.group().isEmpty() || !ref.kind().equals("Service")) {
      return Optional.of(
          new Problem(
              "InvalidKind",
              "referencing unsupported backendRef: group \"%s\" kind \"%s\""
                  .formatted(ref.group(), ref.kind())));
    }
    if (!ref.namespace().equals(namespace)
        && grants.getOrDefault(ref.namespace(), List.of()).stream()
            .noneMatch(g -> g.allows(namespace, ref))) {
      return Optional.of(
          new Problem(
              "RefNotPermitted",
              "backendRef %s/%s not accessible to a HTTPRoute in namespace \"%s\" (missing a ReferenceGrant?)"
                  .formatted(ref.name(), ref.namespace(), namespace)));
    }
    var service = services.get(Names.full(ref.name(), ref.namespace()));
    if (service == null) {
      return Optional.of(
          new Problem(
              "BackendNotFound",
              "backend(" + Names.full(ref.name(), ref.namespace()) + ") not found"));
    }
    if (ref.port() == null) {
      return Optional.of(new Problem("UnsupportedValue", "port is required in backendRef"));
    }
    return service.port(ref.port()).isPresent()
        ? Optional.empty()
        : Optional.of(
            new Problem(
                "BackendNotFound",
                "backend(%s) has no port %d".formatted(service.host(), ref.port())));
  }
}

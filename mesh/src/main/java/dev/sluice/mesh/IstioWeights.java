package dev.sluice.mesh;

import dev.sluice.crds.Canary;
import io.fabric8.istio.api.api.networking.v1alpha3.Destination;
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPRoute;
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPRouteDestination;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What one rule of a VirtualService does with the traffic of an application.
final class IstioWeights {
  private IstioWeights() {}

  /// Whether the rule sends anything to one of the sides.
  static boolean names(Canary app, HTTPRoute rule) {
    return destinations(rule).stream()
        .map(destination -> host(app, destination))
        .anyMatch(
            host -> host.equals(app.primaryServiceName()) || host.equals(app.canaryServiceName()));
  }

  static boolean namesCanary(Canary app, HTTPRoute rule) {
    return destinations(rule).stream()
        .anyMatch(destination -> host(app, destination).equals(app.canaryServiceName()));
  }

  /// The canary's share, as [SplitReading#share] says.
  static Optional<Percent> of(Canary app, HTTPRoute rule) {
    List<HTTPRouteDestination> destinations = destinations(rule);
    // a single destination gets everything, whatever its weight
    boolean single = destinations.size() == 1;
    return SplitReading.share(
        app,
        destinations.stream()
            .map(to -> {
              Integer given = to.getWeight();
              int weight = single ? 100 : given == null ? 0 : given;
              return new SplitReading.Weighed(host(app, to), weight);
            })
            .toList());
  }

  /// The short name of a Service in the application's namespace, however it is spelled; other hosts
  /// as they are.
  static String host(Canary app, HTTPRouteDestination destination) {
    return host(app, destination.getDestination());
  }

  static String host(Canary app, @Nullable Destination destination) {
    if (destination == null || destination.getHost() == null) {
      return "";
    }
    String host = destination.getHost();
    String suffix = "." + app.metadata().namespace() + ".svc.cluster.local";
    return host.endsWith(suffix) ? host.substring(0, host.length() - suffix.length()) : host;
  }

  @SuppressWarnings("ConstantValue") // the client's model has null for an absent list
  static List<HTTPRouteDestination> destinations(HTTPRoute rule) {
    return rule.getRoute() == null ? List.of() : rule.getRoute();
  }
}

package dev.sluice.analysis;

/// What a query template may name about one canary.
///
/// @param name of the canary
/// @param target name of the workload under analysis
/// @param service name of the apex service
/// @param ingress name of the ingress, else of the target
/// @param route name of the route, else of the target
public record Variables(
    String name, String namespace, String target, String service, String ingress, String route) {

  /// For a canary without ingress and route.
  public static Variables of(String namespace, String name, String target, String service) {
    return new Variables(name, namespace, target, service, target, target);
  }

  /// The same about another workload.
  public Variables about(String other) {
    return new Variables(name, namespace, other, service, ingress, route);
  }
}

package dev.sluice.controller.rollout.policy;

import dev.sluice.crds.CanarySpec;
import java.util.List;
import java.util.stream.Stream;

/// What a Canary may ask for and this version does not do yet. All of it changes traffic or pods,
/// so it is refused rather than ignored; a line here goes when its feature comes.
public final class Unsupported {
  private Unsupported() {}

  static List<Problem> in(CanarySpec spec) {
    return targets(spec).toList();
  }

  private static Stream<Problem> targets(CanarySpec spec) {
    var target = spec.targetRef();
    var isKnown =
        target.kind().equals("Service")
            ? target.apiVersion().equals("v1")
            : List.of("Deployment", "DaemonSet").contains(target.kind())
                && target.apiVersion().equals("apps/v1");
    return Stream.of(
            when(
                !isKnown,
                "spec.targetRef",
                "only a Deployment or a DaemonSet (apps/v1) or a Service (v1) can be the target"),
            when(
                spec.ingressRef() != null,
                "spec.ingressRef",
                "belongs to provider nginx or skipper, which is not served"),
            when(
                spec.routeRef() != null,
                "spec.routeRef",
                "belongs to provider apisix, which is not served"),
            when(
                spec.upstreamRef() != null,
                "spec.upstreamRef",
                "belongs to provider gloo, which is not served"))
        .flatMap(s -> s);
  }

  private static Stream<Problem> when(boolean asked, String field, String why) {
    return asked ? Stream.of(new Problem(field, why + " in this version")) : Stream.empty();
  }
}

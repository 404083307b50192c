package dev.sluice.mesh;

import dev.sluice.crds.Canary;
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPRoute;
import java.util.List;
import java.util.Optional;

/// What the rules of a VirtualService do with the requests of an application, whoever wrote them.
final class IstioReading {
  private IstioReading() {}

  /// Empty where it is no split in two.
  static Optional<Split> split(Canary app, List<HTTPRoute> rules) {
    return SplitReading.of(
        app,
        rules.stream()
            .filter(rule -> IstioWeights.names(app, rule))
            .map(rule ->
                new SplitReading.Rule(
                    IstioWeights.of(app, rule),
                    mirrored(app, rule),
                    IstioAffinity.cookieOf(app, rule)))
            .toList());
  }

  private static Percent mirrored(Canary app, HTTPRoute rule) {
    if (rule.getMirror() == null
        || !IstioWeights.host(app, rule.getMirror()).equals(app.canaryServiceName())) {
      return Percent.NONE;
    }
    var share = rule.getMirrorPercentage();
    double value = share == null || share.getValue() == null ? 100 : share.getValue();
    return new Percent((int) Math.clamp(Math.ceil(value), 0, 100));
  }
}

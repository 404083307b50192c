package dev.sluice.mesh;

import dev.sluice.crds.Analysis.Strategy;
import dev.sluice.crds.Canary;
import dev.sluice.mesh.Split.Affinity;
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPRoute;
import java.util.List;
import java.util.Optional;

/// What the rules of a VirtualService do with the requests of an application, whoever wrote them.
final class IstioReading {
  private IstioReading() {}

  /// Empty where it is no split in two: no rule leads to the sides, or they disagree.
  static Optional<Split> split(Canary app, List<HTTPRoute> rules) {
    List<HTTPRoute> ours = rules.stream().filter(rule -> IstioWeights.names(app, rule)).toList();
    List<HTTPRoute> plain = ours.stream().filter(rule -> !IstioAffinity.isRule(app, rule)).toList();
    List<Optional<Percent>> shares = shares(app, plain);
    if (shares.size() != 1 || shares.getFirst().isEmpty()) {
      return Optional.empty();
    }
    Percent canary = shares.getFirst().get();
    Percent mirrored =
        plain.stream()
            .map(rule -> mirrored(app, rule))
            .max(Percent::compareTo)
            .orElse(Percent.NONE);
    if (!canary.equals(Percent.NONE) && !mirrored.equals(Percent.NONE)) {
      return Optional.empty();
    }
    return affinity(app, canary, ours).map(users -> new Split(canary, mirrored, users));
  }

  /// In an A/B test the rule of those who do not take part says nothing about the others.
  private static List<Optional<Percent>> shares(Canary app, List<HTTPRoute> rules) {
    boolean abTest = app.spec().analysis().strategy() == Strategy.AB_TESTING && rules.size() > 1;
    List<Optional<Percent>> shares =
        rules.stream().map(rule -> IstioWeights.of(app, rule)).distinct().toList();
    return abTest && shares.size() == 2 && shares.contains(Optional.of(Percent.NONE))
        ? shares.stream().filter(share -> !share.equals(Optional.of(Percent.NONE))).toList()
        : shares;
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

  private static Optional<Affinity> affinity(Canary app, Percent canary, List<HTTPRoute> ours) {
    Optional<Affinity> found = IstioAffinity.read(app, ours);
    // users who are kept on a canary that nobody else gets: not a split that anybody asks for
    return canary.equals(Percent.NONE) && found.filter(Affinity.Kept.class::isInstance).isPresent()
        ? Optional.empty()
        : found;
  }
}

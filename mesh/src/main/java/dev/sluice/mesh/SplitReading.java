package dev.sluice.mesh;

import dev.sluice.crds.Analysis.Strategy;
import dev.sluice.crds.Canary;
import dev.sluice.mesh.Split.Affinity;
import java.util.List;
import java.util.Optional;

/// Which split the rules of a route come to, whichever mesh they are of.
final class SplitReading {
  private SplitReading() {}

  /// What one rule does that leads to a side.
  ///
  /// @param share the canary's; empty where it does anything else than split in whole percent
  ///   between the two sides
  /// @param mirrored share of its requests that is copied to the canary
  /// @param cookie whose holders it is for, as `name=value`; empty for everybody
  record Rule(Optional<Percent> share, Percent mirrored, Optional<String> cookie) {}

  /// A destination of a rule.
  ///
  /// @param service the short name of a Service of the application's namespace, or another host
  /// @param weight relative to the others'
  record Weighed(String service, int weight) {}

  /// The canary's share; empty where the rule does anything else than split in whole percent
  /// between the two sides. Weights are relative: 3 and 1 are 75 and 25. Where they are all 0
  /// nobody is asked: Envoy refuses them, and a gateway makes errors of them.
  static Optional<Percent> share(Canary app, List<Weighed> destinations) {
    long canary = 0;
    long all = 0;
    for (Weighed to : destinations) {
      boolean toCanary = to.service().equals(app.canaryServiceName());
      boolean toSide = toCanary || to.service().equals(app.primaryServiceName());
      if (to.weight() < 0 || (to.weight() > 0 && !toSide)) {
        return Optional.empty();
      }
      canary += toCanary ? to.weight() : 0;
      all += to.weight();
    }
    return all == 0 || canary * 100 % all != 0
        ? Optional.empty()
        : Optional.of(new Percent((int) (canary * 100 / all)));
  }

  /// Empty where it is no split in two: no rule leads to the sides, or they disagree.
  static Optional<Split> of(Canary app, List<Rule> rules) {
    List<Rule> plain = rules.stream().filter(rule -> rule.cookie().isEmpty()).toList();
    List<Optional<Percent>> shares = shares(app, plain);
    if (shares.size() != 1 || shares.getFirst().isEmpty()) {
      return Optional.empty();
    }
    Percent canary = shares.getFirst().get();
    Percent mirrored =
        plain.stream().map(Rule::mirrored).max(Percent::compareTo).orElse(Percent.NONE);
    if (!canary.equals(Percent.NONE) && !mirrored.equals(Percent.NONE)) {
      return Optional.empty();
    }
    return affinity(app, canary, rules).map(users -> new Split(canary, mirrored, users));
  }

  /// In an A/B test the rule of those who do not take part says nothing about the others.
  private static List<Optional<Percent>> shares(Canary app, List<Rule> rules) {
    boolean abTest = app.spec().analysis().strategy() == Strategy.AB_TESTING && rules.size() > 1;
    List<Optional<Percent>> shares = rules.stream().map(Rule::share).distinct().toList();
    return abTest && shares.size() == 2 && shares.contains(Optional.of(Percent.NONE))
        ? shares.stream().filter(share -> !share.equals(Optional.of(Percent.NONE))).toList()
        : shares;
  }

  private static Optional<Affinity> affinity(Canary app, Percent canary, List<Rule> rules) {
    List<AffinityCookies.Rule> cookies =
        rules.stream()
            .flatMap(rule ->
                rule
                    .cookie()
                    .map(cookie ->
                        new AffinityCookies.Rule(
                            cookie, rule.share().equals(Optional.of(Percent.ALL))))
                    .stream())
            .toList();
    // users who are kept on a canary that nobody else gets: not a split that anybody asks for
    return AffinityCookies.read(app, cookies)
        .filter(users -> !canary.equals(Percent.NONE) || !(users instanceof Affinity.Kept));
  }
}

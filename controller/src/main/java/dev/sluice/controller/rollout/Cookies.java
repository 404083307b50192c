package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.policy.CookieNames;
import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import dev.sluice.mesh.Split.Affinity;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// The cookies by which users are kept on one side, each as `name=value`; in the status under
/// Flagger's names.
///
/// @param canary of this run's users of the canary
/// @param previous of the last run's, which their browsers are told to forget
/// @param primary of everybody else, until the next step
public record Cookies(
    Optional<String> canary, Optional<String> previous, Optional<String> primary) {
  static final Cookies NONE = new Cookies(Optional.empty(), Optional.empty(), Optional.empty());

  private static final int LENGTH = 10;
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

  /// What the mesh is to do in a phase, users included.
  static Split split(Phase phase, Observation seen) {
    return phase.split().with(next(phase, seen).affinity());
  }

  private Affinity affinity() {
    return canary
        .<Affinity>map(cookie -> new Affinity.Kept(cookie, primary))
        .or(() -> previous.map(Affinity.Ended::new))
        .orElse(Affinity.NONE);
  }

  /// The cookies of a phase, given those of the present one.
  static Cookies next(Phase phase, Observation seen) {
    var before = seen.standing().map(Standing::cookies).orElse(NONE);
    if (!seen.planned()) {
      return phase.weight().equals(Percent.NONE) ? before.ended() : before;
    }
    return seen.policy()
        .strategy()
        .cookies()
        .map(named -> before.next(phase, seen, named))
        .orElse(NONE);
  }

  private Cookies ended() {
    return new Cookies(Optional.empty(), canary.or(() -> previous), Optional.empty());
  }

  private Cookies next(Phase phase, Observation seen, CookieNames named) {
    if (phase.weight().equals(Percent.NONE) || !(phase instanceof Phase.Running running)) {
      return ended().of(named.canary());
    }
    var run = seen.names().canaryIn() + "/" + running.run().id();
    var kept = canary.filter(is(named.canary()));
    var samePlace =
        seen.standing().map(Standing::phase).filter(now -> now.weight().equals(phase.weight()));
    return new Cookies(
        Optional.of(kept.orElseGet(() -> named.canary() + "=" + value(run))),
        Optional.empty(),
        named
            .primary()
            .map(name ->
                primary
                    .filter(is(name))
                    .filter(_ -> samePlace.isPresent())
                    .orElseGet(() -> name + "=" + value(run + "/" + phase.weight().value()))));
  }

  /// Without those of a name that is not asked for any more.
  private Cookies of(String name) {
    return new Cookies(canary.filter(is(name)), previous.filter(is(name)), primary);
  }

  private static Predicate<String> is(String name) {
    return cookie -> cookie.startsWith(name + "=");
  }

  /// The same after a crash, another for every run and step. It opens nothing, so that it may be
  /// guessed.
  private static String value(String of) {
    var random =
        new SplittableRandom(of.chars().asLongStream().reduce(0, (h, c) -> 1_000_003 * h + c));
    return random
        .ints(LENGTH, 0, LETTERS.length())
        .mapToObj(letter -> LETTERS.substring(letter, letter + 1))
        .collect(Collectors.joining());
  }
}

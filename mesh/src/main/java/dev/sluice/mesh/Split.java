package dev.sluice.mesh;

import java.util.Optional;

/// What becomes of an application's requests.
///
/// @param canary the canary's share; where the specification says who gets the canary (A/B testing)
///   of those requests only, and the primary gets all others
/// @param mirrored share of the primary's requests that are copied to the canary, which answers
///   nobody; only while the canary has no share of its own
/// @param affinity what keeps users on the side that answered them first
public record Split(Percent canary, Percent mirrored, Affinity affinity) {
  /// Everything to the primary.
  public static final Split NONE = of(Percent.NONE);

  /// @throws IllegalArgumentException when requests would be copied to a canary that has its own,
  ///   or users kept on a canary that gets none
  public Split {
    if (!mirrored.equals(Percent.NONE) && !canary.equals(Percent.NONE)) {
      throw new IllegalArgumentException(
          "%s of the requests to a canary that has %s".formatted(mirrored, canary));
    }
    if (affinity instanceof Affinity.Kept && canary.equals(Percent.NONE)) {
      throw new IllegalArgumentException("users kept on a canary without traffic");
    }
  }

  /// A share for every user alike.
  public static Split of(Percent canary) {
    return new Split(canary, Percent.NONE, Affinity.NONE);
  }

  /// Copies only.
  public static Split mirror(Percent mirrored) {
    return new Split(Percent.NONE, mirrored, Affinity.NONE);
  }

  public Split with(Affinity users) {
    return new Split(canary, mirrored, users);
  }

  /// Whether another gives the canary as much, however users are kept.
  public boolean hasShares(Split other) {
    return canary.equals(other.canary) && mirrored.equals(other.mirrored);
  }

  /// Whether the canary gets neither requests nor copies.
  public boolean isNone() {
    return canary.equals(Percent.NONE) && mirrored.equals(Percent.NONE);
  }

  /// How users are kept on one side. Cookies are `name=value`.
  public sealed interface Affinity {
    Affinity NONE = new Anyone();

    /// Every request for itself.
    record Anyone() implements Affinity {}

    /// Who was answered by the canary stays there.
    ///
    /// @param canary the cookie of its users
    /// @param primary the cookie that keeps the others on the primary until the next step; empty
    ///   when they may move at any request
    record Kept(String canary, Optional<String> primary) implements Affinity {}

    /// The canary is gone; whoever still has its cookie is told to forget it.
    record Ended(String canary) implements Affinity {}
  }

  @Override
  public String toString() {
    return mirrored.equals(Percent.NONE) ? canary.toString() : "a mirror of " + mirrored;
  }
}

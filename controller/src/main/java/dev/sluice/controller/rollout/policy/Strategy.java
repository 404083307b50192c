package dev.sluice.controller.rollout.policy;

import dev.sluice.mesh.Percent;
import java.util.Optional;

/// The order in which a revision meets its users: stages, with a check at each before the next. A
/// new one is a class of its own and a case in [PolicyReader].
public interface Strategy {

  /// What comes after a stage that passed its check; empty where that is the promotion. What passed
  /// under another strategy, before the specification was edited, counts as little as it can.
  Optional<Stage> after(Stage stage);

  /// What people must agree to before a stage is left.
  default Consent consent(Stage stage) {
    return after(stage).isEmpty() ? Consent.PROMOTION : Consent.TRAFFIC;
  }

  /// Which webhooks are asked once the check of a stage has passed.
  enum Consent {
    /// None: they agreed to it before, or it gives the canary no more.
    GIVEN,
    /// `confirm-traffic-increase`
    TRAFFIC,
    /// That, and `confirm-promotion`.
    PROMOTION
  }

  /// Whether a revision can have what a stage gives it, which another strategy may have asked for
  /// before the specification was edited.
  default boolean isPossible(Stage stage) {
    return true;
  }

  /// How long a stage lasts, and what is asked meanwhile.
  default Stay stay(Stage stage) {
    return Stay.USUAL;
  }

  /// The same stage with all of its checks passed but the last; what somebody lets go past a step
  /// need not pass the rest of it.
  default Stage lastLook(Stage stage) {
    return stage;
  }

  /// What moving to a stage is called in Events, such as `canary weight 20`.
  String title(Stage stage);

  /// Whose requests a stage gives to the canary, such as `20%`; in messages after "at".
  default String share(Stage stage) {
    return stage.weight().toString();
  }

  /// The same where no "at" goes before, such as `20% of the traffic`.
  default String traffic(Stage stage) {
    return share(stage) + " of the traffic";
  }

  /// The share of the users' requests that pods must be able to take from the beginning.
  Percent load();

  /// How users are kept on the side that answered them first; empty where they are not.
  default Optional<CookieNames> cookies() {
    return Optional.empty();
  }

  /// Whether every user's requests go to the canary, so that none is left to compare it with.
  boolean isForEveryone(Stage stage);

  /// Whether the share of the traffic that the metrics show says anything about the routes.
  boolean isMeasured(Stage stage);
}

package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.policy.Plan;
import dev.sluice.controller.rollout.policy.Policy;
import dev.sluice.controller.rollout.policy.Settings;
import dev.sluice.controller.rollout.policy.Stage;
import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;

/// Every fact that a decision needs, read before deciding. All but the answers come from caches.
///
/// @param now the time of this tick
/// @param names of the canary and its parts, for messages
/// @param generation of the Canary
/// @param deletion of the Canary
/// @param standing what its status said, empty before the first write
/// @param plan what its spec came to
/// @param target the workload that a user edits, empty when it does not exist
/// @param primary its copy, empty when it does not exist
/// @param content what the target wants to run; ignored without a target
/// @param autoscaling what scales target and primary
/// @param refused what the API server said when it refused one of our writes, until they all
///   succeed
/// @param compared what the last look of the comparison with the primary came to, empty before the
///   first and where nothing is compared
/// @param answers what the outside said, empty when nothing was asked
/// @param command what somebody asked for, answered or not, if the Canary carries it
/// @param protection from disruptions
public record Observation(
    Instant now,
    Settings settings,
    Names names,
    long generation,
    Deletion deletion,
    Optional<Standing> standing,
    Plan plan,
    Optional<Workload> target,
    Optional<Workload> primary,
    Content content,
    Autoscaling autoscaling,
    Routing routing,
    Optional<String> refused,
    Optional<Compared> compared,
    Optional<Answers> answers,
    Optional<Command> command,
    Protection protection) {

  /// The same facts with what the comparison came to.
  public Observation with(Optional<Compared> found) {
    return with(standing, found, answers, command);
  }

  /// The same facts with what the outside said. Workloads, content and routing should have been
  /// read again meanwhile, since asking can take long.
  public Observation with(Answers said) {
    return with(standing, compared, Optional.of(said), command);
  }

  /// The same facts with what somebody asked for.
  public Observation asking(Optional<Command> asked) {
    return with(standing, compared, answers, asked);
  }

  /// The same facts with what people have ordered by now.
  Observation with(Orders orders) {
    return with(standing.map(s -> s.with(orders)), compared, answers, command);
  }

  private Observation with(
      Optional<Standing> stands,
      Optional<Compared> found,
      Optional<Answers> said,
      Optional<Command> asked) {
    return new Observation(
        now,
        settings,
        names,
        generation,
        deletion,
        stands,
        plan,
        target,
        primary,
        content,
        autoscaling,
        routing,
        refused,
        found,
        said,
        asked,
        protection);
  }

  /// What people have ordered beside the manifest.
  Orders orders() {
    return standing.map(Standing::orders).orElse(Orders.NONE);
  }

  /// Whether the next step forward is not to be taken.
  boolean paused() {
    return orders().pause().isPresent() && orders().waiver().isEmpty();
  }

  /// Whether so much need not be passed.
  boolean waives(Orders.Scope scope) {
    return orders().waives(scope);
  }

  /// What the outside said about this revision, if it was asked and has said anything.
  Optional<Answers> answersAbout(Revision revision) {
    return answers.filter(said -> said.about().equals(revision));
  }

  /// What the spec asks for; where it is refused, what keeps a rollout safe until it is edited.
  Policy policy() {
    return switch (plan) {
      case Plan.Valid(var policy, _) -> policy;
      case Plan.Invalid(_, var suspended) -> Policy.refused(suspended);
    };
  }

  /// Whose requests a run gives to the canary, as messages say it after "at".
  String share(Phase.Progressing phase) {
    return policy().strategy().share(phase.stage());
  }

  /// The same where no "at" goes before.
  String traffic(Phase.Running phase) {
    var stage =
        phase instanceof Phase.Progressing progressing
            ? progressing.stage()
            : Stage.of(phase.weight());
    return policy().strategy().traffic(stage);
  }

  /// The canary's share of the traffic that metrics should show; 0 where they cannot tell.
  public Percent measurable() {
    return standing
        .map(Standing::phase)
        .filter(phase ->
            !(phase instanceof Phase.Progressing progressing)
                || policy().strategy().isMeasured(progressing.stage()))
        .map(Phase::weight)
        .orElse(Percent.NONE);
  }

  /// Whether the Canary is on its way out.
  boolean deleted() {
    return deletion.requested();
  }

  boolean planned() {
    return plan instanceof Plan.Valid;
  }

  /// What the target wants to run, if it exists and all it needs could be read.
  Optional<Content.Known> known() {
    return target.isPresent() && content instanceof Content.Known known
        ? Optional.of(known)
        : Optional.empty();
  }

  boolean canaryReady() {
    return target.filter(t -> t.isReady(policy().canaryReadyThreshold())).isPresent();
  }

  /// Whether pods of the target may be asked for, where it has none. What becomes another at once
  /// does so when no proxy sends it anything any more.
  boolean mayStartTarget() {
    var spare = primary.map(p -> p.spare(policy().canaryReadyThreshold())).orElse(0);
    return target
        .filter(t -> t.mayStart(spare) && (t.sizable() || reached(Split.NONE)))
        .isPresent();
  }

  boolean primaryReady() {
    return primary.filter(p -> p.isReady(policy().primaryReadyThreshold())).isPresent();
  }

  /// Whether enough pods of the primary can take traffic, even while it is being updated.
  boolean primaryServes() {
    return primary.filter(p -> p.serves(policy().primaryReadyThreshold())).isPresent();
  }

  /// Since when it is held for such a reason, if it is.
  Optional<Instant> heldSince(Predicate<HoldReason> reason) {
    return standing
        .flatMap(Standing::hold)
        .filter(hold -> reason.test(hold.reason()))
        .map(Hold::since);
  }

  int available(Optional<Workload> workload) {
    return workload.map(Workload::available).orElse(0);
  }

  /// Whether the primary's template is this revision, ready or not.
  boolean primaryRuns(Revision revision) {
    return primary.flatMap(Workload::copyOf).filter(revision::equals).isPresent()
        || (primary.isPresent()
            && known()
                .filter(c -> c.sameAsPrimary() && c.now().revision().equals(revision))
                .isPresent());
  }

  /// Whether every proxy obeys these shares by now.
  boolean reached(Split split) {
    return routing.reached(split, now, settings.settle());
  }
}

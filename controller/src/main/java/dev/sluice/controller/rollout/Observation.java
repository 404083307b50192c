package dev.sluice.controller.rollout;

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
    Optional<Answers> answers) {

  /// The same facts with what the comparison came to.
  public Observation with(Optional<Compared> found) {
    return with(found, answers);
  }

  /// The same facts with what the outside said. Workloads, content and routing should have been
  /// read again meanwhile, since asking can take long.
  public Observation with(Answers said) {
    return with(compared, Optional.of(said));
  }

  private Observation with(Optional<Compared> found, Optional<Answers> said) {
    return new Observation(
        now,
        settings,
        names,
        generation,
        deletion,
        standing,
        plan,
        target,
        primary,
        content,
        autoscaling,
        routing,
        refused,
        found,
        said);
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

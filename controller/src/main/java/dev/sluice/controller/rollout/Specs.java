package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Announcement.Alert;
import dev.sluice.controller.rollout.Announcement.Severity;
import dev.sluice.controller.rollout.policy.Plan;
import dev.sluice.controller.rollout.policy.Problem;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What people are told about a spec: once for every generation of it.
final class Specs {
  private Specs() {}

  static List<Announcement> announcements(Observation seen, Phase next) {
    var before = seen.standing().map(Standing::problems).orElse(List.of());
    return switch (seen.plan()) {
      case Plan.Invalid(var problems, _) ->
          problems.equals(before) ? List.of() : List.of(refused(problems, seen, next));
      case Plan.Valid(_, var warnings) -> {
        var isNew =
            seen.standing().filter(s -> s.observedGeneration() == seen.generation()).isEmpty();
        var told =
            warnings.stream()
                .filter(_ -> isNew && !(next instanceof Phase.Terminating))
                .map(warning -> plain(Reason.SPEC_WARNING, warning.toString()));
        yield java.util.stream.Stream.concat(beginning(seen, before).stream(), told).toList();
      }
    };
  }

  private static List<Announcement> beginning(Observation seen, List<Problem> before) {
    if (seen.standing().isEmpty()) {
      return List.of(
          plain(
              Reason.INITIALIZING,
              "New %s detected, starting initialization: %s is made from %s, which keeps its traffic meanwhile"
                  .formatted(
                      seen.names().kind(), seen.names().primaryIn(), seen.names().targetIn())));
    }
    return before.isEmpty()
        ? List.of()
        : List.of(plain(Reason.SPEC_ACCEPTED, "the spec can work now"));
  }

  private static Announcement refused(List<Problem> problems, Observation seen, Phase next) {
    var message =
        "Invalid canary spec of %s: %s"
            .formatted(
                seen.names().canaryIn(),
                problems.stream().map(Problem::toString).collect(Collectors.joining("; ")));
    var alert = new Alert(Severity.WARN, message, false);
    return new Announcement(
        Reason.SPEC_REFUSED,
        message,
        next instanceof Phase.Running ? Optional.of(alert) : Optional.empty());
  }

  private static Announcement plain(Reason reason, String message) {
    return new Announcement(reason, message, Optional.empty());
  }
}

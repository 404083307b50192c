package dev.sluice.controller.object;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.rollout.Command;
import dev.sluice.controller.rollout.Phase;
import dev.sluice.controller.rollout.Standing;
import dev.sluice.controller.rollout.policy.Problem;
import dev.sluice.crds.Canary;
import dev.sluice.crds.CanaryStatus;
import dev.sluice.crds.RolloutStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a Canary looks after. From when it took traffic over, its objects bear the names of the
/// target and of the apex Service; another name in the spec would leave the old ones to nobody,
/// with all their traffic. So the old names hold until the spec has them again.
///
/// @param canary with the names that hold
/// @param problems what of the spec says otherwise
/// @param command what somebody asked for, if it carries that
public record Subject(Canary canary, List<Problem> problems, Optional<Command> command) {
  /// The kind of target that is not written down.
  private static final String USUAL = "Deployment";

  /// @param object the Canary as it was read
  /// @throws dev.sluice.crds.shape.Unreadable naming the field that is not what it should be
  public static Subject of(ObjectNode object) {
    Canary asked = Canary.read(object);
    ObjectNode keep = keep(object);
    Canary kept = keep.equals(object) ? asked : Canary.read(keep);
    List<Problem> problems = new ArrayList<>();
    boolean sameTarget = asked.spec().targetRef().name().equals(kept.spec().targetRef().name());
    boolean sameKind = asked.spec().targetRef().kind().equals(kept.spec().targetRef().kind());
    if (!sameKind) {
      problems.add(
          new Problem(
              "spec.targetRef.kind",
              "is %s, but this Canary looks after a %s; change it back, or delete the Canary (revertOnDeletion: true gives it its traffic back) and make another"
                  .formatted(asked.spec().targetRef().kind(), kept.spec().targetRef().kind())));
    } else if (!sameTarget) {
      problems.add(
          new Problem(
              "spec.targetRef.name",
              "is %s, but this Canary looks after %s; change it back, or delete the Canary (revertOnDeletion: true gives %2$s its traffic back) and make another"
                  .formatted(asked.spec().targetRef().name(), kept.spec().targetRef().name())));
    } else if (!asked.apexName().equals(kept.apexName())) {
      problems.add(
          new Problem(
              "spec.service.name",
              "names %s, but callers reach the app by %s; change it back, or delete the Canary (revertOnDeletion: true gives %2$s back) and make another"
                  .formatted(asked.apexName(), kept.apexName())));
    }
    return new Subject(kept, List.copyOf(problems), CommandAnnotations.read(object));
  }

  /// The object with the names that its status has.
  ///
  /// @param object a Canary; left as it is
  public static ObjectNode keep(ObjectNode object) {
    JsonNode subject = object.path("status").path("rollout").path("subject");
    if (!subject.isObject()) {
      return object;
    }
    ObjectNode kept = object.deepCopy();
    ObjectNode spec = Json.object(kept, "spec");
    String kind = subject.path("kind").asText(USUAL);
    ObjectNode target = Json.object(spec, "targetRef");
    target.put("name", subject.path("target").asText());
    if (!target.path("kind").asText().equals(kind)) {
      target.put("kind", kind).put("apiVersion", kind.equals("Service") ? "v1" : "apps/v1");
    }
    ObjectNode service = Json.object(spec, "service");
    String apex = subject.path("apex").asText();
    if (service.has("name") || !apex.equals(subject.path("target").asText())) {
      service.put("name", apex);
    }
    return kept;
  }

  /// The status with the names that hold from now on.
  public static CanaryStatus noted(CanaryStatus status, Canary canary, Standing next) {
    RolloutStatus rollout = status.rollout();
    if (rollout == null) {
      return status;
    }
    String kind = canary.spec().targetRef().kind();
    boolean holds =
        !(next.phase() instanceof Phase.Initializing(var copied, _)) || copied.isPresent();
    return status.withRollout(
        rollout.with(
            holds
                ? new RolloutStatus.Subject(
                    canary.spec().targetRef().name(),
                    canary.apexName(),
                    kind.equals(USUAL) ? null : kind)
                : null));
  }
}

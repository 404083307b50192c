package dev.sluice.analysis.traffic;

import dev.sluice.analysis.intake.Group;
import java.util.Optional;

/// The two workloads that are compared, and the Services by which they are chosen.
///
/// @param service name of the apex Service: `-canary` and `-primary` behind it name the others
public record Sides(Workload canary, Workload primary, String service) {

  /// @throws IllegalArgumentException when both are one, or the Service's name is none
  public Sides {
    if (canary.equals(primary)) {
      throw new IllegalArgumentException("canary and primary are both " + canary);
    }
    var _ = new Workload(canary.namespace(), service);
  }

  Workload canaryService() {
    return new Workload(canary.namespace(), service + "-canary");
  }

  Workload primaryService() {
    return new Workload(primary.namespace(), service + "-primary");
  }

  /// Whose requests these are: by the pod's workload, else, where no pod was picked, by the Service
  /// that was chosen; nothing for those of others.
  Optional<Group> of(RequestSeries series) {
    if (series.isAt(canary)) {
      return Optional.of(Group.CANARY);
    }
    if (series.isAt(primary)) {
      return Optional.of(Group.PRIMARY);
    }
    if (!series.pickedNoPod()) {
      return Optional.empty();
    }
    if (series.chose(canaryService())) {
      return Optional.of(Group.CANARY);
    }
    return series.chose(primaryService()) ? Optional.of(Group.PRIMARY) : Optional.empty();
  }
}

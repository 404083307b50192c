package dev.sluice.controller.target;

import dev.sluice.crds.Canary;
import java.util.List;

/// The kinds of workload that a Canary can look after.
public final class TargetKinds {
  private static final TargetKind DEPLOYMENTS = new Deployments();

  /// One line per kind.
  private static final List<TargetKind> KNOWN = List.of(DEPLOYMENTS, new DaemonSets());

  private TargetKinds() {}

  /// The kind of a Canary's target. One that is not known is refused before anything is written for
  /// it, and is looked for as a Deployment until then.
  public static TargetKind of(Canary canary) {
    var target = canary.spec().targetRef();
    return KNOWN.stream()
        .filter(known ->
            known.kind().kind().equals(target.kind())
                && known.kind().apiVersion().equals(target.apiVersion()))
        .findFirst()
        .orElse(DEPLOYMENTS);
  }
}

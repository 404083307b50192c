package dev.sluice.controller.gitsync;

import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.gitops.plan.Plan;
import dev.sluice.gitops.plan.Plan.Removal;
import dev.sluice.gitops.render.Manifest;
import java.util.Optional;

/// Writes objects in the name of the sync's ServiceAccount, one request each.
final class Writer {
  /// Owns what Git says.
  static final String MANAGER = "sluice-git";

  private final Cluster cluster;
  private final Cluster as;

  Writer(Cluster cluster, Cluster as) {
    this.cluster = cluster;
    this.as = as;
  }

  /// @throws Trouble.Stop when the server refuses, or does not answer
  void apply(Plan.Apply step) {
    Manifest payload = step.payload();
    try {
      Kind kind =
          cluster
              .resolve(payload.apiVersion(), payload.key().kind())
              .orElseThrow(() -> new ClusterFailure.Missing("its kind is gone"));
      as.apply(kind, Translation.resource(payload.content()), MANAGER, true, false);
    } catch (ClusterFailure e) {
      throw refused("ApplyFailed", payload, e).stop();
    }
  }

  /// @throws Trouble.Stop when the server refuses, or does not answer
  void delete(Removal removal) {
    try {
      Optional<Kind> kind = cluster.resolve(removal.apiVersion(), removal.key().kind());
      if (kind.isPresent()) {
        as.delete(kind.get(), Translation.ref(removal.key()), Optional.of(removal.uid()));
      }
    } catch (ClusterFailure e) {
      throw new Trouble(
              "PruneFailed",
              "deleting " + removal.key() + " failed: " + e.getMessage(),
              e instanceof ClusterFailure.Refused)
          .stop();
    }
  }

  /// The server may repeat parts of what it refuses, so its words about a Secret are not shown.
  static Trouble refused(String reason, Manifest payload, ClusterFailure failure) {
    boolean secret = payload.key().kind().equals("Secret") && payload.key().group().isEmpty();
    String message = String.valueOf(failure.getMessage());
    String why =
        secret
            ? "the API server does not take it, or does not answer; kubectl apply --dry-run=server"
                + " tells why"
            : message;
    boolean passes =
        message.contains("being terminated")
            || failure instanceof ClusterFailure.Unavailable
            || failure instanceof ClusterFailure.Conflict;
    return new Trouble(reason, payload.key() + " in " + payload.origin() + ": " + why, !passes);
  }
}

package dev.sluice.controller.check;

import dev.sluice.analysis.MeshQueries;
import dev.sluice.analysis.NeedsEdit;
import dev.sluice.analysis.Provider;
import dev.sluice.controller.rollout.Problem;
import dev.sluice.crds.Canary;
import dev.sluice.mesh.Mesh;
import dev.sluice.mesh.Meshes;
import dev.sluice.mesh.UnknownMesh;
import java.util.List;

/// The metrics of canaries, as their specs and the MetricTemplates in the cluster have them now.
public final class Metrics {
  private final MetricObjects objects;
  private final String metricsServer;
  private final Mesh meshByDefault;

  /// @param metricsServer of Canaries that name none
  /// @param meshByDefault of Canaries that name none
  public Metrics(MetricObjects objects, String metricsServer, Mesh meshByDefault) {
    this.objects = objects;
    this.metricsServer = metricsServer;
    this.meshByDefault = meshByDefault;
  }

  public Checks checks(Canary canary) {
    try {
      return ChecksReader.read(canary, queries(canary), metricsServer, objects.of(canary.ref()));
    } catch (NeedsEdit e) {
      return new Checks(
          Provider.prometheus(metricsServer),
          List.of(),
          List.of(),
          List.of(new Problem("spec.provider", e.getMessage())),
          List.of());
    }
  }

  /// What answers everything that has no provider of its own.
  Provider server(Canary canary) {
    return ChecksReader.metricsServer(canary, metricsServer);
  }

  /// @throws NeedsEdit for a mesh whose own metrics are not known
  MeshQueries queries(Canary canary) throws NeedsEdit {
    try {
      return MeshQueries.of(Meshes.of(canary.spec(), meshByDefault).name());
    } catch (UnknownMesh e) {
      throw new NeedsEdit("spec.provider", String.valueOf(e.getMessage()));
    }
  }
}

package dev.sluice.controller.check;

import dev.sluice.analysis.BuiltIn;
import dev.sluice.analysis.MeshQueries;
import dev.sluice.analysis.NeedsEdit;
import dev.sluice.analysis.Provider;
import dev.sluice.controller.rollout.policy.Problem;
import dev.sluice.controller.target.ServiceCopy;
import dev.sluice.crds.Canary;
import dev.sluice.mesh.Mesh;
import dev.sluice.mesh.Meshes;
import dev.sluice.mesh.UnknownMesh;
import java.util.List;

/// The metrics of canaries, as their specs and the MetricTemplates in the cluster have them now.
public final class Metrics {
  private static final Problem NO_COUNTERS =
      new Problem(
          "spec.analysis.metrics",
          "the built-in metrics of this mesh are counted by pod, and a Service that is a target has none of its own; use MetricTemplates");

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
      Checks checks =
          ChecksReader.read(canary, queries(canary), metricsServer, objects.of(canary.ref()));
      return isUncounted(canary) ? checks.with(NO_COUNTERS) : checks;
    } catch (NeedsEdit e) {
      return new Checks(
          Provider.prometheus(metricsServer),
          List.of(),
          List.of(),
          List.of(new Problem("spec.provider", e.getMessage())),
          List.of());
    }
  }

  /// Whether it asks for built-in metrics, which its mesh has of pods only.
  private boolean isUncounted(Canary canary) throws NeedsEdit {
    return ServiceCopy.isTargetOf(canary)
        && MeshQueries.ofService(queries(canary).mesh()).isEmpty()
        && canary.spec().analysis().metrics().stream()
            .anyMatch(metric ->
                metric.templateRef() == null
                    && metric.query() == null
                    && BuiltIn.named(metric.name()).isPresent());
  }

  /// What answers everything that has no provider of its own.
  Provider server(Canary canary) {
    return ChecksReader.metricsServer(canary, metricsServer);
  }

  /// @throws NeedsEdit for a mesh whose own metrics are not known
  MeshQueries queries(Canary canary) throws NeedsEdit {
    try {
      String mesh = Meshes.of(canary.spec(), meshByDefault).name();
      return ServiceCopy.isTargetOf(canary)
          ? MeshQueries.ofService(mesh).orElse(MeshQueries.of(mesh))
          : MeshQueries.of(mesh);
    } catch (UnknownMesh e) {
      throw new NeedsEdit("spec.provider", String.valueOf(e.getMessage()));
    }
  }
}

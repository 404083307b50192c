package dev.sluice.controller.preflight;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.canary.Plans;
import dev.sluice.controller.check.MetricObjects;
import dev.sluice.controller.check.Metrics;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.object.Interest;
import dev.sluice.controller.object.Reach;
import dev.sluice.controller.object.Subject;
import dev.sluice.controller.rollout.policy.Plan;
import dev.sluice.controller.rollout.policy.Problem;
import dev.sluice.controller.rollout.policy.Settings;
import dev.sluice.controller.routing.Providers;
import dev.sluice.crds.Canary;
import dev.sluice.crds.shape.Admission;
import dev.sluice.crds.shape.Unreadable;
import dev.sluice.mesh.Mesh;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;

/// Says of Canaries what the controller would say in conditions and Events.
public final class Preflight {
  private final Admission admission = new Admission(Canary.class);
  private final Plans plans;

  /// @param cluster what the metrics of Canaries refer to, and which meshes there are
  /// @param byDefault the mesh of Canaries that name none
  /// @param metricsServer of Canaries that name none
  /// @param reach which namespaces a Canary may refer to
  public Preflight(
      Cluster cluster,
      Settings settings,
      Mesh byDefault,
      String metricsServer,
      Reach reach,
      InstantSource clock) {
    plans =
        new Plans(
            settings,
            new Providers(cluster, byDefault, clock),
            new Metrics(
                new MetricObjects(cluster, new Interest(byDefault), reach),
                metricsServer,
                byDefault));
  }

  /// @throws dev.sluice.controller.cluster.ClusterFailure when the cluster does not answer
  public Verdict of(Manifests.Found found) {
    ObjectNode object = found.object();
    String name =
        object.at("/metadata/namespace").asText()
            + "/"
            + object.at("/metadata/name").asText("(no name)");
    String api = object.path("apiVersion").asText();
    if (!api.equals(Kind.CANARY.apiVersion())) {
      var old =
          new Problem(
              "apiVersion", "is %s; Sluice reads %s".formatted(api, Kind.CANARY.apiVersion()));
      return new Verdict(name, found.at(), List.of(old), List.of());
    }
    Admission.Admitted admitted = admission.admit(object);
    List<Problem> unknown =
        admitted.unknown().stream()
            .map(field ->
                new Problem(
                    field,
                    "is no field of a Canary; kubectl refuses it, and whoever does not validate has it dropped"))
            .toList();
    List<Problem> faults =
        admitted.faults().stream().map(f -> new Problem(f.field(), f.why())).toList();
    if (!faults.isEmpty()) {
      return new Verdict(name, found.at(), faults, unknown);
    }
    return switch (plan(admitted.object())) {
      case Plan.Invalid(var problems, _) -> new Verdict(name, found.at(), problems, unknown);
      case Plan.Valid(_, var warnings) ->
          new Verdict(
              name,
              found.at(),
              List.of(),
              Stream.concat(unknown.stream(), warnings.stream()).toList());
    };
  }

  private Plan plan(ObjectNode object) {
    try {
      Subject subject = Subject.of(object);
      Canary canary = subject.canary();
      return subject.problems().isEmpty()
          ? plans.of(canary)
          : new Plan.Invalid(subject.problems(), canary.spec().suspend());
    } catch (Unreadable e) {
      String why = String.valueOf(e.getMessage());
      String field = e.path();
      return new Plan.Invalid(
          List.of(
              new Problem(
                  field, why.startsWith(field + ": ") ? why.substring(field.length() + 2) : why)),
          false);
    }
  }
}

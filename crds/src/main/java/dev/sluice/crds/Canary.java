package dev.sluice.crds;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.crds.shape.Binding;
import dev.sluice.crds.shape.CustomResource;
import dev.sluice.crds.shape.CustomResource.Column;
import dev.sluice.crds.shape.Field;

/// One workload that is released progressively: Flagger's kind with optional fields beside it.
@CustomResource(
    group = "flagger.app",
    version = "v1beta1",
    kind = "Canary",
    plural = "canaries",
    categories = "all",
    optionalSpec = true,
    description = "One workload that is released progressively.",
    columns = {
      @Column(name = "Status", path = ".status.phase"),
      @Column(name = "Weight", path = ".status.canaryWeight"),
      @Column(name = "Suspended", path = ".spec.suspend", type = "boolean", priority = 1),
      @Column(name = "FailedChecks", path = ".status.failedChecks", priority = 1),
      @Column(name = "Interval", path = ".spec.analysis.interval", priority = 1),
      @Column(name = "Mirror", path = ".spec.analysis.mirror", type = "boolean", priority = 1),
      @Column(
          name = "StepWeight",
          path = ".spec.analysis.stepWeight",
          type = "number",
          priority = 1),
      @Column(name = "StepWeights", path = ".spec.analysis.stepWeights", priority = 1),
      @Column(name = "MaxWeight", path = ".spec.analysis.maxWeight", priority = 1),
      @Column(name = "LastTransitionTime", path = ".status.lastTransitionTime")
    })
public record Canary(
    @Field(value = "Standard object metadata.", required = true) Metadata metadata,
    @Field(value = "What the user wants.", required = true) CanarySpec spec,
    @Field("What the controller did and saw; written by it alone.") CanaryStatus status) {

  @SuppressWarnings("ConstantValue") // the binding passes null for what is absent
  public Canary {
    status = status == null ? CanaryStatus.EMPTY : status;
  }

  /// @throws dev.sluice.crds.shape.Unreadable naming the field that is not what it should be
  public static Canary read(JsonNode object) {
    return Binding.read(Canary.class, object);
  }

  public ObjectRef ref() {
    return metadata.ref();
  }

  /// The target's name with `-primary`: the copy that serves between releases.
  public String primaryName() {
    return spec.targetRef().name() + "-primary";
  }

  /// The name of the apex Service and of the routing object.
  public String apexName() {
    String name = spec.service().name();
    return name == null || name.isEmpty() ? spec.targetRef().name() : name;
  }

  public String primaryServiceName() {
    return apexName() + "-primary";
  }

  public String canaryServiceName() {
    return apexName() + "-canary";
  }

  /// The same object with another status.
  public Canary with(CanaryStatus newStatus) {
    return new Canary(metadata, spec, newStatus);
  }
}

package dev.sluice.crds;

import dev.sluice.crds.shape.Field;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a Canary asks for. Defaults are applied by the methods here when read, never written back.
public record CanarySpec(
    @Field(
            value =
                "The mesh or ingress that splits the traffic; the controller's own when absent.",
            values = {
              "apisix",
              "appmesh",
              "appmesh:v1beta2",
              "contour",
              "gatewayapi:v1",
              "gatewayapi:v1beta1",
              "gloo",
              "istio",
              "knative",
              "kubernetes",
              "kuma",
              "linkerd",
              "nginx",
              "osm",
              "skipper",
              "smi:v1alpha1",
              "smi:v1alpha2",
              "smi:v1alpha3",
              "traefik"
            })
        @Nullable String provider,
    @Field(
            "URL of the Prometheus that answers built-in and inline metrics; the controller's own when absent.")
        @Nullable String metricsServer,
    @Field(value = "The workload to release.", required = true) TargetRef targetRef,
    @Field("The autoscaler of the target.") @Nullable AutoscalerRef autoscalerRef,
    @Field("The Ingress to split (NGINX, Skipper).") @Nullable IngressRef ingressRef,
    @Field("The route to split (APISIX).") @Nullable RouteRef routeRef,
    @Field("The Gloo upstream whose settings are copied.") @Nullable UpstreamRef upstreamRef,
    @Field("How the workload is reached.") CanaryService service,
    @Field(value = "How a release is judged, and how fast it proceeds.", required = true)
        Analysis analysis,
    @Field(
            value =
                "Seconds for a Deployment to make progress before the rollout fails; 600 when absent.",
            type = "number")
        @Nullable Integer progressDeadlineSeconds,
    @Field("Promote without analysis.") boolean skipAnalysis,
    @Field("Give the target its replicas and Services back when the Canary is deleted.")
        boolean revertOnDeletion,
    @Field("Do nothing until this is false again.") boolean suspend) {

  /// As Flagger has it.
  public static final int DEFAULT_PROGRESS_DEADLINE_SECONDS = 600;

  @SuppressWarnings("ConstantValue") // the binding passes null for what is absent
  public CanarySpec {
    service = service == null ? CanaryService.EMPTY : service;
  }

  /// In seconds; Flagger's 600 when absent.
  public int progressDeadline() {
    return progressDeadlineSeconds == null
        ? DEFAULT_PROGRESS_DEADLINE_SECONDS
        : progressDeadlineSeconds;
  }

  public record TargetRef(
      @Field(value = "API version, such as `apps/v1`.", required = true) String apiVersion,
      @Field(
              value = "Kind of the workload.",
              required = true,
              values = {"DaemonSet", "Deployment", "Service"})
          String kind,
      @Field(value = "Name of the workload, in the Canary's namespace.", required = true)
          String name) {}

  public record AutoscalerRef(
      @Field(value = "API version, such as `autoscaling/v2`.", required = true) String apiVersion,
      @Field(
              value = "Kind of the autoscaler.",
              required = true,
              values = {"HorizontalPodAutoscaler", "ScaledObject"})
          String kind,
      @Field(value = "Name of the autoscaler.", required = true) String name,
      @Field("KEDA: query of the primary's copy by trigger name.")
          Map<String, String> primaryScalerQueries,
      @Field("Other bounds for the primary's copy.")
          @Nullable ScalerReplicas primaryScalerReplicas) {}

  public record ScalerReplicas(
      @Field(value = "Lower bound.", minimum = 1) @Nullable Integer minReplicas,
      @Field(value = "Upper bound.", minimum = 1) @Nullable Integer maxReplicas) {}

  public record IngressRef(
      @Field(value = "API version.", required = true) String apiVersion,
      @Field(value = "Kind.", required = true, values = "Ingress") String kind,
      @Field(value = "Name of the Ingress.", required = true) String name) {}

  public record RouteRef(
      @Field(value = "API version.", required = true) String apiVersion,
      @Field(value = "Kind.", required = true, values = "ApisixRoute") String kind,
      @Field(value = "Name of the route.", required = true) String name) {}

  public record UpstreamRef(
      @Field(value = "API version.", required = true) String apiVersion,
      @Field(value = "Kind.", required = true, values = "Upstream") String kind,
      @Field(value = "Name of the upstream.", required = true) String name,
      @Field("Namespace of the upstream; the Canary's own when absent.")
          @Nullable String namespace) {}
}

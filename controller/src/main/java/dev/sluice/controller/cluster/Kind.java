package dev.sluice.controller.cluster;

import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;

/// A kind of object as the API server names it.
///
/// @param group empty for the core group
/// @param plural as in the URL, such as `deployments`
public record Kind(String group, String version, String kind, String plural, boolean namespaced) {

  public static final Kind CANARY = of("flagger.app", "v1beta1", "Canary", "canaries");
  public static final Kind METRIC_TEMPLATE =
      of("flagger.app", "v1beta1", "MetricTemplate", "metrictemplates");
  public static final Kind ALERT_PROVIDER =
      of("flagger.app", "v1beta1", "AlertProvider", "alertproviders");
  public static final Kind GIT_SYNC = of("sluice.dev", "v1alpha1", "GitSync", "gitsyncs");
  public static final Kind DEPLOYMENT = of("apps", "v1", "Deployment", "deployments");
  public static final Kind DAEMON_SET = of("apps", "v1", "DaemonSet", "daemonsets");
  public static final Kind AUTOSCALER =
      of("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers");

  /// Known to a cluster with KEDA only.
  public static final Kind SCALED_OBJECT =
      of("keda.sh", "v1alpha1", "ScaledObject", "scaledobjects");

  public static final Kind DISRUPTION_BUDGET =
      of("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets");
  public static final Kind SERVICE = of("", "v1", "Service", "services");
  public static final Kind ENDPOINT_SLICE =
      of("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices");
  public static final Kind CONFIG_MAP = of("", "v1", "ConfigMap", "configmaps");
  public static final Kind SECRET = of("", "v1", "Secret", "secrets");
  public static final Kind LEASE = of("coordination.k8s.io", "v1", "Lease", "leases");
  public static final Kind EVENT = of("", "v1", "Event", "events");
  public static final Kind VIRTUAL_SERVICE =
      of("networking.istio.io", "v1", "VirtualService", "virtualservices");
  public static final Kind DESTINATION_RULE =
      of("networking.istio.io", "v1", "DestinationRule", "destinationrules");

  private static Kind of(String group, String version, String kind, String plural) {
    return new Kind(group, version, kind, plural, true);
  }

  /// `group/version`, or the version alone for the core group.
  public String apiVersion() {
    return group.isEmpty() ? version : group + "/" + version;
  }

  ResourceDefinitionContext context() {
    return new ResourceDefinitionContext.Builder()
        .withGroup(group)
        .withVersion(version)
        .withKind(kind)
        .withPlural(plural)
        .withNamespaced(namespaced)
        .build();
  }
}

package dev.sluice.crds;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.crds.shape.Field;
import dev.sluice.crds.shape.Rule;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How a Canary's workload is reached: its Services and what the mesh does with a request on the
/// way.
///
/// Parts that are only passed on to the mesh stay JSON; the mesh reads them into its own types.
///
/// @param port 0 when absent, which no Service can have
public record CanaryService(
    @Field("Name of the apex Service; the target's when absent.") @Nullable String name,
    @Field(value = "Port of all three Services.", required = true, type = "number") int port,
    @Field("Name of the port; `http` when absent.") @Nullable String portName,
    @Field(
            value = "Port of the pods, by number or name; as `port` when absent.",
            type = "int-or-string")
        @Nullable JsonNode targetPort,
    @Field("Application protocol of the port; `tcp` switches off HTTP routing.")
        @Nullable String appProtocol,
    @Field(
            value = "Which endpoints are preferred.",
            values = {"PreferClose", "PreferSameZone", "PreferSameNode"})
        @Nullable String trafficDistribution,
    @Field("Adds all other ports of the containers to the Services.") boolean portDiscovery,
    @Field("Services without a cluster IP.") boolean headless,
    @Field("Longest time for a request, all tries together.") @Nullable String timeout,
    @Field("Longest time for one try (Gateway API).") @Nullable String backendTimeout,
    @Field(
            "Istio gateways; `mesh` alone when absent. Traffic inside the mesh is split only when `mesh` is among them.")
        List<String> gateways,
    @Field(value = "Parents of the HTTPRoute (Gateway API).", maxItems = 32)
        List<GatewayRef> gatewayRefs,
    @Field("Hosts that the route serves, beside the apex Service's name.") List<String> hosts,
    @Field("An Istio delegate: a VirtualService without hosts and gateways.") boolean delegation,
    @Field(
            value = "Istio's traffic policy of both destinations.",
            shape = IstioShapes.TrafficPolicy.class)
        @Nullable JsonNode trafficPolicy,
    @Field(value = "Which requests the route takes.", shape = IstioShapes.HttpMatch.class)
        List<JsonNode> match,
    @Field("What becomes of path and host on the way.") @Nullable Rewrite rewrite,
    @Field(value = "When a failed request is tried again.", shape = IstioShapes.Retries.class)
        @Nullable JsonNode retries,
    @Field(value = "Headers to change.", shape = IstioShapes.Headers.class)
        @Nullable JsonNode headers,
    @Field("Static copies of requests (Gateway API).") List<Mirror> mirror,
    @Field(value = "Cross-origin policy.", shape = IstioShapes.CorsPolicy.class)
        @Nullable JsonNode corsPolicy,
    @Field("Name of the mesh (App Mesh).") @Nullable String meshName,
    @Field("Services that the workload calls (App Mesh).") List<String> backends,
    @Field("Metadata of the apex Service and of the routing object.") @Nullable ExtraMetadata apex,
    @Field("Metadata of the primary Service.") @Nullable ExtraMetadata primary,
    @Field("Metadata of the canary Service.") @Nullable ExtraMetadata canary,
    @Field("Keys that are left alone on the Services.")
        @Nullable UnmanagedMetadata unmanagedMetadata) {

  static final CanaryService EMPTY =
      new CanaryService(
          null, 0, null, null, null, null, false, false, null, null, List.of(), List.of(),
          List.of(), false, null, List.of(), null, null, null, List.of(), null, null, List.of(),
          null, null, null, null);

  /// Flagger's default name of the port.
  public String portNameOrDefault() {
    return portName == null || portName.isEmpty() ? "http" : portName;
  }

  /// Whether requests are routed as plain connections.
  public boolean tcp() {
    return appProtocol != null && appProtocol.toLowerCase(Locale.ROOT).equals("tcp");
  }

  public record Rewrite(
      @Field("Replaces the matched prefix, or the whole path.") @Nullable String uri,
      @Field("Replaces the Host header.") @Nullable String authority,
      @Field("Gateway API: `ReplacePrefixMatch`, else the full path is replaced.")
          @Nullable String type) {}

  public record GatewayRef(
      @Field(value = "Group of the parent.", byDefault = "\"gateway.networking.k8s.io\"")
          @Nullable String group,
      @Field(value = "Kind of the parent.", byDefault = "\"Gateway\"") @Nullable String kind,
      @Field(value = "Name of the parent.", required = true) String name,
      @Field("Namespace of the parent; the Canary's own when absent.") @Nullable String namespace,
      @Field("Section of the parent, such as a listener.") @Nullable String sectionName,
      @Field(value = "Port of the parent.", minimum = 1, maximum = 65535) @Nullable Integer port) {}

  public record Mirror(
      @Field("The Service that receives the copies.") @Nullable BackendRef backendRef) {}

  @Rule.Check(
      value = "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true",
      message = "Must have port for Service reference")
  public record BackendRef(
      @Field(value = "Group of the backend.", maxLength = 253, byDefault = "\"\"")
          @Nullable String group,
      @Field(value = "Kind of the backend.", maxLength = 63, byDefault = "\"Service\"")
          @Nullable String kind,
      @Field(value = "Name of the backend.", required = true, maxLength = 253) String name,
      @Field("Namespace of the backend; the Canary's own when absent.") @Nullable String namespace,
      @Field(value = "Port of the backend.", minimum = 1, maximum = 65535)
          @Nullable Integer port) {}

  public record ExtraMetadata(
      @Field("Labels to add.") Map<String, String> labels,
      @Field("Annotations to add.") Map<String, String> annotations) {}

  public record UnmanagedMetadata(
      @Field("Keys of annotations.") List<String> annotations,
      @Field("Keys of labels.") List<String> labels) {}
}

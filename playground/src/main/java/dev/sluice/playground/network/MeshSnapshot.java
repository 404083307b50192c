package dev.sluice.playground.network;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.playground.network.DestinationRules.DestinationRule;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Everything that routing looks at, at one moment. Immutable.
public final class MeshSnapshot {
  public static final MeshSnapshot EMPTY = new MeshSnapshot(Config.EMPTY, List.of());

  private final Config config;
  private final Map<String, List<Pod>> podsByNamespace;
  private final Set<String> addresses;
  private final Map<Asked, List<Endpoint>> endpoints = new ConcurrentHashMap<>();

  private MeshSnapshot(Config config, Collection<Pod> pods) {
    this.config = config;
    this.podsByNamespace = pods.stream().collect(Collectors.groupingBy(Pod::namespace));
    this.addresses = pods.stream().map(Pod::ip).collect(Collectors.toUnmodifiableSet());
  }

  /// Reads Services, Pods, VirtualServices, DestinationRules and Gateways; other kinds and objects
  /// that cannot be read are left out.
  public static MeshSnapshot of(Collection<? extends JsonNode> objects) {
    return of(objects, Settings.DEFAULT);
  }

  public static MeshSnapshot of(Collection<? extends JsonNode> objects, Settings settings) {
    return new MeshParts(settings).with(objects).snapshot();
  }

  static MeshSnapshot of(Config config, Collection<Pod> pods) {
    return new MeshSnapshot(config, pods);
  }

  Config config() {
    return config;
  }

  /// Ready pods behind a destination, in the order of their names. Pods come from the Service's
  /// selector: a Service without one has no endpoints here.
  ///
  /// @param caller the caller's namespace, whose rules say what a subset is
  List<Endpoint> endpoints(String caller, Destination destination) {
    return endpoints.computeIfAbsent(new Asked(caller, destination), this::found);
  }

  private record Asked(String caller, Destination destination) {}

  private List<Endpoint> found(Asked asked) {
    var destination = asked.destination;
    var service = config.services.get(destination.host());
    var port = service == null ? null : service.port(destination.port()).orElse(null);
    if (service == null || port == null || service.selector.isEmpty()) {
      return List.of();
    }
    var wanted = new HashMap<>(service.selector);
    wanted.putAll(config.subset(asked.caller, destination).orElse(Map.of()));
    return podsByNamespace.getOrDefault(service.namespace, List.of()).stream()
        .filter(pod -> pod.ready && pod.labels.entrySet().containsAll(wanted.entrySet()))
        .flatMap(pod -> pod.target(port).stream())
        .toList();
  }

  /// What is written in a way that cannot do what it seems to, one sentence each.
  List<String> doubts() {
    var known = config.gateways.stream().map(Gateway::qualified).collect(Collectors.toSet());
    return config.virtualServices.stream()
        .flatMap(v -> v.gatewayNames().stream().map(name -> Map.entry(v, name)))
        .filter(e -> !known.contains(e.getValue()))
        .map(e ->
            "VirtualService %s/%s names the Gateway %s, which does not exist: no outside traffic"
                .formatted(e.getKey().namespace(), e.getKey().name(), e.getValue()))
        .toList();
  }

  /// Whether a pod, ready or not, has this address.
  boolean hasPod(String ip) {
    return addresses.contains(ip);
  }

  /// The Service that an inbound proxy of this pod names: the oldest one that selects it, by name
  /// for equal ages.
  Optional<String> inboundService(String namespace, Map<String, String> labels) {
    return config.servicesByNamespace.getOrDefault(namespace, List.of()).stream()
        .filter(s -> !s.selector.isEmpty())
        .filter(s -> labels.entrySet().containsAll(s.selector.entrySet()))
        .min(Comparator.comparing((Service s) -> s.created).thenComparing((Service s) -> s.name))
        .map(Service::host);
  }

  /// What differs between meshes; the defaults are those of a fresh Istio.
  ///
  /// @param registryOnly unknown hosts are answered 502 instead of being passed on
  /// @param shadowSuffix mirrored copies get `-shadow` behind the host name, as before Istio 1.28
  /// @param joinRepeatedHeaders values of a repeated header are joined by a comma before a match,
  ///   as older Envoys do
  public record Settings(boolean registryOnly, boolean shadowSuffix, boolean joinRepeatedHeaders) {
    public static final Settings DEFAULT = new Settings(false, false, false);

    /// Nothing leaves the mesh.
    public static final Settings CLOSED = new Settings(true, false, false);
  }

  /// What route tables are made of; a change means new tables. Compared by identity: a new one is
  /// made only when an object changed.
  static final class Config {
    static final Config EMPTY =
        new Config(Map.of(), List.of(), List.of(), List.of(), GatewayApi.EMPTY, Settings.DEFAULT);

    private final Map<String, Service> services;
    private final Map<String, List<Service>> servicesByNamespace;
    private final List<VirtualService> virtualServices;
    private final Map<String, List<VirtualService>> delegates;
    private final DestinationRules rules;
    private final List<Gateway> gateways;
    private final GatewayApi gatewayApi;
    private final Attachments attachments;
    private final Settings settings;

    /// @param services by full name
    /// @param virtualServices in the order of age, then name, then namespace
    Config(
        Map<String, Service> services,
        List<VirtualService> virtualServices,
        List<DestinationRule> rules,
        List<Gateway> gateways,
        GatewayApi gatewayApi,
        Settings settings) {
      this.gatewayApi = gatewayApi;
      this.attachments = new Attachments(gatewayApi, services);
      this.services = services;
      this.servicesByNamespace =
          services.values().stream().collect(Collectors.groupingBy(Service::namespace));
      this.virtualServices = List.copyOf(virtualServices);
      this.delegates =
          virtualServices.stream()
              .filter(VirtualService::isDelegate)
              .collect(Collectors.groupingBy(v -> v.namespace() + "/" + v.name()));
      this.rules = new DestinationRules(rules);
      this.gateways = List.copyOf(gateways);
      this.settings = settings;
    }

    Map<String, Service> services() {
      return services;
    }

    List<VirtualService> virtualServices() {
      return virtualServices;
    }

    List<Gateway> gateways() {
      return gateways;
    }

    Settings settings() {
      return settings;
    }

    GatewayApi gatewayApi() {
      return gatewayApi;
    }

    Attachments attachments() {
      return attachments;
    }

    List<VirtualService> delegates(String namespace, String name) {
      return delegates.getOrDefault(namespace + "/" + name, List.of());
    }

    private Optional<Map<String, String>> subset(String caller, Destination destination) {
      return rules.subset(caller, owner(destination), destination);
    }

    /// @param caller the caller's namespace
    boolean exists(String caller, Destination destination) {
      var service = services.get(destination.host());
      return service != null
          && service.port(destination.port()).isPresent()
          && subset(caller, destination).isPresent();
    }

    /// The policy for a destination: that of its own host only, never the host the caller used.
    TrafficPolicy policy(String caller, Destination destination) {
      return rules.policy(caller, owner(destination), destination);
    }

    private String owner(Destination destination) {
      var service = services.get(destination.host());
      return service == null ? "" : service.namespace;
    }
  }

  record Service(
      String namespace,
      String name,
      Instant created,
      List<ServicePort> ports,
      Map<String, String> selector,
      String clusterIp) {
    String host() {
      return Names.full(name, namespace);
    }

    Optional<ServicePort> port(int number) {
      return ports.stream().filter(p -> p.number == number).findFirst();
    }
  }

  /// @param target a number or the name of a container port; empty means the same number
  record ServicePort(String name, int number, String target, String appProtocol) {

    /// `tcp…` and its like are not read as HTTP, and http rules do not apply to them; a name
    /// without a known protocol is detected and does.
    boolean isHttp() {
      var protocol = appProtocol.isEmpty() ? name : appProtocol;
      var dash = protocol.indexOf('-');
      return switch (Names.lower(dash < 0 ? protocol : protocol.substring(0, dash))) {
        case "tcp", "tls", "https", "udp", "mongo", "redis", "mysql" -> false;
        default -> true;
      };
    }
  }

  record Pod(
      String namespace,
      String name,
      String ip,
      boolean ready,
      String workload,
      Map<String, String> labels,
      Map<String, Integer> ports) {

    private Optional<Endpoint> target(ServicePort port) {
      var number =
          port.target.isEmpty()
              ? Optional.of(port.number)
              : port.target.chars().allMatch(Character::isDigit)
                  ? Optional.of(Integer.parseInt(port.target))
                  : Optional.ofNullable(ports.get(port.target));
      return number.map(n -> new Endpoint(ip, n, name, namespace, workload, labels));
    }
  }

  record Gateway(
      String namespace, String name, Map<String, String> selector, List<Server> servers) {
    String qualified() {
      return namespace + "/" + name;
    }
  }

  record Server(int port, String protocol, List<ServedHost> hosts, boolean httpsRedirect) {}

  /// @param namespace whose VirtualServices may have it; `*` for any
  /// @param domain with or without a wildcard
  record ServedHost(String namespace, String domain) {}

  static <K, V> Map<K, V> index(Collection<V> values, Function<V, K> key) {
    return values.stream().collect(Collectors.toUnmodifiableMap(key, v -> v, (a, _) -> a));
  }
}

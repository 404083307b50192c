package dev.sluice.playground.network;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Everything that routing looks at, at one moment. Immutable.
public final class MeshSnapshot {
  public static final MeshSnapshot EMPTY = new MeshSnapshot(Config.EMPTY, List.of());

  private final Config config;
  private final Map<String, List<Pod>> podsByNamespace;

  private MeshSnapshot(Config config, Collection<Pod> pods) {
    this.config = config;
    this.podsByNamespace = pods.stream().collect(Collectors.groupingBy(Pod::namespace));
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
  List<Endpoint> endpoints(Destination destination) {
    var service = config.services.get(destination.host());
    var port = service == null ? null : service.port(destination.port()).orElse(null);
    if (service == null || port == null || service.selector.isEmpty()) {
      return List.of();
    }
    var wanted = new HashMap<>(service.selector);
    wanted.putAll(config.subset(destination).orElse(Map.of()));
    return podsByNamespace.getOrDefault(service.namespace, List.of()).stream()
        .filter(pod -> pod.ready && pod.labels.entrySet().containsAll(wanted.entrySet()))
        .flatMap(pod -> pod.target(port).stream())
        .toList();
  }

  /// What is written in a way that cannot do what it seems to, one sentence each.
  List<String> doubts() {
    return config.virtualServices.stream()
        .flatMap(v -> v.gatewayNames().stream().map(name -> Map.entry(v, name)))
        .filter(e -> config.gateways.stream().noneMatch(g -> g.is(e.getValue())))
        .map(e ->
            "VirtualService %s/%s names the Gateway %s, which does not exist: no outside traffic"
                .formatted(e.getKey().namespace(), e.getKey().name(), e.getValue()))
        .toList();
  }

  /// Whether a pod, ready or not, has this address.
  boolean hasPod(String ip) {
    return podsByNamespace.values().stream().anyMatch(pods -> hasPod(pods, ip));
  }

  private static boolean hasPod(List<Pod> pods, String ip) {
    return pods.stream().anyMatch(pod -> pod.ip.equals(ip));
  }

  /// The Service that an inbound proxy of this pod names: the oldest one that selects it, by name
  /// for equal ages.
  Optional<String> inboundService(String namespace, Map<String, String> labels) {
    return config.services.values().stream()
        .filter(s -> s.namespace.equals(namespace) && !s.selector.isEmpty())
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

  /// What route tables are made of; a change means new tables.
  ///
  /// @param services by full name
  /// @param virtualServices in the order of age, then name, then namespace
  /// @param rules in the same order
  record Config(
      Map<String, Service> services,
      List<VirtualService> virtualServices,
      List<DestinationRule> rules,
      List<Gateway> gateways,
      Settings settings) {
    static final Config EMPTY =
        new Config(Map.of(), List.of(), List.of(), List.of(), Settings.DEFAULT);

    Optional<Map<String, String>> subset(Destination destination) {
      if (destination.subset().isEmpty()) {
        return Optional.of(Map.of());
      }
      return rules.stream()
          .filter(r -> Names.covers(r.host(), destination.host()))
          .flatMap(r -> Optional.ofNullable(r.subsets().get(destination.subset())).stream())
          .findFirst();
    }

    boolean exists(Destination destination) {
      var service = services.get(destination.host());
      return service != null
          && service.port(destination.port()).isPresent()
          && subset(destination).isPresent();
    }

    /// The policy for a destination: that of its own host only, never the host the caller used.
    TrafficPolicy policy(Destination destination) {
      return rules.stream()
          .filter(r -> Names.covers(r.host(), destination.host()))
          .map(DestinationRule::policy)
          .findFirst()
          .orElse(TrafficPolicy.NONE);
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

  /// @param host full name or wildcard
  record DestinationRule(
      String host, Map<String, Map<String, String>> subsets, TrafficPolicy policy) {}

  /// @param stickyBy null when pods are drawn at random
  /// @param ejectAfter consecutive 5xx answers that take a pod out, 0 for never
  /// @param ejectFor for how long at the first time
  /// @param ejectAtMost percent of the pods
  record TrafficPolicy(
      @Nullable StickyBy stickyBy, int ejectAfter, Duration ejectFor, int ejectAtMost) {
    static final TrafficPolicy NONE = new TrafficPolicy(null, 0, Duration.ZERO, 0);
  }

  /// What `consistentHash` looks at.
  sealed interface StickyBy {
    /// @param ttl null when no cookie is set by the proxy
    record Cookie(String name, @Nullable Duration ttl) implements StickyBy {}

    record HeaderValue(String name) implements StickyBy {}

    record QueryParameter(String name) implements StickyBy {}
  }

  record Gateway(
      String namespace, String name, Map<String, String> selector, List<Server> servers) {
    boolean is(String qualified) {
      return qualified.equals(namespace + "/" + name);
    }
  }

  /// @param hosts as written, without a namespace part
  record Server(int port, String protocol, List<String> hosts, boolean httpsRedirect) {}

  static <K, V> Map<K, V> index(Collection<V> values, Function<V, K> key) {
    return values.stream().collect(Collectors.toUnmodifiableMap(key, v -> v, (a, _) -> a));
  }
}

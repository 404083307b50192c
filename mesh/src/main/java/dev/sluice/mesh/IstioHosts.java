package dev.sluice.mesh;

import dev.sluice.crds.Canary;
import dev.sluice.crds.ObjectRef;
import io.fabric8.istio.api.networking.v1.VirtualService;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Which VirtualService Istio obeys when several claim a host.
///
/// In the mesh they are not merged: the first one wins whole, where private ones come before those
/// exported to single namespaces, and these before public ones; among equals the older, then the
/// name that sorts first. On a gateway they are merged, older first.
final class IstioHosts {
  static final String MESH = "mesh";
  private static final String SUFFIX = ".svc.cluster.local";

  /// Who sees a VirtualService; the order is Istio's.
  private enum Reach {
    PRIVATE,
    SOME_NAMESPACES,
    PUBLIC,
    NOBODY
  }

  /// @param unconditional whether it has a rule without conditions
  /// @param created empty for one that does not exist yet, which is younger than all
  private record Claim(
      ObjectRef ref, Reach reach, String created, List<String> gateways, boolean unconditional) {

    boolean before(Claim other) {
      if (reach != other.reach) {
        return reach.compareTo(other.reach) < 0;
      }
      return older(other);
    }

    boolean older(Claim other) {
      if (created.isEmpty() || other.created.isEmpty()) {
        return !created.isEmpty();
      }
      // RFC 3339 in UTC with whole seconds sorts as text
      int byAge = created.compareTo(other.created);
      int byName = ref.name().compareTo(other.ref.name());
      if (byAge != 0 || byName != 0) {
        return byAge != 0 ? byAge < 0 : byName < 0;
      }
      return ref.namespace().compareTo(other.ref.namespace()) < 0;
    }
  }

  private IstioHosts() {}

  /// The hosts that our VirtualService has: the given ones, and the apex unless it is among them.
  static List<String> hosts(Canary app) {
    if (app.spec().service().delegation()) {
      return List.of();
    }
    var hosts = new ArrayList<>(app.spec().service().hosts());
    if (!hosts.contains(app.apexName()) && !hosts.contains("*")) {
      hosts.add(app.apexName());
    }
    return List.copyOf(hosts);
  }

  /// The gateways that our VirtualService applies to.
  static List<String> gateways(Canary app) {
    if (app.spec().service().delegation()) {
      return List.of();
    }
    return app.spec().service().gateways().isEmpty()
        ? List.of(MESH)
        : app.spec().service().gateways();
  }

  /// The hosts of our VirtualService as full names.
  static Set<String> claimed(Canary app) {
    return full(hosts(app), app.metadata().namespace());
  }

  /// The hosts of any VirtualService as full names.
  static Set<String> claimed(VirtualService service) {
    return service.getSpec() == null
        ? Set.of()
        : full(list(service.getSpec().getHosts()), ref(service).namespace());
  }

  private static Set<String> full(List<String> hosts, String namespace) {
    return hosts.stream()
        .map(host -> full(host, namespace))
        .collect(Collectors.toUnmodifiableSet());
  }

  /// Whether this Canary made the object, here or under Flagger.
  static boolean isControlled(Canary app, VirtualService live) {
    return list(live.getMetadata().getOwnerReferences()).stream()
        .filter(owner -> Boolean.TRUE.equals(owner.getController()))
        .anyMatch(owner -> Objects.equals(owner.getUid(), app.metadata().uid()));
  }

  /// The others that Istio obeys instead of us for one of our hosts, for some callers at least.
  static List<String> rivals(Canary app, List<VirtualService> visible) {
    ObjectRef own = new ObjectRef(app.metadata().namespace(), app.apexName());
    Optional<VirtualService> live =
        visible.stream().filter(service -> ref(service).equals(own)).findFirst();
    Claim ours =
        new Claim(
            own,
            live.map(IstioHosts::reach).orElse(Reach.PUBLIC),
            live.map(IstioHosts::created).orElse(""),
            qualified(gateways(app), own.namespace()),
            app.spec().service().match().isEmpty());
    var rivals = new ArrayList<String>();
    live.flatMap(service -> controller(app, service)).ifPresent(rivals::add);
    for (VirtualService other : visible) {
      if (ref(other).equals(own) || other.getSpec() == null) {
        continue;
      }
      if (!Collections.disjoint(claimed(app), claimed(other))) {
        beats(claim(other), ours).ifPresent(rivals::add);
      }
    }
    return List.copyOf(rivals);
  }

  /// The rival as a person would name it, if Istio obeys it rather than us.
  private static Optional<String> beats(Claim theirs, Claim ours) {
    String name = "VirtualService " + theirs.ref;
    if (theirs.reach == Reach.NOBODY) {
      return Optional.empty();
    }
    if (ours.gateways.contains(MESH) && theirs.gateways.contains(MESH) && theirs.before(ours)) {
      return Optional.of(
          switch (theirs.reach) {
            case PRIVATE -> name + " (for callers in " + theirs.ref.namespace() + ")";
            case SOME_NAMESPACES -> name + " (for callers in the namespaces it is exported to)";
            case PUBLIC, NOBODY -> name;
          });
    }
    // On a gateway rules with conditions come first, whoever has them; of the others the oldest.
    return ours.gateways.stream()
        .filter(gateway -> !gateway.equals(MESH) && theirs.gateways.contains(gateway))
        .filter(_ -> ours.unconditional && theirs.unconditional && theirs.older(ours))
        .map(gateway -> name + " (on gateway " + gateway + ")")
        .findFirst();
  }

  /// Two Canaries with one apex would overwrite each other's weights for ever.
  private static Optional<String> controller(Canary app, VirtualService live) {
    return list(live.getMetadata().getOwnerReferences()).stream()
        .filter(owner -> Boolean.TRUE.equals(owner.getController()))
        .filter(owner -> !Objects.equals(owner.getUid(), app.metadata().uid()))
        .map(owner ->
            owner.getKind()
                + " "
                + owner.getName()
                + " (which controls VirtualService "
                + ref(live)
                + ")")
        .findFirst();
  }

  private static Claim claim(VirtualService service) {
    List<String> gateways = list(service.getSpec().getGateways());
    return new Claim(
        ref(service),
        reach(service),
        created(service),
        qualified(gateways.isEmpty() ? List.of(MESH) : gateways, ref(service).namespace()),
        list(service.getSpec().getHttp()).stream()
            .anyMatch(rule -> list(rule.getMatch()).isEmpty()));
  }

  private static Reach reach(VirtualService service) {
    List<String> exportTo =
        service.getSpec() == null ? List.of() : list(service.getSpec().getExportTo());
    if (exportTo.isEmpty() || exportTo.contains("*")) {
      return Reach.PUBLIC;
    }
    if (exportTo.contains("~")) {
      return Reach.NOBODY;
    }
    return exportTo.equals(List.of(".")) || exportTo.equals(List.of(ref(service).namespace()))
        ? Reach.PRIVATE
        : Reach.SOME_NAMESPACES;
  }

  private static String created(VirtualService service) {
    String created = service.getMetadata().getCreationTimestamp();
    return created == null ? "" : created;
  }

  private static List<String> qualified(List<String> gateways, String namespace) {
    return gateways.stream().map(name -> qualified(name, namespace)).toList();
  }

  /// `NAMESPACE/NAME` of a gateway that may be written short, or in full as in old times.
  private static String qualified(String gateway, String namespace) {
    if (gateway.equals(MESH)) {
      return MESH;
    }
    if (gateway.startsWith("./")) {
      return namespace + gateway.substring(1);
    }
    String[] parts = gateway.split("\\.", 3);
    if (!gateway.contains("/") && parts.length > 1) {
      return parts[1] + "/" + parts[0];
    }
    return gateway.contains("/") ? gateway : namespace + "/" + gateway;
  }

  /// A name without a dot belongs to the namespace of its VirtualService; one with a dot is a full
  /// name as it stands, so `app.prod` is not the Service `app`.
  private static String full(String host, String namespace) {
    String name = host.toLowerCase(Locale.ROOT);
    if (name.endsWith(".")) {
      name = name.substring(0, name.length() - 1);
    }
    return name.contains(".") || name.contains("*") ? name : name + "." + namespace + SUFFIX;
  }

  private static ObjectRef ref(VirtualService service) {
    String namespace = service.getMetadata().getNamespace();
    return new ObjectRef(namespace == null ? "" : namespace, service.getMetadata().getName());
  }

  /// The client's model has null for an absent list.
  @SuppressWarnings("ConstantValue")
  private static <T> List<T> list(List<T> values) {
    return values == null ? List.of() : values;
  }
}

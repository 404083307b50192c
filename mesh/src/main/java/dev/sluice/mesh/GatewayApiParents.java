package dev.sluice.mesh;

import dev.sluice.crds.Canary;
import dev.sluice.crds.CanaryService.GatewayRef;
import dev.sluice.crds.ObjectRef;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteMatch;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.ParentReference;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.RouteParentStatus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What an HTTPRoute hangs on: whether its parents obey it as it is now, and which other route they
/// obey instead.
final class GatewayApiParents {
  private static final String GROUP = "gateway.networking.k8s.io";
  private static final String GATEWAY = "Gateway";
  private static final int LONGEST_REASON = 300;

  /// With the defaults filled in; the namespace is never absent.
  private record Parent(
      String group,
      String kind,
      String namespace,
      String name,
      @Nullable String section,
      @Nullable Integer port) {

    static Parent of(ParentReference ref, String home) {
      return new Parent(
          ref.getGroup() == null ? GROUP : ref.getGroup(),
          ref.getKind() == null ? GATEWAY : ref.getKind(),
          ref.getNamespace() == null ? home : ref.getNamespace(),
          ref.getName(),
          ref.getSectionName(),
          ref.getPort());
    }

    boolean overlaps(Parent other) {
      return object().equals(other.object())
          && (section == null || other.section == null || section.equals(other.section))
          && (port == null || other.port == null || port.equals(other.port));
    }

    String object() {
      return kind + " " + namespace + "/" + name;
    }

    @Override
    public String toString() {
      return object() + (section == null ? "" : ", section " + section);
    }
  }

  private GatewayApiParents() {}

  /// @param live as they are; those that stay keep what we do not know of them
  static List<ParentReference> of(Canary app, List<ParentReference> live) {
    String home = app.metadata().namespace();
    List<ParentReference> refs = new ArrayList<>();
    for (GatewayRef asked : app.spec().service().gatewayRefs()) {
      ParentReference made = new ParentReference();
      made.setGroup(asked.group() == null ? GROUP : asked.group());
      made.setKind(asked.kind() == null ? GATEWAY : asked.kind());
      made.setNamespace(asked.namespace());
      made.setName(asked.name());
      made.setSectionName(asked.sectionName());
      made.setPort(asked.port());
      refs.add(
          live.stream()
              .filter(ref -> Parent.of(ref, home).equals(Parent.of(made, home)))
              .findFirst()
              .orElse(made));
    }
    return refs;
  }

  /// Why not all parents obey the route as it is now; empty when they do.
  static Optional<String> pending(HTTPRoute route) {
    return parents(route).stream()
        .map(parent -> pending(parent, route))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /// Several implementations may report about one parent, of which some have left it long ago: one
  /// that obeys is enough.
  private static Optional<String> pending(Parent parent, HTTPRoute route) {
    List<RouteParentStatus> reports =
        route.getStatus() == null ? List.of() : MeshObjects.list(route.getStatus().getParents());
    List<Optional<String>> doubts =
        reports.stream()
            .filter(report -> report.getParentRef() != null)
            .filter(
                report -> Parent.of(report.getParentRef(), ref(route).namespace()).equals(parent))
            .map(report -> doubt(parent, report, route))
            .toList();
    if (doubts.isEmpty()) {
      return Optional.of(
          "%s has not reported that it accepts HTTPRoute %s".formatted(parent, ref(route)));
    }
    return doubts.contains(Optional.<String>empty()) ? Optional.empty() : doubts.getFirst();
  }

  private static Optional<String> doubt(Parent parent, RouteParentStatus report, HTTPRoute route) {
    return doubt(parent, report, route, "Accepted", "does not accept")
        .or(() ->
            doubt(parent, report, route, "ResolvedRefs", "does not find all that is named by"));
  }

  private static Optional<String> doubt(
      Parent parent, RouteParentStatus report, HTTPRoute route, String type, String otherwise) {
    Long generation = route.getMetadata().getGeneration();
    Optional<Condition> found =
        MeshObjects.list(report.getConditions()).stream()
            .filter(condition -> type.equals(condition.getType()))
            .findFirst();
    boolean current =
        found
            .map(Condition::getObservedGeneration)
            .filter(seen -> generation == null || seen >= generation)
            .isPresent();
    if (!current) {
      return Optional.of(
          "%s has not looked at HTTPRoute %s as it is now".formatted(parent, ref(route)));
    }
    Condition condition = found.get();
    return "True".equals(condition.getStatus())
        ? Optional.empty()
        : Optional.of(
            shortened(
                "%s %s HTTPRoute %s: %s %s"
                    .formatted(
                        parent,
                        otherwise,
                        ref(route),
                        Objects.toString(condition.getReason(), ""),
                        Objects.toString(condition.getMessage(), ""))));
  }

  private static String shortened(String text) {
    String line = text.replaceAll("\\s+", " ").strip();
    return line.length() <= LONGEST_REASON ? line : line.substring(0, LONGEST_REASON) + "…";
  }

  static Set<String> claims(HTTPRoute route) {
    return route.getSpec() == null
        ? Set.of()
        : claims(
            ref(route).namespace(),
            MeshObjects.list(route.getSpec().getParentRefs()),
            MeshObjects.list(route.getSpec().getHostnames()));
  }

  /// A host is claimed on a parent: the same name behind two gateways is two hosts. A name that is
  /// more special than another's wins and is no other's rival. A Service as parent has no hosts.
  static Set<String> claims(String home, List<ParentReference> refs, List<String> hostnames) {
    return refs.stream()
        .map(ref -> Parent.of(ref, home))
        .flatMap(parent ->
            (hostnames.isEmpty() || parent.kind.equals("Service") ? List.of("*") : hostnames)
                .stream().map(host -> host.toLowerCase(Locale.ROOT) + " on " + parent.object()))
        .collect(Collectors.toUnmodifiableSet());
  }

  /// The others that a gateway obeys instead of us: routes of one host are merged, and of rules
  /// that ask for the same the one of the older route wins.
  static List<String> rivals(Canary app, List<HTTPRoute> visible) {
    ObjectRef own = new ObjectRef(app.metadata().namespace(), app.apexName());
    Optional<HTTPRoute> live = visible.stream().filter(route -> ref(route).equals(own)).findFirst();
    List<String> rivals = new ArrayList<>();
    live.flatMap(route -> otherController(app, route)).ifPresent(rivals::add);
    String home = own.namespace();
    List<Parent> parents =
        of(app, List.of()).stream().map(parent -> Parent.of(parent, home)).toList();
    List<HTTPRouteMatch> ours = GatewayApiMatches.of(app.spec().service().match());
    Set<String> claims = claims(home, of(app, List.of()), app.spec().service().hosts());
    for (HTTPRoute other : visible) {
      if (!ref(other).equals(own)
          && !Collections.disjoint(claims, claims(other))
          && parents(other).stream().anyMatch(their -> parents.stream().anyMatch(their::overlaps))
          && asksForTheSame(other, ours)
          && isOlder(other, live)) {
        rivals.add("HTTPRoute " + ref(other));
      }
    }
    return List.copyOf(rivals);
  }

  private static boolean asksForTheSame(HTTPRoute other, List<HTTPRouteMatch> ours) {
    List<HTTPRouteMatch> everything = GatewayApiMatches.of(List.of());
    return GatewayApi.rules(other).stream()
        .map(rule -> MeshObjects.list(rule.getMatches()))
        .map(matches -> matches.isEmpty() ? everything : matches)
        .anyMatch(matches -> !Collections.disjoint(matches, ours));
  }

  /// One that does not exist yet is younger than all.
  private static boolean isOlder(HTTPRoute other, Optional<HTTPRoute> live) {
    if (live.isEmpty()) {
      return true;
    }
    // RFC 3339 in UTC with whole seconds sorts as text
    int byAge = created(other).compareTo(created(live.get()));
    return byAge != 0 ? byAge < 0 : ref(other).toString().compareTo(ref(live.get()).toString()) < 0;
  }

  /// Two Canaries with one apex would overwrite each other's weights for ever.
  private static Optional<String> otherController(Canary app, HTTPRoute live) {
    Optional<OwnerReference> other =
        MeshObjects.list(live.getMetadata().getOwnerReferences()).stream()
            .filter(owner -> Boolean.TRUE.equals(owner.getController()))
            .filter(owner -> !Objects.equals(owner.getUid(), app.metadata().uid()))
            .findFirst();
    return other.map(owner ->
        "%s %s (which controls HTTPRoute %s)"
            .formatted(owner.getKind(), owner.getName(), ref(live)));
  }

  private static List<Parent> parents(HTTPRoute route) {
    return route.getSpec() == null
        ? List.of()
        : MeshObjects.list(route.getSpec().getParentRefs()).stream()
            .map(parent -> Parent.of(parent, ref(route).namespace()))
            .toList();
  }

  private static String created(HTTPRoute route) {
    return Objects.toString(route.getMetadata().getCreationTimestamp(), "");
  }

  private static ObjectRef ref(HTTPRoute route) {
    return new ObjectRef(
        Objects.toString(route.getMetadata().getNamespace(), ""), route.getMetadata().getName());
  }
}

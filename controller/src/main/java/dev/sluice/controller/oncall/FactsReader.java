package dev.sluice.controller.oncall;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.oncall.CanaryFacts.Route;
import dev.sluice.controller.oncall.CanaryFacts.Side;
import dev.sluice.controller.oncall.CanaryFacts.Told;
import dev.sluice.controller.rollout.Outline;
import dev.sluice.controller.rollout.Standing;
import dev.sluice.controller.rollout.StatusReader;
import dev.sluice.controller.rollout.policy.Plan;
import dev.sluice.controller.rollout.policy.PolicyReader;
import dev.sluice.controller.rollout.policy.Settings;
import dev.sluice.crds.Canary;
import dev.sluice.mesh.Mesh;
import dev.sluice.mesh.Meshes;
import dev.sluice.mesh.Split;
import dev.sluice.mesh.UnknownMesh;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads what is to be drawn. What this person may not read, or is not there, is left out: a
/// drawing with a hole is better than none in the middle of the night.
final class FactsReader {
  /// Noted on the primary.
  private static final String REVISION = "sluice.dev/revision";

  private static final int EVENTS = 6;

  /// What the controller takes for a Canary that names none is its own affair; how steps go does
  /// not depend on which mesh it is.
  private static final Mesh BY_DEFAULT = Meshes.named("istio");

  private final OpenCluster cluster;

  FactsReader(OpenCluster cluster) {
    this.cluster = cluster;
  }

  /// @param object the Canary
  /// @throws dev.sluice.crds.shape.Unreadable naming the field that is not what it should be
  CanaryFacts read(ObjectNode object, Instant now) {
    Canary canary = Canary.read(object);
    Optional<Standing> standing = StatusReader.read(canary.status());
    List<Side> sides = new ArrayList<>();
    String kind = canary.spec().targetRef().kind();
    side("target", kind, canary.spec().targetRef().name(), noted(canary)).ifPresent(sides::add);
    side("primary", kind, canary.primaryName(), "").ifPresent(sides::add);
    Optional<Outline> outline =
        PolicyReader.read(canary.spec(), Settings.DEFAULT, BY_DEFAULT)
                instanceof Plan.Valid(var policy, _)
            ? Optional.of(Outline.of(policy, standing))
            : Optional.empty();
    return new CanaryFacts(canary, standing, outline, sides, route(canary), events(canary), now);
  }

  private static String noted(Canary canary) {
    var rollout = canary.status().rollout();
    return rollout == null || rollout.revision() == null ? "" : rollout.revision();
  }

  // ---- workloads ----

  private Optional<Side> side(String role, String kind, String name, String revision) {
    if (!kind.equals("Deployment") && !kind.equals("DaemonSet")) {
      return Optional.empty();
    }
    String plural = kind.equals("Deployment") ? "deployments" : "daemonsets";
    return get("apps", "v1", kind, plural, name)
        .map(workload -> {
          List<String> images = new ArrayList<>();
          workload
              .at("/spec/template/spec/containers")
              .forEach(container -> images.add(container.path("image").asText()));
          String noted =
              revision.isEmpty()
                  ? workload.path("metadata").path("annotations").path(REVISION).asText("")
                  : revision;
          return kind.equals("Deployment")
              ? new Side(
                  role,
                  name,
                  noted,
                  images,
                  workload.at("/status/readyReplicas").asInt(),
                  workload.at("/spec/replicas").asInt())
              : new Side(
                  role,
                  name,
                  noted,
                  images,
                  workload.at("/status/numberReady").asInt(),
                  workload.at("/status/desiredNumberScheduled").asInt());
        });
  }

  private Optional<JsonNode> get(
      String group, String version, String kind, String plural, String name) {
    try {
      return Optional.ofNullable(cluster.object(group, version, kind, plural, name).get())
          .map(OpenCluster::tree);
    } catch (KubernetesClientException e) {
      if (isRefused(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static boolean isRefused(KubernetesClientException e) {
    return e.getCode() == 403 || e.getCode() == 404;
  }

  // ---- the route ----

  /// Of the mesh whose objects of this canary are there.
  private Optional<Route> route(Canary canary) {
    for (Mesh mesh : meshes(canary)) {
      List<HasMetadata> live = live(canary, mesh);
      Optional<Split> split = live.isEmpty() ? Optional.empty() : mesh.read(canary, live);
      if (split.isPresent()) {
        return Optional.of(
            new Route(
                live.getFirst().getKind(), split.get(), mesh.pending(canary, live).orElse("")));
      }
    }
    return Optional.empty();
  }

  /// The one that it names; any where it names none, or one that there is not.
  private static List<Mesh> meshes(Canary canary) {
    String provider = canary.spec().provider();
    try {
      return provider == null || provider.isEmpty()
          ? Meshes.all()
          : List.of(Meshes.named(provider));
    } catch (UnknownMesh e) {
      return Meshes.all();
    }
  }

  private List<HasMetadata> live(Canary canary, Mesh mesh) {
    List<HasMetadata> live = new ArrayList<>();
    for (Mesh.RouteKind kind : mesh.kinds()) {
      for (String name : mesh.names(canary, kind)) {
        get(kind.group(), kind.version(), kind.className().getSimpleName(), kind.plural(), name)
            .ifPresent(found -> live.add(OpenCluster.JSON.convertValue(found, kind.className())));
      }
    }
    return live;
  }

  // ---- Events ----

  private List<Told> events(Canary canary) {
    try {
      return cluster
          .client()
          .v1()
          .events()
          .inNamespace(cluster.namespace())
          .withField("involvedObject.name", canary.metadata().name())
          .list()
          .getItems()
          .stream()
          .filter(event -> "Canary".equals(event.getInvolvedObject().getKind()))
          // Those of one second came in the order of their versions.
          .sorted(
              Comparator.comparing((Event event) -> time(event.getLastTimestamp()))
                  .thenComparingLong(event -> version(event.getMetadata().getResourceVersion())))
          .map(event ->
              new Told(
                  time(event.getLastTimestamp()),
                  event.getReason(),
                  event.getMessage(),
                  "Warning".equals(event.getType())))
          .toList()
          .reversed()
          .stream()
          .limit(EVENTS)
          .toList()
          .reversed();
    } catch (KubernetesClientException e) {
      if (isRefused(e)) {
        return List.of();
      }
      throw e;
    }
  }

  private static long version(String text) {
    return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
  }

  private static Instant time(@Nullable String text) {
    try {
      return text == null ? Instant.EPOCH : Instant.parse(text);
    } catch (DateTimeParseException e) {
      return Instant.EPOCH;
    }
  }
}

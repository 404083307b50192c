package dev.sluice.controller.gitsync;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.crds.Canary;
import dev.sluice.gitops.plan.Claim;
import dev.sluice.gitops.plan.Claims;
import dev.sluice.gitops.render.Manifest;
import dev.sluice.gitops.render.ObjectKey;
import dev.sluice.mesh.Mesh;
import dev.sluice.mesh.Meshes;
import dev.sluice.mesh.UnknownMesh;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// What rollouts drive, and what belongs to the revision of each target. Pure.
final class Targets {
  private static final String REPLICAS = "/spec/replicas";
  private static final String ASLEEP =
      "/spec/template/spec/nodeSelector/flagger.app~1scale-to-zero";
  private static final String PAUSED = "/metadata/annotations/autoscaling.keda.sh~1paused-replicas";
  private static final String KEDA = "keda.sh";
  private static final Set<String> WORKLOADS = Set.of("Deployment", "DaemonSet");

  private final List<Canary> canaries;
  private final Mesh byDefault;
  private final Map<ObjectKey, Canary> byTarget = new LinkedHashMap<>();

  /// @param canaries those of the cluster and those of the commit; one may be in both
  /// @param byDefault the mesh of those that name none
  Targets(List<Canary> canaries, Mesh byDefault) {
    this.canaries = List.copyOf(canaries);
    this.byDefault = byDefault;
    for (Canary canary : canaries) {
      if (WORKLOADS.contains(canary.spec().targetRef().kind())) {
        byTarget.put(target(canary), canary);
      }
    }
  }

  static ObjectKey target(Canary canary) {
    return workload(canary, canary.spec().targetRef().name());
  }

  /// The rollout whose target an object is.
  Optional<Canary> rolloutOf(ObjectKey key) {
    return Optional.ofNullable(byTarget.get(key));
  }

  /// What says how many pods every target has; whole, everything that a rollout makes.
  Claims claims() {
    var all = new ArrayList<Claim>();
    for (Canary canary : canaries) {
      String by = "Canary " + canary.ref();
      byTargetOnly(canary).map(key -> size(key, by)).ifPresent(all::add);
      paused(canary).ifPresent(key -> all.add(new Claim(key, PAUSED, by)));
      for (ObjectKey key : made(canary)) {
        all.add(new Claim(key, "", by));
      }
    }
    return new Claims(all);
  }

  private static Claim size(ObjectKey target, String by) {
    return target.kind().equals("DaemonSet")
        ? new Claim(target, ASLEEP, by, "sluice.dev/node-selector")
        : new Claim(target, REPLICAS, by);
  }

  private Optional<ObjectKey> byTargetOnly(Canary canary) {
    return Optional.of(target(canary)).filter(byTarget::containsKey);
  }

  /// What KEDA is told while the target rests.
  private static Optional<ObjectKey> paused(Canary canary) {
    var scaler = canary.spec().autoscalerRef();
    return scaler != null && scaler.kind().equals("ScaledObject")
        ? Optional.of(in(canary, KEDA, "ScaledObject", scaler.name()))
        : Optional.empty();
  }

  private List<ObjectKey> made(Canary canary) {
    var all = new ArrayList<ObjectKey>();
    var scaler = canary.spec().autoscalerRef();
    if (scaler != null) {
      var group = scaler.kind().equals("ScaledObject") ? KEDA : "autoscaling";
      all.add(in(canary, group, scaler.kind(), scaler.name() + "-primary"));
    }
    all.addAll(fixed(canary));
    all.addAll(routes(canary));
    return all;
  }

  private static List<ObjectKey> fixed(Canary canary) {
    var all = new ArrayList<ObjectKey>();
    // A Service that is the target is the apex, too, and what Git says of it is what is released.
    if (!canary.spec().targetRef().kind().equals("Service")) {
      all.add(workload(canary, canary.primaryName()));
      all.add(in(canary, "", "Service", canary.apexName()));
    }
    all.addAll(
        List.of(
            in(canary, "", "Service", canary.primaryServiceName()),
            in(canary, "", "Service", canary.canaryServiceName())));
    return all;
  }

  /// An object of another mesh with such a name is none of the rollout's.
  private List<ObjectKey> routes(Canary canary) {
    var all = new ArrayList<ObjectKey>();
    mesh(canary)
        .ifPresent(mesh -> {
          for (Mesh.RouteKind kind : mesh.kinds()) {
            mesh.names(canary, kind)
                .forEach(name ->
                    all.add(in(canary, kind.group(), kind.className().getSimpleName(), name)));
          }
        });
    return all;
  }

  private Optional<Mesh> mesh(Canary canary) {
    try {
      return Optional.of(Meshes.of(canary.spec(), byDefault));
    } catch (UnknownMesh _) {
      return Optional.empty();
    }
  }

  private static ObjectKey workload(Canary canary, String name) {
    return in(canary, "apps", canary.spec().targetRef().kind(), name);
  }

  private static ObjectKey in(Canary canary, String group, String kind, String name) {
    return new ObjectKey(group, kind, canary.metadata().namespace(), name);
  }

  /// The number that Git wants of a target's pods, as text for its annotation.
  static Optional<String> wishedReplicas(Map<String, Object> wishes) {
    return Optional.ofNullable(wishes.get(REPLICAS))
        .filter(Integer.class::isInstance)
        .map(String::valueOf);
  }

  /// The ConfigMaps and Secrets that a Deployment's pods read; they are part of its revision.
  static Set<ObjectKey> configs(Manifest deployment) {
    var found = new TreeSet<ObjectKey>();
    String namespace = deployment.key().namespace();
    JsonNode pod = Translation.tree(deployment.at("spec", "template", "spec").orElse(Map.of()));
    for (String reference : List.of("configMapRef", "configMapKeyRef", "configMap")) {
      for (JsonNode node : pod.findValues(reference)) {
        add(found, "ConfigMap", namespace, node.path("name"));
      }
    }
    for (String reference : List.of("secretRef", "secretKeyRef", "secret")) {
      for (JsonNode node : pod.findValues(reference)) {
        add(found, "Secret", namespace, node.path("name"));
        add(found, "Secret", namespace, node.path("secretName"));
      }
    }
    return found;
  }

  private static void add(Set<ObjectKey> found, String kind, String namespace, JsonNode name) {
    if (!name.asText().isEmpty()) {
      found.add(new ObjectKey("", kind, namespace, name.asText()));
    }
  }
}

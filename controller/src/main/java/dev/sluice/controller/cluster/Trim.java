package dev.sluice.controller.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the cache keeps of an object: no managedFields (of routes, only who wrote and when), and of
/// ConfigMaps and Secrets only a checksum, so that no secret stays in the controller's memory but
/// the credentials in use.
public final class Trim {
  /// Takes the place of `data` and `binaryData` in a cached ConfigMap or Secret.
  public static final String CHECKSUM = "sluiceChecksum";

  /// Take the place of `endpoints` in a cached EndpointSlice: how many may get requests, and how
  /// many there are besides those that are ending.
  public static final String READY = "sluiceReady";

  public static final String ENDPOINTS = "sluiceEndpoints";

  /// The annotation by which people command a Canary: of whoever wrote that, and only that, the
  /// name and the time are kept.
  public static final String COMMAND = "sluice.dev/command";

  private static final Set<String> ROUTES =
      Set.of("networking.istio.io", "gateway.networking.k8s.io");

  /// A second copy of the object, for kubectl alone.
  private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

  /// What is never written back as it is cached, so that what is left out here stays on the server.
  private static final Set<Kind> READ_ONLY =
      Set.of(
          Kind.CANARY,
          Kind.DEPLOYMENT,
          Kind.DAEMON_SET,
          Kind.GIT_SYNC,
          Kind.SCALED_OBJECT,
          Kind.DISRUPTION_BUDGET);

  /// What says often in its status what nobody here reads.
  private static final Set<Kind> REPORTING =
      Set.of(Kind.AUTOSCALER, Kind.SCALED_OBJECT, Kind.DISRUPTION_BUDGET, Kind.ENDPOINT_SLICE);

  private Trim() {}

  /// Trims in place and returns the same object.
  public static GenericKubernetesResource trim(Kind kind, GenericKubernetesResource object) {
    if (object.getMetadata() != null && object.getMetadata().getManagedFields() != null) {
      if (ROUTES.contains(kind.group())) {
        // Who wrote a route last is what tells an edit by hand from our own.
        object.getMetadata().getManagedFields().forEach(entry -> entry.setFieldsV1(null));
      } else {
        object.getMetadata().setManagedFields(kind.equals(Kind.CANARY) ? commanders(object) : null);
      }
    }
    if (READ_ONLY.contains(kind) && object.getMetadata().getAnnotations() != null) {
      var annotations = object.getMetadata().getAnnotations();
      if (!annotations.getOrDefault(LAST_APPLIED, "").contains(COMMAND)) {
        annotations.remove(LAST_APPLIED);
      }
    }
    if (REPORTING.contains(kind)) {
      object.getAdditionalProperties().remove("status");
    }
    if (kind.equals(Kind.AUTOSCALER)) {
      object.getMetadata().setAnnotations(null);
    }
    if (kind.equals(Kind.ENDPOINT_SLICE)) {
      object.getMetadata().setAnnotations(null);
      count(object.getAdditionalProperties());
    }
    if (kind.equals(Kind.CONFIG_MAP) || kind.equals(Kind.SECRET)) {
      Map<String, Object> all = object.getAdditionalProperties();
      Map<String, String> data = texts(all.remove("data"));
      all.put(CHECKSUM, ConfigChecksum.of(data, texts(all.remove("binaryData"))));
    }
    return object;
  }

  /// What is not said of an endpoint counts for it, as the API has it.
  private static void count(Map<String, Object> slice) {
    int ready = 0;
    int all = 0;
    if (slice.remove("endpoints") instanceof List<?> endpoints) {
      for (Object endpoint : endpoints) {
        Object conditions = endpoint instanceof Map<?, ?> map ? map.get("conditions") : null;
        Map<?, ?> known = conditions instanceof Map<?, ?> map ? map : Map.of();
        all += Boolean.TRUE.equals(known.get("terminating")) ? 0 : 1;
        ready += Boolean.FALSE.equals(known.get("ready")) ? 0 : 1;
      }
    }
    slice.put(READY, ready);
    slice.put(ENDPOINTS, all);
  }

  private static @Nullable List<ManagedFieldsEntry> commanders(GenericKubernetesResource object) {
    var entries =
        object.getMetadata().getManagedFields().stream()
            .filter(entry -> entry.getFieldsV1() != null)
            .filter(entry -> isOfCommand(entry.getFieldsV1().getAdditionalProperties()))
            .toList();
    entries.forEach(entry -> entry.setFieldsV1(null));
    return entries.isEmpty() ? null : entries;
  }

  private static boolean isOfCommand(Map<String, Object> fields) {
    return fields.get("f:metadata") instanceof Map<?, ?> metadata
        && metadata.get("f:annotations") instanceof Map<?, ?> annotations
        && annotations.containsKey("f:" + COMMAND);
  }

  private static Map<String, String> texts(@Nullable Object field) {
    Map<String, String> texts = new TreeMap<>();
    if (field instanceof Map<?, ?> map) {
      map.forEach((key, value) -> texts.put(String.valueOf(key), String.valueOf(value)));
    }
    return texts;
  }

  /// Whether a trimmed object says anything else than before. An autoscaler reports several times a
  /// minute what it measured, and a budget every pod that comes or goes, which nobody here reads.
  public static boolean isNews(
      Kind kind, GenericKubernetesResource before, GenericKubernetesResource after) {
    return !REPORTING.contains(kind)
        || !before.getAdditionalProperties().equals(after.getAdditionalProperties())
        || !Objects.equals(before.getMetadata().getLabels(), after.getMetadata().getLabels())
        || !Objects.equals(
            before.getMetadata().getAnnotations(), after.getMetadata().getAnnotations())
        || !Objects.equals(
            before.getMetadata().getDeletionTimestamp(), after.getMetadata().getDeletionTimestamp())
        || !Objects.equals(
            before.getMetadata().getOwnerReferences(), after.getMetadata().getOwnerReferences());
  }
}

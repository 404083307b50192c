package dev.sluice.controller.target;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.cluster.Trim;
import dev.sluice.crds.ObjectRef;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;

/// The ConfigMaps and Secrets that belong to a revision: each with its checksum, and the name of
/// its copy for the primary.
///
/// @param checksums by `configmap/NAME` or `secret/NAME`
/// @param copies the copy's name by reference
/// @param missing a sentence naming what the target needs and does not have
public record Configs(
    Map<String, String> checksums, Map<ConfigRefs.Ref, String> copies, Optional<String> missing) {
  /// Prefix of values that exclude a config from tracking, as with Flagger.
  private static final String UNTRACKED = "disable";

  private static final String TRACKING = "flagger.app/config-tracking";
  private static final Set<String> SECRET_TYPES =
      Set.of("Opaque", "kubernetes.io/basic-auth", "kubernetes.io/ssh-auth", "kubernetes.io/tls");

  public Configs {
    checksums = Map.copyOf(checksums);
    copies = Map.copyOf(copies);
  }

  /// @param cached looks an object up; trimmed objects carry their checksum
  /// @param canaryUid of the Canary that owns the copies
  public static Configs of(
      JsonNode target,
      String canaryUid,
      BiFunction<Kind, ObjectRef, Optional<GenericKubernetesResource>> cached) {
    String namespace = target.path("metadata").path("namespace").asText();
    String name = target.path("metadata").path("name").asText();
    Map<String, String> checksums = new TreeMap<>();
    Map<ConfigRefs.Ref, String> copies = new TreeMap<>();
    for (Map.Entry<ConfigRefs.Ref, Boolean> entry :
        ConfigRefs.optionalByRef(target.path("spec").path("template")).entrySet()) {
      ConfigRefs.Ref ref = entry.getKey();
      boolean optional = entry.getValue();
      Optional<GenericKubernetesResource> source =
          cached.apply(ref.kind(), new ObjectRef(namespace, ref.name()));
      if (source.isEmpty()) {
        if (!optional) {
          return new Configs(
              Map.of(),
              Map.of(),
              Optional.of(
                  "%s %s/%s, which %s needs, does not exist"
                      .formatted(ref.kind().kind(), namespace, ref.name(), name)));
        }
        continue;
      }
      if (isTracked(ref, source.get())) {
        checksums.put(ref.key(), checksum(source.get()));
        copies.put(ref, copyName(ref, name, namespace, canaryUid, cached));
      }
    }
    return new Configs(checksums, copies, Optional.empty());
  }

  private static boolean isTracked(ConfigRefs.Ref ref, GenericKubernetesResource source) {
    Map<String, String> annotations = source.getMetadata().getAnnotations();
    if (annotations != null && annotations.getOrDefault(TRACKING, "").startsWith(UNTRACKED)) {
      return false;
    }
    return ref.kind().equals(Kind.CONFIG_MAP)
        || SECRET_TYPES.contains(
            String.valueOf(source.getAdditionalProperties().getOrDefault("type", "Opaque")));
  }

  /// The checksum of a cached (trimmed) ConfigMap or Secret.
  static String checksum(GenericKubernetesResource trimmed) {
    return String.valueOf(trimmed.getAdditionalProperties().get(Trim.CHECKSUM));
  }

  /// `NAME-primary` as with Flagger, unless another canary's copy has that name: two canaries that
  /// track one config must not share its copy, or promoting one would change the other's primary.
  private static String copyName(
      ConfigRefs.Ref ref,
      String target,
      String namespace,
      String canaryUid,
      BiFunction<Kind, ObjectRef, Optional<GenericKubernetesResource>> cached) {
    String usual = ref.name() + "-primary";
    boolean taken =
        cached
            .apply(ref.kind(), new ObjectRef(namespace, usual))
            .flatMap(Configs::controller)
            .filter(owner -> "Canary".equals(owner.getKind()))
            .filter(owner -> !canaryUid.equals(owner.getUid()))
            .isPresent();
    return taken ? ref.name() + "-" + target + "-primary" : usual;
  }

  private static Optional<OwnerReference> controller(GenericKubernetesResource object) {
    return object.getMetadata().getOwnerReferences().stream()
        .filter(owner -> Boolean.TRUE.equals(owner.getController()))
        .findFirst();
  }

  /// Whether every copy has the content of its source.
  ///
  /// @param names of the copies
  boolean copied(
      Map<ConfigRefs.Ref, String> names,
      String namespace,
      BiFunction<Kind, ObjectRef, Optional<GenericKubernetesResource>> cached) {
    return names.entrySet().stream()
        .allMatch(e ->
            cached
                .apply(e.getKey().kind(), new ObjectRef(namespace, e.getValue()))
                .map(Configs::checksum)
                .filter(sum -> sum.equals(checksums.get(e.getKey().key())))
                .isPresent());
  }
}

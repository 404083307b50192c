package dev.sluice.mesh;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.crds.Canary;
import dev.sluice.crds.CanaryService.ExtraMetadata;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What every mesh does with the objects of a canary, whatever they say: find, copy, name and mark
/// them.
final class MeshObjects {
  static final ObjectMapper JSON =
      JsonMapper.builder()
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /// Keeps Flux from taking the objects back to what is in Git.
  private static final Map<String, String> HANDS_OFF =
      Map.of(
          "kustomize.toolkit.fluxcd.io/reconcile", "disabled",
          "helm.toolkit.fluxcd.io/driftDetection", "disabled");

  private MeshObjects() {}

  static <T extends HasMetadata> Optional<T> find(
      List<HasMetadata> live, Class<T> kind, Canary app, String name) {
    return live.stream()
        .filter(kind::isInstance)
        .map(kind::cast)
        .filter(object -> name.equals(object.getMetadata().getName()))
        .filter(object -> app.metadata().namespace().equals(object.getMetadata().getNamespace()))
        .findFirst();
  }

  /// The live objects belong to the caller's cache and are never changed.
  @SuppressWarnings("unchecked") // a copy has the class of what is copied
  static <T extends HasMetadata> T copy(T object) {
    return (T) JSON.convertValue(JSON.<JsonNode>valueToTree(object), object.getClass());
  }

  static <T extends HasMetadata> T named(T object, Canary app, String name) {
    ObjectMeta metadata = new ObjectMeta();
    metadata.setName(name);
    metadata.setNamespace(app.metadata().namespace());
    object.setMetadata(metadata);
    return object;
  }

  static void mark(HasMetadata object, Canary app) {
    ObjectMeta metadata = object.getMetadata();
    var labels = sorted(metadata.getLabels());
    var annotations = sorted(metadata.getAnnotations());
    labels.putAll(labels(app));
    annotations.putAll(annotations(app));
    metadata.setLabels(labels);
    metadata.setAnnotations(annotations);
  }

  static boolean isMarked(HasMetadata object) {
    return sorted(object.getMetadata().getAnnotations())
        .entrySet()
        .containsAll(HANDS_OFF.entrySet());
  }

  static void unmark(HasMetadata object, Canary app) {
    ObjectMeta metadata = object.getMetadata();
    var labels = sorted(metadata.getLabels());
    var annotations = sorted(metadata.getAnnotations());
    labels.entrySet().removeAll(labels(app).entrySet());
    annotations.entrySet().removeAll(annotations(app).entrySet());
    metadata.setLabels(labels);
    metadata.setAnnotations(annotations);
  }

  private static Map<String, String> labels(Canary app) {
    ExtraMetadata apex = app.spec().service().apex();
    return apex == null ? Map.of() : apex.labels();
  }

  private static Map<String, String> annotations(Canary app) {
    ExtraMetadata apex = app.spec().service().apex();
    var all = new TreeMap<>(apex == null ? Map.<String, String>of() : apex.annotations());
    all.putAll(HANDS_OFF);
    return all;
  }

  /// A copy in order; the client's model has null for an absent map.
  @SuppressWarnings("ConstantValue")
  static Map<String, String> sorted(Map<String, String> map) {
    return map == null ? new TreeMap<>() : new TreeMap<>(map);
  }

  /// The client's model has null for an absent list.
  @SuppressWarnings("ConstantValue")
  static <T> List<T> list(List<T> values) {
    return values == null ? List.of() : values;
  }
}

package dev.sluice.controller.target;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.cluster.Kind;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;

/// The ConfigMaps and Secrets that a pod template names: in volumes (also projected ones) and in
/// the environment of containers and init containers.
public final class ConfigRefs {

  /// @param kind ConfigMap or Secret
  public record Ref(Kind kind, String name) implements Comparable<Ref> {

    /// `configmap/NAME` or `secret/NAME`, as in `status.trackedConfigs`.
    String key() {
      return (kind.equals(Kind.SECRET) ? "secret/" : "configmap/") + name;
    }

    @Override
    public int compareTo(Ref other) {
      return key().compareTo(other.key());
    }
  }

  private ConfigRefs() {}

  /// All references of a template, each with whether the pod can start without it.
  public static Map<Ref, Boolean> optionalByRef(JsonNode template) {
    Map<Ref, Boolean> found = new TreeMap<>();
    visit(
        template.deepCopy(),
        (ref, optional) -> {
          found.merge(ref, optional, Boolean::logicalAnd);
          return ref.name();
        });
    return found;
  }

  /// Renames references in place.
  ///
  /// @param rename the new name, or the old one to keep it
  static void rename(ObjectNode template, java.util.function.Function<Ref, String> rename) {
    visit(template, (ref, optional) -> rename.apply(ref));
  }

  private static void visit(JsonNode template, BiFunction<Ref, Boolean, String> each) {
    JsonNode pod = template.path("spec");
    for (JsonNode volume : pod.path("volumes")) {
      one(Kind.CONFIG_MAP, volume.path("configMap"), "name", each);
      one(Kind.SECRET, volume.path("secret"), "secretName", each);
      for (JsonNode source : volume.path("projected").path("sources")) {
        one(Kind.CONFIG_MAP, source.path("configMap"), "name", each);
        one(Kind.SECRET, source.path("secret"), "name", each);
      }
    }
    for (String list : new String[] {"containers", "initContainers"}) {
      for (JsonNode container : pod.path(list)) {
        for (JsonNode variable : container.path("env")) {
          JsonNode from = variable.path("valueFrom");
          one(Kind.CONFIG_MAP, from.path("configMapKeyRef"), "name", each);
          one(Kind.SECRET, from.path("secretKeyRef"), "name", each);
        }
        for (JsonNode source : container.path("envFrom")) {
          one(Kind.CONFIG_MAP, source.path("configMapRef"), "name", each);
          one(Kind.SECRET, source.path("secretRef"), "name", each);
        }
      }
    }
  }

  private static void one(
      Kind kind, JsonNode node, String field, BiFunction<Ref, Boolean, String> each) {
    if (node instanceof ObjectNode reference && !reference.path(field).asText().isEmpty()) {
      Ref ref = new Ref(kind, reference.path(field).asText());
      reference.put(field, each.apply(ref, reference.path("optional").asBoolean()));
    }
  }
}

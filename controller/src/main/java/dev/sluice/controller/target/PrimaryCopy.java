package dev.sluice.controller.target;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sluice.controller.object.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// The rules by which a primary is made from a target: same template, under names and labels of its
/// own. Names and labels are Flagger's, so that either controller can take over from the other.
///
/// @param target the target's name
/// @param label the key that tells the pods of target and primary apart
/// @param value the target's value of that label
/// @param configs new names of the tracked ConfigMaps and Secrets
/// @param apart the value of that label by which spread rules tell the target's pods
public record PrimaryCopy(
    String target, String label, String value, Map<ConfigRefs.Ref, String> configs, String apart) {
  /// Written by Flagger to make the primary's pods roll; no part of what a primary runs. On the pod
  /// template of a primary: which config its pods started with.
  static final String CONFIG = "sluice.dev/config";

  static final String SUFFIX = "-primary";
  private static final String FLAGGER_ID = "flagger-id";

  public PrimaryCopy {
    configs = Map.copyOf(configs);
  }

  public PrimaryCopy(
      String target, String label, String value, Map<ConfigRefs.Ref, String> configs) {
    this(target, label, value, configs, value);
  }

  /// The same rules with other names of the configs.
  PrimaryCopy with(Map<ConfigRefs.Ref, String> others) {
    return new PrimaryCopy(target, label, value, others, apart);
  }

  /// The same rules, where spread rules tell the target's pods by another value.
  PrimaryCopy keepingApart(String other) {
    return new PrimaryCopy(target, label, value, configs, other);
  }

  /// The first of the known labels that the target selects its pods by, with its value.
  ///
  /// @param known label keys in order of preference
  public static Optional<Map.Entry<String, String>> selectorLabel(
      JsonNode workload, List<String> known) {
    JsonNode labels = workload.path("spec").path("selector").path("matchLabels");
    return known.stream()
        .filter(key -> labels.path(key) instanceof TextNode)
        .findFirst()
        .map(key -> Map.entry(key, labels.path(key).asText()));
  }

  /// The rules as a primary shows them, where the target is gone: traffic must find its pods all
  /// the same.
  public static Optional<PrimaryCopy> of(JsonNode primary, String target, List<String> known) {
    return selectorLabel(primary, known)
        .filter(label -> label.getValue().endsWith(SUFFIX))
        .map(label ->
            new PrimaryCopy(
                target,
                label.getKey(),
                label.getValue().substring(0, label.getValue().length() - SUFFIX.length()),
                Map.of()));
  }

  String primaryName() {
    return target + SUFFIX;
  }

  public String primaryValue() {
    return value + SUFFIX;
  }

  /// What the primary's pod template would be, made from the target's.
  ObjectNode template(JsonNode targetTemplate) {
    ObjectNode copy = targetTemplate.deepCopy();
    ObjectNode meta = Json.object(copy, "metadata");
    meta.set("labels", labels(meta.path("labels")));
    if (meta.path("annotations") instanceof ObjectNode annotations) {
      dropForeign(annotations);
    }
    ConfigRefs.rename(copy, ref -> configs.getOrDefault(ref, ref.name()));
    place(copy.path("spec"));
    return copy;
  }

  /// What the labels of the primary's pods would be, made from those of the target's.
  ObjectNode labels(JsonNode targetLabels) {
    ObjectNode labels =
        targetLabels instanceof ObjectNode known
            ? known.deepCopy()
            : Json.MAPPER.createObjectNode();
    dropForeign(labels);
    return labels.put(label, primaryValue());
  }

  /// Whether a live primary's template is what [#template] makes. Where a selector of its placement
  /// finds the target's pods, as in copies by older rules and by Flagger, that is no difference: it
  /// would make every target with such a selector a new revision. The next promotion corrects it.
  public boolean matches(JsonNode targetTemplate, JsonNode primaryTemplate) {
    return comparable(template(targetTemplate)).equals(comparable(primaryTemplate));
  }

  private JsonNode comparable(JsonNode template) {
    ObjectNode copy = template.deepCopy();
    place(copy.path("spec"));
    if (copy.path("metadata") instanceof ObjectNode meta) {
      meta.remove("creationTimestamp");
      if (meta.path("labels") instanceof ObjectNode labels) {
        dropForeign(labels);
      }
      if (meta.path("annotations") instanceof ObjectNode annotations) {
        annotations.remove(FLAGGER_ID);
        dropForeign(annotations);
        if (annotations.isEmpty()) {
          meta.remove("annotations");
        }
      }
    }
    return copy;
  }

  /// A new primary.
  ///
  /// @param kind of both
  /// @param prefixes prefixes of the target's labels that are copied to the primary; `*` for all
  ObjectNode create(TargetKind kind, JsonNode workload, int pods, List<String> prefixes) {
    ObjectNode primary = Json.MAPPER.createObjectNode();
    primary.put("apiVersion", kind.kind().apiVersion()).put("kind", kind.kind().kind());
    ObjectNode meta = primary.putObject("metadata");
    meta.put("name", primaryName());
    meta.set("namespace", workload.path("metadata").path("namespace"));
    ObjectNode labels = meta.putObject("labels");
    workload
        .path("metadata")
        .path("labels")
        .properties()
        .forEach(e -> {
          if (prefixes.stream().anyMatch(p -> p.equals("*") || e.getKey().startsWith(p))) {
            labels.set(e.getKey(), e.getValue());
          }
        });
    dropForeign(labels);
    labels.put(label, primaryValue());
    ObjectNode annotations = meta.putObject("annotations");
    workload
        .path("metadata")
        .path("annotations")
        .properties()
        .forEach(e -> annotations.set(e.getKey(), e.getValue()));
    dropForeign(annotations);
    ObjectNode spec = primary.putObject("spec");
    kind.size(spec, pods);
    spec.putObject("selector").putObject("matchLabels").put(label, primaryValue());
    kind.carry(workload, primary);
    spec.set("template", template(kind.template(workload)));
    return primary;
  }

  /// A live primary with the target's present content; what others put on it stays.
  ObjectNode update(TargetKind kind, JsonNode workload, ObjectNode livePrimary) {
    ObjectNode primary = livePrimary.deepCopy();
    ObjectNode spec = Json.object(primary, "spec");
    kind.carry(workload, primary);
    JsonNode marker = spec.path("template").path("metadata").path("annotations").path(FLAGGER_ID);
    ObjectNode template = template(kind.template(workload));
    if (marker instanceof TextNode) {
      Json.object(Json.object(template, "metadata"), "annotations").set(FLAGGER_ID, marker);
    }
    spec.set("template", template);
    primary.remove("status");
    return primary;
  }

  /// Makes fields of a spec what they are in the target.
  static void carry(JsonNode workload, ObjectNode spec, List<String> fields) {
    for (String field : fields) {
      JsonNode value = workload.path("spec").path(field);
      if (value.isMissingNode()) {
        spec.remove(field);
      } else {
        spec.set(field, value.deepCopy());
      }
    }
  }

  /// Marks of other engines name the original object; on a copy they would have it pruned.
  static void dropForeign(ObjectNode marks) {
    Set<String> keys = Set.copyOf(marks.properties().stream().map(Map.Entry::getKey).toList());
    for (String key : keys) {
      if (key.contains("toolkit.fluxcd.io")
          || key.startsWith("argocd.argoproj.io/")
          || key.startsWith("sluice.dev/")
          || key.startsWith("deployment.kubernetes.io/")
          || key.startsWith("deprecated.daemonset.")
          || key.equals("kubectl.kubernetes.io/last-applied-configuration")) {
        marks.remove(key);
      }
    }
  }

  /// Rules that place the target's pods by where others of them are place the primary's by the
  /// primary's. Otherwise a primary would be spread over nothing, or, where it is to be near pods
  /// of its own kind, wait for ever for those of a target that rests. `matchLabelKeys` speak of
  /// each pod's own labels already.
  private void place(JsonNode pod) {
    for (JsonNode constraint : pod.path("topologySpreadConstraints")) {
      rewrite(constraint.path("labelSelector"));
    }
    for (String kind : List.of("podAffinity", "podAntiAffinity")) {
      JsonNode terms = pod.path("affinity").path(kind);
      for (JsonNode term : terms.path("requiredDuringSchedulingIgnoredDuringExecution")) {
        rewrite(term.path("labelSelector"));
      }
      for (JsonNode term : terms.path("preferredDuringSchedulingIgnoredDuringExecution")) {
        rewrite(term.path("podAffinityTerm").path("labelSelector"));
      }
    }
  }

  /// Makes a selector of the target's pods one of the primary's, in place.
  void rewrite(JsonNode selector) {
    if (selector.path("matchLabels") instanceof ObjectNode labels
        && labels.path(label).asText().equals(apart)) {
      labels.put(label, apart + SUFFIX);
    }
    for (JsonNode expression : selector.path("matchExpressions")) {
      if (expression.path("key").asText().equals(label)
          && expression.path("values") instanceof ArrayNode values) {
        for (int i = 0; i < values.size(); i++) {
          if (values.get(i).asText().equals(apart)) {
            values.set(i, TextNode.valueOf(apart + SUFFIX));
          }
        }
      }
    }
  }

  /// Names of the copies of tracked configs, by the key in `status.trackedConfigs`.
  Map<String, String> copyNames() {
    Map<String, String> names = new TreeMap<>();
    configs.forEach((ref, name) -> names.put(ref.key(), name));
    return names;
  }
}

package dev.sluice.controller.target;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.cluster.Trim;
import dev.sluice.controller.object.Json;
import dev.sluice.controller.object.Owners;
import dev.sluice.controller.rollout.Revision;
import dev.sluice.crds.Canary;
import dev.sluice.crds.ObjectRef;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Gives the primary exactly one revision of the target: what is read here is what is written, and
/// it is written only if it still is that revision. Config copies come first, so that no pod of the
/// primary starts with the config of another revision.
public final class CopyToPrimary {
  private final Cluster cluster;
  private final List<String> labelPrefixes;

  public CopyToPrimary(Cluster cluster, List<String> labelPrefixes) {
    this.cluster = cluster;
    this.labelPrefixes = labelPrefixes;
  }

  /// @param pods of a primary that has to be made
  /// @throws ClusterFailure.Conflict when the target has moved on; decide again
  public void run(Canary canary, PrimaryCopy copy, Revision wanted, int pods) {
    String namespace = canary.metadata().namespace();
    TargetKind kind = TargetKinds.of(canary);
    ObjectRef targetRef = new ObjectRef(namespace, copy.target());
    ObjectNode target =
        cluster
            .get(kind.kind(), targetRef)
            .map(Json::tree)
            .orElseThrow(() ->
                new ClusterFailure.Conflict(kind.kind().kind() + " " + targetRef + " is gone"));
    Map<ConfigRefs.Ref, GenericKubernetesResource> sources = new HashMap<>();
    Map<String, String> checksums = new HashMap<>();
    for (ConfigRefs.Ref ref : copy.configs().keySet()) {
      ObjectRef source = new ObjectRef(namespace, ref.name());
      GenericKubernetesResource object =
          cluster
              .get(ref.kind(), source)
              .orElseThrow(
                  () -> new ClusterFailure.Conflict(ref.kind().kind() + " " + source + " is gone"));
      sources.put(ref, object);
      GenericKubernetesResource trimmed = Json.resource(Json.tree(object));
      checksums.put(ref.key(), Configs.checksum(Trim.trim(ref.kind(), trimmed)));
    }
    Revision live = TargetReader.revision(kind.template(target), checksums);
    if (!live.equals(wanted)) {
      throw new ClusterFailure.Conflict(
          "%s %s is %s by now, not %s".formatted(kind.kind().kind(), targetRef, live, wanted));
    }
    sources.forEach((ref, object) ->
        copyConfig(canary, ref.kind(), copy.configs().getOrDefault(ref, ref.name()), object));
    writePrimary(canary, kind, copy, target, wanted, pods, configMark(checksums));
  }

  private void writePrimary(
      Canary canary,
      TargetKind kind,
      PrimaryCopy copy,
      ObjectNode target,
      Revision revision,
      int pods,
      String configMark) {
    ObjectRef ref = new ObjectRef(canary.metadata().namespace(), copy.primaryName());
    Optional<ObjectNode> live = cluster.get(kind.kind(), ref).map(Json::tree);
    if (live.isEmpty()) {
      ObjectNode primary = copy.create(kind, target, pods, labelPrefixes);
      markConfig(primary, configMark);
      Owners.own(primary, canary);
      mark(primary, revision);
      cluster.create(kind.kind(), Json.resource(primary));
      return;
    }
    Owners.check(live.get(), canary);
    ObjectNode primary = copy.update(kind, target, live.get());
    markConfig(primary, configMark);
    mark(primary, revision);
    if (!primary.path("spec").equals(live.get().path("spec"))
        || !primary.path("metadata").equals(live.get().path("metadata"))) {
      cluster.replace(kind.kind(), Json.resource(primary));
    }
  }

  /// Stands for the config that the pods of a primary started with, empty without any.
  private static String configMark(Map<String, String> checksums) {
    return checksums.isEmpty() ? "" : Json.hash(Json.MAPPER.valueToTree(new TreeMap<>(checksums)));
  }

  /// A changed ConfigMap or Secret alone restarts no pod; a mark on the template does.
  private static void markConfig(ObjectNode primary, String configMark) {
    if (!configMark.isEmpty()) {
      ObjectNode template = Json.object(Json.object(primary, "spec"), "template");
      Json.object(Json.object(template, "metadata"), "annotations")
          .put(PrimaryCopy.CONFIG, configMark);
    }
  }

  /// Whether a primary's pods start with this config; one that another controller made does not
  /// say.
  public static boolean isMarked(JsonNode primary, Map<String, String> checksums) {
    JsonNode annotations =
        primary.path("spec").path("template").path("metadata").path("annotations");
    JsonNode mark = annotations.path(PrimaryCopy.CONFIG);
    return mark.isMissingNode() || mark.asText().equals(configMark(checksums));
  }

  private static void mark(ObjectNode primary, Revision revision) {
    Json.object(Json.object(primary, "metadata"), "annotations")
        .put(TargetReader.REVISION, revision.hash());
  }

  private void copyConfig(Canary canary, Kind kind, String name, GenericKubernetesResource source) {
    ObjectRef ref = new ObjectRef(canary.metadata().namespace(), name);
    ObjectNode wanted = Json.MAPPER.createObjectNode();
    wanted.put("apiVersion", "v1").put("kind", kind.kind());
    wanted.putObject("metadata").put("name", name).put("namespace", ref.namespace());
    ObjectNode from = Json.tree(source);
    for (String field : new String[] {"data", "binaryData", "type"}) {
      if (from.has(field)) {
        wanted.set(field, from.get(field));
      }
    }
    Owners.own(wanted, canary);
    Optional<ObjectNode> live = cluster.get(kind, ref).map(Json::tree);
    if (live.isEmpty()) {
      cluster.create(kind, Json.resource(wanted));
      return;
    }
    Owners.check(live.get(), canary);
    ObjectNode updated = live.get().deepCopy();
    for (String field : new String[] {"data", "binaryData"}) {
      updated.remove(field);
      if (wanted.has(field)) {
        updated.set(field, wanted.get(field));
      }
    }
    if (!updated.equals(live.get())) {
      cluster.replace(kind, Json.resource(updated));
    }
  }
}

package dev.sluice.controller.preflight;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.object.Json;
import dev.sluice.crds.MetricTemplate;
import dev.sluice.crds.ObjectRef;
import dev.sluice.crds.shape.Admission;
import dev.sluice.gitops.SourceFailure;
import dev.sluice.gitops.fetch.SourceFile;
import dev.sluice.gitops.render.Documents;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The Canaries of files, and what their metrics may refer to. Documents of other kinds are passed
/// over.
///
/// @param canaries in the order of files and documents
/// @param given MetricTemplates and Secrets
/// @param unread why a file has none, each beginning with its path
public record Manifests(
    List<Found> canaries,
    Map<Kind, Map<ObjectRef, GenericKubernetesResource>> given,
    List<String> unread) {
  private static final String GROUP = Kind.CANARY.group() + "/";

  public Manifests {
    canaries = List.copyOf(canaries);
    given = Map.copyOf(given);
    unread = List.copyOf(unread);
  }

  /// @param at file and line, such as `apps/shop.yaml:12`; empty when it was read from a cluster
  public record Found(ObjectNode object, String at) {}

  /// @param namespace of objects that name none
  public static Manifests read(List<SourceFile> files, String namespace) {
    var canaries = new ArrayList<Found>();
    var given = new HashMap<Kind, Map<ObjectRef, GenericKubernetesResource>>();
    var unread = new ArrayList<String>();
    var templates = new Admission(MetricTemplate.class);
    for (SourceFile file : files) {
      try {
        for (Documents.Document document : Documents.read(file)) {
          String at = file.path() + ":" + document.line();
          JsonNode tree = Json.MAPPER.valueToTree(document.content());
          for (ObjectNode object : unfolded(tree)) {
            placed(object, namespace);
            String api = object.path("apiVersion").asText();
            String kind = object.path("kind").asText();
            if (kind.equals(Kind.CANARY.kind()) && api.startsWith(GROUP)) {
              // An exported status is another cluster's.
              object.remove("status");
              canaries.add(new Found(object, at));
            } else if (api.equals(Kind.METRIC_TEMPLATE.apiVersion())
                && kind.equals(Kind.METRIC_TEMPLATE.kind())) {
              put(given, Kind.METRIC_TEMPLATE, templates.admit(object).object());
            } else if (api.equals("v1") && kind.equals(Kind.SECRET.kind())) {
              // That it is there is all that matters; what is in it is left where it is.
              put(given, Kind.SECRET, object.deepCopy().retain("apiVersion", "kind", "metadata"));
            }
          }
        }
      } catch (IllegalArgumentException e) {
        unread.add(file.path() + ": has metadata that is not of an object");
      } catch (SourceFailure e) {
        unread.add(e.why());
      }
    }
    return new Manifests(canaries, given, unread);
  }

  private static List<ObjectNode> unfolded(JsonNode tree) {
    var objects = new ArrayList<ObjectNode>();
    if (tree.path("kind").asText().endsWith("List") && tree.path("items").isArray()) {
      for (JsonNode item : tree.path("items")) {
        if (item instanceof ObjectNode object) {
          objects.add(object);
        }
      }
    } else if (tree instanceof ObjectNode object) {
      objects.add(object);
    }
    return objects;
  }

  private static void placed(ObjectNode object, String namespace) {
    if (object.path("metadata") instanceof ObjectNode metadata && !metadata.has("namespace")) {
      metadata.put("namespace", namespace);
    }
  }

  private static void put(
      Map<Kind, Map<ObjectRef, GenericKubernetesResource>> given, Kind kind, ObjectNode object) {
    var ref =
        new ObjectRef(
            object.at("/metadata/namespace").asText(), object.at("/metadata/name").asText());
    given.computeIfAbsent(kind, _ -> new HashMap<>()).put(ref, Json.resource(object));
  }
}

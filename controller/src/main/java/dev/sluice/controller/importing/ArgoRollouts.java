package dev.sluice.controller.importing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Manifests of Argo Rollouts as ours.
public final class ArgoRollouts {
  private static final String GROUP = "argoproj.io/";

  private ArgoRollouts() {}

  /// @param manifests Rollouts, the templates of their analyses, and the Services, routes and
  ///   autoscalers that they name; others are told of
  /// @throws IllegalArgumentException when there is no Rollout among them
  public static Imported translate(List<ObjectNode> manifests) {
    List<Note> notes = new ArrayList<>();
    List<ObjectNode> objects = new ArrayList<>();
    Set<ObjectNode> used = new LinkedHashSet<>();
    boolean any = false;
    for (ObjectNode manifest : manifests) {
      if (isRollout(manifest)) {
        any = true;
        used.add(manifest);
        Beside beside = new Beside(manifest, manifests);
        for (ObjectNode made : new ArgoRollout(manifest, beside, notes).translate()) {
          add(made, objects, notes);
        }
        used.addAll(beside.used());
      }
    }
    if (!any) {
      throw new IllegalArgumentException("there is no Rollout (argoproj.io) among the manifests");
    }
    for (ObjectNode manifest : manifests) {
      if (!used.contains(manifest)) {
        notes.add(
            new Note(
                Yaml.title(manifest),
                "",
                manifest.path("apiVersion").asText().startsWith(GROUP)
                    ? "not carried over: no Rollout here makes use of it"
                    : "not printed: it stays as it is"));
      }
    }
    return new Imported(objects, new ArrayList<>(new LinkedHashSet<>(notes)));
  }

  private static void add(ObjectNode made, List<ObjectNode> objects, List<Note> notes) {
    if (objects.contains(made)) {
      return;
    }
    if (objects.stream().map(Yaml::title).anyMatch(Yaml.title(made)::equals)) {
      notes.add(new Note(Yaml.title(made), "", "is printed twice, with other content; rename one"));
    }
    objects.add(made);
  }

  private static boolean isRollout(ObjectNode manifest) {
    return manifest.path("kind").asText().equals("Rollout")
        && manifest.path("apiVersion").asText().startsWith(GROUP);
  }
}

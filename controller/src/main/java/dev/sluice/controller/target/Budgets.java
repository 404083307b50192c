package dev.sluice.controller.target;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.object.Interest;
import dev.sluice.controller.object.Json;
import dev.sluice.controller.object.Owners;
import dev.sluice.controller.rollout.Protection;
import dev.sluice.crds.Canary;
import dev.sluice.crds.ObjectRef;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The PodDisruptionBudget of the target and its copy for the primary, whose pods it does not
/// select: they have another label. The team's own is never written.
///
/// Kubernetes evicts no pod that two budgets select. So there is one copy at most, and none as soon
/// as anything else selects the primary's pods.
public final class Budgets {
  /// On a budget: `false` keeps it from being copied.
  static final String COPY = "sluice.dev/copy";

  private final Cluster cluster;
  private final Interest interest;

  public Budgets(Cluster cluster, Interest interest) {
    this.cluster = cluster;
    this.interest = interest;
  }

  /// From the cache; costs the API server nothing.
  public Protection read(Canary canary, PrimaryCopy copy, JsonNode target) {
    Pods pods = Pods.of(copy, target);
    List<ObjectNode> budgets = new ArrayList<>();
    for (ObjectRef ref : interest.budgets(canary.ref(), pods.labels())) {
      cluster.cached(Kind.DISRUPTION_BUDGET, ref).map(Json::tree).ifPresent(budgets::add);
    }
    return new Protection(isAlike(canary, wanted(canary, copy, pods, budgets), budgets));
  }

  /// Makes and deletes copies as wanted by what the server says now.
  public void copy(Canary canary, PrimaryCopy copy, JsonNode target) {
    List<ObjectNode> budgets =
        cluster.list(Kind.DISRUPTION_BUDGET, canary.metadata().namespace(), Map.of()).stream()
            .map(Json::tree)
            .toList();
    Optional<ObjectNode> wanted = wanted(canary, copy, Pods.of(copy, target), budgets);
    for (ObjectNode live : owned(canary, budgets)) {
      if (!wanted.map(Budgets::name).equals(Optional.of(name(live)))) {
        cluster.delete(
            Kind.DISRUPTION_BUDGET,
            new ObjectRef(canary.metadata().namespace(), name(live)),
            Optional.of(live.path("metadata").path("uid").asText()));
      }
    }
    wanted.ifPresent(budget -> write(canary, budget, owned(canary, budgets)));
  }

  private void write(Canary canary, ObjectNode wanted, List<ObjectNode> owned) {
    Optional<ObjectNode> live =
        owned.stream().filter(budget -> name(budget).equals(name(wanted))).findFirst();
    if (live.isEmpty()) {
      Owners.own(wanted, canary);
      cluster.create(Kind.DISRUPTION_BUDGET, Json.resource(wanted));
    } else if (!isCurrent(live.get(), wanted)) {
      ObjectNode changed = live.get().deepCopy();
      changed.set("spec", wanted.path("spec"));
      ObjectNode labels = Json.object(Json.object(changed, "metadata"), "labels");
      wanted
          .path("metadata")
          .path("labels")
          .properties()
          .forEach(label -> labels.set(label.getKey(), label.getValue()));
      changed.remove("status");
      cluster.replace(Kind.DISRUPTION_BUDGET, Json.resource(changed));
    }
  }

  /// The labels of pods, those of target and primary.
  private record Pods(JsonNode target, JsonNode primary) {
    static Pods of(PrimaryCopy copy, JsonNode target) {
      JsonNode labels = target.at("/spec/template/metadata/labels");
      return new Pods(labels, copy.labels(labels));
    }

    Set<String> labels() {
      Set<String> all = new TreeSet<>();
      for (JsonNode labels : List.of(target, primary)) {
        labels.properties().forEach(l -> all.add(l.getKey() + "=" + l.getValue().asText()));
      }
      return all;
    }
  }

  /// The copy that there is to be, without owner; empty when there is nothing to copy.
  ///
  /// @param budgets all that may select the pods, our own among them
  private static Optional<ObjectNode> wanted(
      Canary canary, PrimaryCopy copy, Pods pods, List<ObjectNode> budgets) {
    List<ObjectNode> others = new ArrayList<>(budgets);
    others.removeAll(owned(canary, budgets));
    if (others.stream().anyMatch(other -> finds(other, pods.primary()))) {
      return Optional.empty();
    }
    Set<String> taken = new TreeSet<>();
    others.forEach(other -> taken.add(name(other)));
    return others.stream()
        .filter(other -> finds(other, pods.target()))
        .filter(other -> !TargetReader.annotation(other, COPY).equals(Optional.of("false")))
        .min(Comparator.comparing(Budgets::name))
        .map(source -> copied(source, copy))
        .filter(made -> finds(made, pods.primary()) && !taken.contains(name(made)));
  }

  private static ObjectNode copied(ObjectNode source, PrimaryCopy copy) {
    ObjectNode made = Json.MAPPER.createObjectNode();
    made.put("apiVersion", Kind.DISRUPTION_BUDGET.apiVersion())
        .put("kind", Kind.DISRUPTION_BUDGET.kind());
    ObjectNode meta = made.putObject("metadata");
    meta.put("name", name(source) + "-primary");
    meta.set("namespace", source.path("metadata").path("namespace"));
    if (source.path("metadata").path("labels") instanceof ObjectNode labels) {
      ObjectNode carried = labels.deepCopy();
      PrimaryCopy.dropForeign(carried);
      meta.set("labels", carried);
    }
    ObjectNode spec = source.path("spec").deepCopy();
    copy.rewrite(spec.path("selector"));
    made.set("spec", spec);
    return made;
  }

  private static boolean isAlike(
      Canary canary, Optional<ObjectNode> wanted, List<ObjectNode> budgets) {
    List<ObjectNode> owned = owned(canary, budgets);
    return wanted
        .map(one -> owned.size() == 1 && isCurrent(owned.getFirst(), one))
        .orElse(owned.isEmpty());
  }

  /// Labels of others may stay.
  private static boolean isCurrent(ObjectNode live, ObjectNode wanted) {
    JsonNode labels = live.path("metadata").path("labels");
    return name(live).equals(name(wanted))
        && live.path("spec").equals(wanted.path("spec"))
        && wanted.path("metadata").path("labels").properties().stream()
            .allMatch(label -> label.getValue().equals(labels.path(label.getKey())));
  }

  private static List<ObjectNode> owned(Canary canary, List<ObjectNode> budgets) {
    return budgets.stream()
        .filter(budget -> Owners.owns(canary, budget))
        .filter(budget -> !budget.path("metadata").has("deletionTimestamp"))
        .toList();
  }

  private static boolean finds(ObjectNode budget, JsonNode labels) {
    return Selector.finds(budget.path("spec").path("selector"), labels);
  }

  private static String name(ObjectNode budget) {
    return budget.path("metadata").path("name").asText();
  }
}

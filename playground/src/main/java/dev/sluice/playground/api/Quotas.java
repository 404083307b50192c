package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.schema.Quantity;
import dev.sluice.playground.store.Change;
import dev.sluice.playground.store.Key;
import dev.sluice.playground.store.Storage;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Whether a namespace's ResourceQuotas leave room for one more object. What is used is kept up to
/// date with every write, so that an object costs the same however many there are; scopes are not
/// looked at. Used under the server's lock.
final class Quotas {
  static final String QUOTAS = "/resourcequotas";
  private static final String PODS = "/pods";
  private static final List<String> OF_PODS =
      List.of("pods", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory");
  private static final Map<String, String> OTHER_NAMES =
      Map.of("cpu", "requests.cpu", "memory", "requests.memory");

  /// Core kinds that may be counted without saying `count/`.
  private static final Set<String> COUNTED =
      Set.of(
          "configmaps",
          "persistentvolumeclaims",
          "pods",
          "replicationcontrollers",
          "resourcequotas",
          "secrets",
          "services");

  private final Storage storage;

  /// By namespace and resource, where a resource is one of those of pods, or a kind's place in the
  /// storage.
  private final Map<String, Map<String, BigDecimal>> taken = new HashMap<>();

  Quotas(Storage storage) {
    this.storage = storage;
    for (var namespace : storage.list(State.NAMESPACES, "")) {
      for (var key : storage.inNamespace(namespace.at("/metadata/name").asText())) {
        storage.get(key).ifPresent(object -> count(key, object, BigDecimal.ONE));
      }
    }
    storage.listen(this::changed);
  }

  private void changed(Change change) {
    change.before().ifPresent(object -> count(change.key(), object, BigDecimal.ONE.negate()));
    if (change.type() != Change.Type.DELETED) {
      count(change.key(), change.object(), BigDecimal.ONE);
    }
  }

  private void count(Key key, ObjectNode object, BigDecimal times) {
    if (key.namespace().isEmpty()) {
      return;
    }
    var inNamespace = taken.computeIfAbsent(key.namespace(), _ -> new HashMap<>());
    inNamespace.merge(key.resource(), times, BigDecimal::add);
    if (key.resource().equals(PODS) && lives(object)) {
      for (var resource : OF_PODS) {
        ofPod(object, resource)
            .ifPresent(
                amount -> inNamespace.merge(resource, amount.multiply(times), BigDecimal::add));
      }
    }
  }

  private static boolean lives(ObjectNode pod) {
    var phase = pod.at("/status/phase").asText();
    return !phase.equals("Succeeded") && !phase.equals("Failed");
  }

  /// Why the object is not let in, in the server's words; empty when it fits.
  Optional<String> excess(ResourceKind kind, String namespace, ObjectNode object) {
    for (var quota : storage.list(QUOTAS, namespace)) {
      var why = excess(quota, kind, taken.getOrDefault(namespace, Map.of()), object);
      if (why.isPresent()) {
        return why;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> excess(
      ObjectNode quota, ResourceKind kind, Map<String, BigDecimal> present, ObjectNode object) {
    var missing = new ArrayList<String>();
    var wanted = new ArrayList<String>();
    var used = new ArrayList<String>();
    var limits = new ArrayList<String>();
    for (var limit : hard(quota).entrySet()) {
      var resource = limit.getKey();
      var asked = asked(kind, object, resource);
      if (asked.isEmpty()) {
        continue;
      }
      if (asked.get().signum() == 0) {
        missing.add(resource + " for: " + silent(object, resource));
        continue;
      }
      var taken = present.getOrDefault(place(kind, resource), BigDecimal.ZERO);
      if (taken.add(asked.get()).compareTo(Quantity.amount(limit.getValue())) > 0) {
        wanted.add(resource + "=" + Quantity.text(asked.get()));
        used.add(resource + "=" + Quantity.text(taken));
        limits.add(resource + "=" + limit.getValue().asText());
      }
    }
    var name = quota.at("/metadata/name").asText();
    if (!missing.isEmpty()) {
      return Optional.of(
          "failed quota: %s: must specify %s".formatted(name, String.join("; ", missing)));
    }
    return wanted.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "exceeded quota: %s, requested: %s, used: %s, limited: %s"
                .formatted(
                    name,
                    String.join(",", wanted),
                    String.join(",", used),
                    String.join(",", limits)));
  }

  private static Map<String, JsonNode> hard(ObjectNode quota) {
    var hard = new TreeMap<String, JsonNode>();
    for (var limit : quota.at("/spec/hard").properties()) {
      hard.put(limit.getKey(), limit.getValue());
    }
    return hard;
  }

  /// Where what is taken of a resource is kept. Pods that have ended count as objects only.
  private static String place(ResourceKind kind, String resource) {
    if (kind.rules().equals("pod") && !resource.startsWith("count/")) {
      return OTHER_NAMES.getOrDefault(resource, resource);
    }
    return kind.storage();
  }

  /// What a quota says of itself: its limits, and what is used of each.
  ObjectNode status(Kinds kinds, ObjectNode quota) {
    var status = JsonNodeFactory.instance.objectNode();
    var hard = status.putObject("hard");
    var used = status.putObject("used");
    var present = taken.getOrDefault(quota.at("/metadata/namespace").asText(), Map.of());
    hard(quota)
        .forEach((resource, limit) -> {
          hard.set(resource, limit);
          counted(kinds, resource)
              .ifPresent(kind ->
                  used.put(
                      resource,
                      Quantity.text(present.getOrDefault(place(kind, resource), BigDecimal.ZERO))));
        });
    return status;
  }

  /// The kind whose objects a resource of a quota counts.
  private static Optional<ResourceKind> counted(Kinds kinds, String resource) {
    if (OF_PODS.contains(resource) || OTHER_NAMES.containsKey(resource)) {
      return kinds.find("", "v1", "pods");
    }
    var name = resource.startsWith("count/") ? resource.substring("count/".length()) : resource;
    if (!resource.startsWith("count/") && !COUNTED.contains(name)) {
      return Optional.empty();
    }
    return kinds.all().stream()
        .filter(kind -> kind.namespaced() && kind.qualified().equals(name))
        .findFirst();
  }

  /// What one object takes of a resource; empty when that does not count it.
  private static Optional<BigDecimal> asked(ResourceKind kind, ObjectNode object, String resource) {
    if (resource.equals("count/" + kind.qualified())
        || (COUNTED.contains(resource) && resource.equals(kind.qualified()))) {
      return Optional.of(BigDecimal.ONE);
    }
    return kind.rules().equals("pod") ? ofPod(object, resource) : Optional.empty();
  }

  private static Optional<BigDecimal> ofPod(ObjectNode pod, String resource) {
    return switch (resource) {
      case "pods" -> Optional.of(BigDecimal.ONE);
      case "cpu", "memory" -> Optional.of(sum(pod, "requests", resource));
      case "requests.cpu", "requests.memory", "limits.cpu", "limits.memory" -> {
        var parts = resource.split("\\.", 2);
        yield Optional.of(sum(pod, parts[0], parts[1]));
      }
      default -> Optional.empty();
    };
  }

  private static BigDecimal sum(ObjectNode pod, String side, String resource) {
    var sum = BigDecimal.ZERO;
    for (var container : pod.at("/spec/containers")) {
      var amount = container.path("resources").path(side).path(resource);
      sum = amount.isMissingNode() ? sum : sum.add(Quantity.amount(amount));
    }
    return sum;
  }

  /// The containers that do not say what they take.
  private static String silent(ObjectNode pod, String resource) {
    var side = resource.startsWith("limits.") ? "limits" : "requests";
    var name = resource.substring(resource.indexOf('.') + 1);
    return String.join(
        ",",
        pod.at("/spec/containers")
            .valueStream()
            .filter(container -> container.path("resources").path(side).path(name).isMissingNode())
            .map(container -> container.path("name").asText())
            .sorted()
            .toList());
  }
}

package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.schema.Quantity;
import dev.sluice.playground.store.Change;
import dev.sluice.playground.store.Storage;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Whether a namespace's ResourceQuotas leave room for one more pod. What its pods take is kept up
/// to date with every write, so that a pod costs the same however many there are; scopes are not
/// looked at. Used under the server's lock.
final class Quotas {
  private static final String QUOTAS = "/resourcequotas";
  private static final String PODS = "/pods";
  private static final List<String> RESOURCES =
      List.of("pods", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory");
  private static final Map<String, String> OTHER_NAMES =
      Map.of("count/pods", "pods", "cpu", "requests.cpu", "memory", "requests.memory");

  private final Storage storage;
  private final Map<String, Map<String, BigDecimal>> taken = new HashMap<>();

  Quotas(Storage storage) {
    this.storage = storage;
    storage.list(PODS, "").forEach(pod -> count(pod, BigDecimal.ONE));
    storage.listen(this::changed);
  }

  private void changed(Change change) {
    if (!change.key().resource().equals(PODS)) {
      return;
    }
    change.before().ifPresent(pod -> count(pod, BigDecimal.ONE.negate()));
    if (change.type() != Change.Type.DELETED) {
      count(change.object(), BigDecimal.ONE);
    }
  }

  private void count(ObjectNode pod, BigDecimal times) {
    if (!counts(pod)) {
      return;
    }
    var inNamespace =
        taken.computeIfAbsent(pod.at("/metadata/namespace").asText(), _ -> new HashMap<>());
    for (var resource : RESOURCES) {
      amount(pod, resource)
          .ifPresent(
              amount -> inNamespace.merge(resource, amount.multiply(times), BigDecimal::add));
    }
  }

  /// Why the pod is not let in, in the server's words; empty when it fits.
  Optional<String> excess(String namespace, ObjectNode pod) {
    for (var quota : storage.list(QUOTAS, namespace)) {
      var why = excess(quota, taken.getOrDefault(namespace, Map.of()), pod);
      if (why.isPresent()) {
        return why;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> excess(
      ObjectNode quota, Map<String, BigDecimal> present, ObjectNode pod) {
    var hard = new TreeMap<String, JsonNode>();
    for (var limit : quota.at("/spec/hard").properties()) {
      hard.put(limit.getKey(), limit.getValue());
    }
    var missing = new ArrayList<String>();
    var wanted = new ArrayList<String>();
    var used = new ArrayList<String>();
    var limits = new ArrayList<String>();
    for (var limit : hard.entrySet()) {
      var resource = limit.getKey();
      var asked = amount(pod, resource);
      if (asked.isEmpty()) {
        continue;
      }
      if (asked.get().signum() == 0) {
        missing.add(resource);
        continue;
      }
      var taken =
          present.getOrDefault(OTHER_NAMES.getOrDefault(resource, resource), BigDecimal.ZERO);
      if (taken.add(asked.get()).compareTo(Quantity.amount(limit.getValue())) > 0) {
        wanted.add(resource + "=" + Quantity.text(asked.get()));
        used.add(resource + "=" + Quantity.text(taken));
        limits.add(resource + "=" + limit.getValue().asText());
      }
    }
    var name = quota.at("/metadata/name").asText();
    if (!missing.isEmpty()) {
      return Optional.of(
          "failed quota: %s: must specify %s".formatted(name, String.join(",", missing)));
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

  private static boolean counts(ObjectNode pod) {
    var phase = pod.at("/status/phase").asText();
    return !phase.equals("Succeeded") && !phase.equals("Failed");
  }

  /// What one pod takes of a resource; empty for one that is not counted here.
  private static Optional<BigDecimal> amount(ObjectNode pod, String resource) {
    return switch (resource) {
      case "pods", "count/pods" -> Optional.of(BigDecimal.ONE);
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
}

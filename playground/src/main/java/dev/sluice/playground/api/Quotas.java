package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.schema.Quantity;
import dev.sluice.playground.store.Storage;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// Whether a namespace's ResourceQuotas leave room for one more pod. What is used is counted when
/// it is asked for; scopes are not looked at.
final class Quotas {
  private static final String QUOTAS = "/resourcequotas";
  private static final String PODS = "/pods";

  private Quotas() {}

  /// Why the pod is not let in, in the server's words; empty when it fits.
  static Optional<String> excess(Storage storage, String namespace, ObjectNode pod) {
    for (var quota : storage.list(QUOTAS, namespace)) {
      var why = excess(quota, storage.list(PODS, namespace), pod);
      if (why.isPresent()) {
        return why;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> excess(ObjectNode quota, List<ObjectNode> pods, ObjectNode pod) {
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
          pods.stream()
              .filter(Quotas::counts)
              .map(each -> amount(each, resource).orElse(BigDecimal.ZERO))
              .reduce(BigDecimal.ZERO, BigDecimal::add);
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

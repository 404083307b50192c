package dev.sluice.gitops.plan;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Whether an object has become what it was asked to be, by the rules of kstatus.
public sealed interface Health {

  record Current() implements Health {}

  /// @param why one clause
  record InProgress(String why) implements Health {}

  /// Waiting longer does not help.
  ///
  /// @param why one clause
  record Failed(String why) implements Health {}

  record Terminating() implements Health {}

  static Health of(Live live) {
    if (live.terminating()) {
      return new Terminating();
    }
    long generation = number(live, "metadata", "generation").orElse(0L);
    long observed = number(live, "status", "observedGeneration").orElse(generation);
    if (observed < generation) {
      return new InProgress("its controller has not looked at the latest change");
    }
    return switch (String.valueOf(live.content().get("kind"))) {
      case "CustomResourceDefinition" -> definition(live);
      case "Namespace" ->
          live.at(List.of("status", "phase")).equals(Optional.of("Active"))
              ? new Current()
              : new InProgress("it is not active");
      case "Deployment" -> deployment(live);
      default -> generic(live);
    };
  }

  private static Health definition(Live live) {
    Optional<Map<String, Object>> names = condition(live, "NamesAccepted");
    if (names.filter(c -> "False".equals(c.get("status"))).isPresent()) {
      return new Failed("its names are taken: " + names.get().get("message"));
    }
    return is(live, "Established") ? new Current() : new InProgress("it is not established");
  }

  private static Health deployment(Live live) {
    Optional<Map<String, Object>> progressing = condition(live, "Progressing");
    if (progressing.filter(c -> "ProgressDeadlineExceeded".equals(c.get("reason"))).isPresent()) {
      return new Failed("it made no progress within its progressDeadlineSeconds");
    }
    long wanted = number(live, "spec", "replicas").orElse(1L);
    long total = number(live, "status", "replicas").orElse(0L);
    long updated = number(live, "status", "updatedReplicas").orElse(0L);
    long available = number(live, "status", "availableReplicas").orElse(0L);
    if (updated < wanted) {
      return new InProgress(updated + " of " + wanted + " pods are updated");
    }
    if (total > updated) {
      return new InProgress((total - updated) + " old pods are still there");
    }
    if (available < updated) {
      return new InProgress(available + " of " + updated + " pods are available");
    }
    return new Current();
  }

  private static Health generic(Live live) {
    if (is(live, "Stalled")) {
      return new Failed(message(live, "Stalled"));
    }
    if (is(live, "Reconciling")) {
      return new InProgress(message(live, "Reconciling"));
    }
    if (condition(live, "Ready").isPresent() && !is(live, "Ready")) {
      return new InProgress(message(live, "Ready"));
    }
    return new Current();
  }

  private static boolean is(Live live, String type) {
    return condition(live, type).filter(c -> "True".equals(c.get("status"))).isPresent();
  }

  private static String message(Live live, String type) {
    return condition(live, type).map(c -> String.valueOf(c.get("message"))).orElse("");
  }

  private static Optional<Map<String, Object>> condition(Live live, String type) {
    return Json.objects(live.at(List.of("status", "conditions"))).stream()
        .filter(condition -> type.equals(condition.get("type")))
        .findFirst();
  }

  private static Optional<Long> number(Live live, String... path) {
    return live.at(List.of(path))
        .filter(Number.class::isInstance)
        .map(value -> ((Number) value).longValue());
  }
}

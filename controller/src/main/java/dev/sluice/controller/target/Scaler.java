package dev.sluice.controller.target;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.rollout.Autoscaling.Rest;
import dev.sluice.crds.CanarySpec.AutoscalerRef;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What one kind of autoscaler calls things, and what its copy for a primary must not have in
/// common with it. Pure; [Autoscalers] does the rest for all kinds alike.
sealed interface Scaler permits HorizontalScaler, KedaScaler {
  List<Scaler> ALL = List.of(new HorizontalScaler(), new KedaScaler());

  /// @throws IllegalArgumentException for a kind that no Canary can name
  static Scaler named(String kind) {
    return ALL.stream()
        .filter(scaler -> scaler.kind().kind().equals(kind))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no autoscaler: " + kind));
  }

  Kind kind();

  /// The field of `spec` that holds the lower bound of pods.
  String least();

  int least(JsonNode scaler);

  int most(JsonNode scaler);

  /// What is scaled, as `Kind name`.
  String scaled(JsonNode scaler);

  /// Why it cannot scale a target that a rollout starts and stops, or cannot be copied; a
  /// predicate, such as `has minReplicas 0, …`.
  Optional<String> unusable(AutoscalerRef ref, JsonNode scaler);

  /// The `spec` of its copy.
  ///
  /// @param source the target's
  /// @param least lower bound of the copy, and `most` its upper one
  /// @param target the target's name, and `primary` that of its copy
  ObjectNode copied(
      AutoscalerRef ref, JsonNode source, int least, int most, String target, String primary);

  /// Labels or annotations of the target's that its copy has, too; those of other engines are left
  /// out already.
  ///
  /// @param field `labels` or `annotations`
  boolean carries(String field, String key);

  /// What it does about a target without pods.
  Rest rest(JsonNode scaler);

  /// Annotations to be written so that it keeps its target at none; null takes one away.
  Map<String, Object> resting(JsonNode scaler);

  /// Annotations to be written so that it does again what people told it.
  Map<String, Object> awake(JsonNode scaler);
}

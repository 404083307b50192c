package dev.sluice.controller.target;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.crds.ObjectRef;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/// Whether a live primary runs what its target wants to run.
///
/// @param copy the rules by which we copy
/// @param cached looks an object up; trimmed configs carry their checksum
public record Copied(
    PrimaryCopy copy,
    Configs configs,
    String namespace,
    BiFunction<Kind, ObjectRef, Optional<GenericKubernetesResource>> cached) {

  /// As we would have copied it.
  public boolean isCurrent(JsonNode targetTemplate, JsonNode primary) {
    return isCurrent(copy, targetTemplate, primary);
  }

  /// As Flagger would have: canaries that track one config share its copy; where it was told not to
  /// track any, the primary has the target's own; and pods are kept apart by the target's name.
  public boolean isAsFlaggerCopied(JsonNode targetTemplate, JsonNode primary) {
    return isFlaggers(ref -> ref.name() + PrimaryCopy.SUFFIX, targetTemplate, primary)
        || isFlaggers(ConfigRefs.Ref::name, targetTemplate, primary);
  }

  private boolean isFlaggers(
      Function<ConfigRefs.Ref, String> names, JsonNode targetTemplate, JsonNode primary) {
    Map<ConfigRefs.Ref, String> copies = new HashMap<>();
    configs.copies().keySet().forEach(ref -> copies.put(ref, names.apply(ref)));
    PrimaryCopy usual = copy.with(copies);
    return isCurrent(usual, targetTemplate, primary)
        || isCurrent(usual.keepingApart(copy.target()), targetTemplate, primary);
  }

  private boolean isCurrent(PrimaryCopy rules, JsonNode targetTemplate, JsonNode primary) {
    return rules.matches(targetTemplate, primary.path("spec").path("template"))
        && configs.copied(rules.configs(), namespace, cached)
        && CopyToPrimary.isMarked(primary, configs.checksums());
  }
}

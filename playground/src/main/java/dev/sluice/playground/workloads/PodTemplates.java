package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.random.RandomGenerator;

/// Makes Pods of the template that an owner has.
final class PodTemplates {
  private PodTemplates() {}

  /// A pod with a name of its own.
  ///
  /// @param base its name up to the random part
  static ObjectNode pod(ObjectNode owner, Resource kind, String base, RandomGenerator random) {
    var pod = named(owner, kind, base + Names.suffix(random));
    pod.withObject("/metadata").put("generateName", base);
    return pod;
  }

  static ObjectNode named(ObjectNode owner, Resource kind, String name) {
    var template = owner.at("/spec/template");
    var pod = JsonNodeFactory.instance.objectNode().put("apiVersion", "v1").put("kind", "Pod");
    ObjectNode metadata =
        template.path("metadata") instanceof ObjectNode given
            ? given.deepCopy()
            : JsonNodeFactory.instance.objectNode();
    metadata.remove("creationTimestamp");
    metadata.put("name", name).put("namespace", Meta.namespace(owner));
    metadata.putArray("ownerReferences").add(Meta.ownedBy(owner, kind));
    pod.set("metadata", metadata);
    pod.set("spec", template.path("spec").deepCopy());
    return pod;
  }
}

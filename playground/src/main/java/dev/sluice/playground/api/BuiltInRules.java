package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.schema.Cause;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// What the server itself adds to objects of some built-in kinds, and refuses: the part of a kind
/// that no schema can say. Chosen by [ResourceKind#rules].
final class BuiltInRules {

  /// Where the addresses of Services are: 10.96.0.0/16.

  private static final String TEMPLATE_GENERATION =
      "/metadata/annotations/deprecated.daemonset.template.generation";

  private final State state;
  private final Definitions definitions;
  private final NodePorts nodePorts;
  private final ServiceAddresses addresses;

  BuiltInRules(State state) {
    this.state = state;
    this.definitions = new Definitions(state);
    this.nodePorts = new NodePorts(state);
    this.addresses = new ServiceAddresses(state.storage());
  }

  /// Before defaulting.
  void prepare(ResourceKind kind, ObjectNode object, Optional<ObjectNode> old) {
    switch (kind.rules()) {
      case "namespace" -> namespace(object, old);
      case "secret" -> secret(object);
      case "service" -> service(object, old);
      case "pod" -> pod(object, old);
      case "claim", "volume" -> {
        if (old.isEmpty()) {
          object.putObject("status").put("phase", "Pending");
        }
      }
      case "job" -> {
        if (old.isEmpty()) {
          JobLabels.put(object);
        }
      }
      default -> {}
    }
  }

  /// After defaulting, before checks.
  void complete(ResourceKind kind, ObjectNode object, Optional<ObjectNode> old) {
    switch (kind.rules()) {
      case "definition" -> definitions.complete(object, old);
      case "service" -> {
        clusterIp(object);
        nodePorts.complete(object, old);
      }
      case "workload" -> workload(object, old);
      case "daemon-set" -> daemonSet(object, old);
      case "job" -> job(object, old);
      default -> {}
    }
  }

  /// Everything wrong with the object that its schema does not know of.
  List<Cause> check(ResourceKind kind, ObjectNode object, Optional<ObjectNode> old) {
    return switch (kind.rules()) {
      case "service" -> {
        var causes = new ArrayList<>(address(object, old));
        causes.addAll(nodePorts.check(object));
        yield causes;
      }
      case "pod" -> old.map(before -> podContainers(object, before)).orElse(List.of());
      default -> List.of();
    };
  }

  /// An address that was asked for must be one that Services may have, and that none has.
  private List<Cause> address(ObjectNode object, Optional<ObjectNode> old) {
    var ip = object.at("/spec/clusterIP").asText("");
    if (old.isPresent() || ip.isEmpty() || ip.equals("None")) {
      return List.of();
    }
    var why =
        !ip.startsWith(ServiceAddresses.RANGE)
            ? "the provided network does not match the current range"
            : addresses.taken(ip) ? "provided IP is already allocated" : "";
    return why.isEmpty()
        ? List.of()
        : List.of(
            Cause.invalid(
                "spec.clusterIPs",
                "[]string{" + Refusal.quoted(ip) + "}",
                "failed to allocate IP " + ip + ": " + why));
  }

  private static void namespace(ObjectNode object, Optional<ObjectNode> old) {
    var name = object.path("metadata").path("name").asText();
    object
        .withObjectProperty("metadata")
        .withObjectProperty("labels")
        .put("kubernetes.io/metadata.name", name);
    if (old.isEmpty()) {
      object.putObject("spec").putArray("finalizers").add("kubernetes");
      object.putObject("status").put("phase", "Active");
    }
  }

  private static void secret(ObjectNode object) {
    var plain = object.remove("stringData");
    if (plain != null && plain.isObject() && !plain.isEmpty()) {
      var data = object.withObjectProperty("data");
      for (var entry : plain.properties()) {
        data.put(
            entry.getKey(),
            Base64.getEncoder()
                .encodeToString(entry.getValue().asText().getBytes(StandardCharsets.UTF_8)));
      }
    }
    if (object.path("type").asText("").isEmpty()) {
      object.put("type", "Opaque");
    }
  }

  private static void service(ObjectNode object, Optional<ObjectNode> old) {
    if (old.isEmpty()) {
      object.putObject("status").putObject("loadBalancer");
      return;
    }
    var spec = object.withObjectProperty("spec");
    for (var field : List.of("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")) {
      var before = old.get().path("spec").path(field);
      if (!spec.hasNonNull(field)
          && !before.isMissingNode()
          && !spec.path("type").asText("").equals("ExternalName")) {
        spec.set(field, before);
      }
    }
    // One of the two is given alone: the other follows it.
    var ip = spec.path("clusterIP").asText("");
    if (!ip.equals(old.get().path("spec").path("clusterIP").asText(""))) {
      spec.putArray("clusterIPs").add(ip);
    }
  }

  private void clusterIp(ObjectNode object) {
    var spec = object.withObjectProperty("spec");
    if (spec.path("type").asText("").equals("ExternalName")) {
      spec.remove(
          List.of(
              "clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"));
      return;
    }
    var ip = spec.path("clusterIP").asText("");
    if (ip.isEmpty()) {
      ip = addresses.free(state);
      spec.put("clusterIP", ip);
    }
    if (spec.path("clusterIPs").isEmpty()) {
      spec.putArray("clusterIPs").add(ip);
    }
    if (!spec.has("ipFamilies")) {
      spec.putArray("ipFamilies").add("IPv4");
    }
    if (!spec.has("ipFamilyPolicy")) {
      spec.put("ipFamilyPolicy", "SingleStack");
    }
  }

  private static void workload(ObjectNode object, Optional<ObjectNode> old) {
    if (old.isEmpty() && !object.has("status")) {
      object.set("status", JsonNodeFactory.instance.objectNode());
    }
  }

  /// The number of the template, which once was a field, lives on in an annotation.
  private static void daemonSet(ObjectNode object, Optional<ObjectNode> old) {
    var template = object.at("/spec/template");
    var number =
        old.map(before ->
                before.at(TEMPLATE_GENERATION).asLong()
                    + (before.at("/spec/template").equals(template) ? 0 : 1))
            .orElse(1L);
    object
        .withObjectProperty("metadata")
        .withObjectProperty("annotations")
        .put("deprecated.daemonset.template.generation", Long.toString(number));
  }

  /// A Job finds its pods by its uid, unless the user says by what.
  private static void job(ObjectNode object, Optional<ObjectNode> old) {
    if (old.isPresent() || object.at("/spec/manualSelector").asBoolean()) {
      return;
    }
    var uid = object.at("/metadata/uid").asText();
    var spec = object.withObjectProperty("spec");
    spec.putObject("selector")
        .putObject("matchLabels")
        .put("batch.kubernetes.io/controller-uid", uid);
    var labels =
        spec.withObjectProperty("template")
            .withObjectProperty("metadata")
            .withObjectProperty("labels");
    for (var prefix : List.of("batch.kubernetes.io/", "")) {
      labels.put(prefix + "controller-uid", uid);
      labels.put(prefix + "job-name", object.at("/metadata/name").asText());
    }
    var own = object.withObjectProperty("metadata");
    if (own.path("labels").isEmpty()) {
      own.set("labels", labels.deepCopy());
    }
  }

  private static void pod(ObjectNode object, Optional<ObjectNode> old) {
    if (old.isPresent()) {
      return;
    }
    var status = object.putObject("status");
    status.put("phase", "Pending");
    status.put("qosClass", QosClass.of(object.path("spec")));
    var spec = object.withObjectProperty("spec");
    spec.put("priority", 0);
    spec.put("preemptionPolicy", "PreemptLowerPriority");
    var tolerations = spec.withArrayProperty("tolerations");
    for (var taint : List.of("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")) {
      if (!tolerates(tolerations, taint)) {
        tolerations
            .addObject()
            .put("key", taint)
            .put("operator", "Exists")
            .put("effect", "NoExecute")
            .put("tolerationSeconds", 300);
      }
    }
  }

  private static boolean tolerates(JsonNode tolerations, String taint) {
    for (var each : tolerations) {
      var key = each.path("key").asText("");
      var effect = each.path("effect").asText("");
      if ((key.isEmpty() || key.equals(taint))
          && (effect.isEmpty() || effect.equals("NoExecute"))) {
        return true;
      }
    }
    return false;
  }

  private static List<Cause> podContainers(ObjectNode object, ObjectNode old) {
    return containers(object).equals(containers(old))
        ? List.of()
        : List.of(
            Cause.forbidden("spec.containers", "pod updates may not add or remove containers"));
  }

  private static List<String> containers(ObjectNode pod) {
    var names = new ArrayList<String>();
    pod.at("/spec/containers").forEach(each -> names.add(each.path("name").asText()));
    return names;
  }
}

package dev.sluice.playground.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/// What the server fills in for built-in kinds: the defaults of the data, and those that depend on
/// other fields. Changes the object it is given.
final class BuiltInDefaults {
  private BuiltInDefaults() {}

  static void fill(ObjectNode object, TypeDef type) {
    byOtherFields(object, type.name());
    for (Field field : type.fields().values()) {
      JsonNode value = object.get(field.name());
      boolean nothing =
          value == null
              || value.isNull()
              || (!field.byPresence() && BuiltInSchema.isZero(value, field.type()));
      if (nothing && field.fallback() != null)
        object.set(field.name(), field.fallback().deepCopy());
      else if (nothing && !field.byPresence() && field.type() instanceof FieldType.Ref)
        object.putObject(field.name());
      JsonNode now = object.get(field.name());
      if (now != null) below(now, field.type());
    }
  }

  private static void below(JsonNode value, FieldType type) {
    switch (type) {
      case FieldType.Ref(String name) -> {
        if (value instanceof ObjectNode object) fill(object, BuiltIns.type(name));
      }
      case FieldType.ListOf(FieldType item) -> value.forEach(element -> below(element, item));
      case FieldType.MapOf(FieldType part) -> value.forEach(element -> below(element, part));
      case FieldType.Basic _ -> {}
    }
  }

  private static void byOtherFields(ObjectNode object, String type) {
    switch (type) {
      case "core.Container", "core.EphemeralContainer" -> pullPolicy(object);
      case "core.Volume" -> {
        if (object.properties().stream()
            .allMatch(e -> e.getKey().equals("name") || e.getValue().isNull()))
          object.putObject("emptyDir");
      }
      case "core.PodSpec" -> podSpec(object);
      case "core.Pod" -> pod(object);
      case "core.ServiceSpec" -> service(object);
      case "core.ServicePort" -> targetPort(object);
      case "core.Secret" -> secret(object);
      case "core.Namespace" -> {
        String name = text(object.path("metadata"), "name");
        if (!name.isEmpty())
          map(map(object, "metadata"), "labels").put("kubernetes.io/metadata.name", name);
      }
      case "apps.DeploymentStrategy",
          "apps.DaemonSetUpdateStrategy",
          "apps.StatefulSetUpdateStrategy" -> {
        String strategy = text(object, "type");
        if (strategy.isEmpty() || strategy.equals("RollingUpdate")) map(object, "rollingUpdate");
      }
      case "apps.StatefulSetSpec" -> map(object, "persistentVolumeClaimRetentionPolicy");
      case "batch.JobSpec" -> job(object);
      case "autoscaling1.HorizontalPodAutoscalerSpec" -> {
        if (absent(object, "targetCPUUtilizationPercentage"))
          object.put("targetCPUUtilizationPercentage", 80);
      }
      case "autoscaling2.HorizontalPodAutoscalerSpec" -> autoscaler(object);
      case "rbac.Subject" -> {
        if (text(object, "apiGroup").isEmpty()
            && List.of("User", "Group").contains(text(object, "kind")))
          object.put("apiGroup", "rbac.authorization.k8s.io");
      }
      case "networking.NetworkPolicySpec" -> {
        if (absent(object, "policyTypes")) {
          ArrayNode types = object.putArray("policyTypes").add("Ingress");
          if (!object.path("egress").isEmpty()) types.add("Egress");
        }
      }
      case "apiextensions.CustomResourceDefinitionSpec" -> {
        ObjectNode names = map(object, "names");
        String kind = text(names, "kind");
        if (text(names, "singular").isEmpty()) names.put("singular", kind.toLowerCase(Locale.ROOT));
        if (text(names, "listKind").isEmpty() && !kind.isEmpty())
          names.put("listKind", kind + "List");
      }
      default -> {}
    }
  }

  /// An image without a tag, or with the tag `latest`, may change and is pulled every time.
  private static void pullPolicy(ObjectNode container) {
    if (!text(container, "imagePullPolicy").isEmpty()) return;
    String image = text(container, "image");
    String last = image.substring(image.lastIndexOf('/') + 1);
    boolean pinned = last.contains("@") || (last.contains(":") && !last.endsWith(":latest"));
    container.put("imagePullPolicy", pinned ? "IfNotPresent" : "Always");
  }

  private static void podSpec(ObjectNode spec) {
    String account = text(spec, "serviceAccountName");
    String old = text(spec, "serviceAccount");
    if (account.isEmpty() && !old.isEmpty()) spec.put("serviceAccountName", old);
    else if (!account.isEmpty()) spec.put("serviceAccount", account);
    if (!spec.path("hostNetwork").asBoolean()) return;
    for (String list : List.of("initContainers", "containers"))
      for (JsonNode container : spec.path(list))
        for (JsonNode port : container.path("ports"))
          if (port instanceof ObjectNode open && open.path("hostPort").asInt() == 0)
            open.set("hostPort", open.path("containerPort"));
  }

  /// Pods get what their templates do not: service links, and requests where only limits are given.
  private static void pod(ObjectNode pod) {
    ObjectNode spec = map(pod, "spec");
    if (absent(spec, "enableServiceLinks")) spec.put("enableServiceLinks", true);
    for (String list : List.of("initContainers", "containers"))
      for (JsonNode container : spec.path(list)) {
        if (!(container.path("resources") instanceof ObjectNode resources)) continue;
        for (var limit : resources.path("limits").properties()) {
          ObjectNode requests = map(resources, "requests");
          if (!requests.has(limit.getKey())) requests.set(limit.getKey(), limit.getValue());
        }
      }
  }

  private static void service(ObjectNode spec) {
    String type = text(spec, "type").isEmpty() ? "ClusterIP" : text(spec, "type");
    if (text(spec, "sessionAffinity").equals("ClientIP"))
      map(map(spec, "sessionAffinityConfig"), "clientIP");
    boolean outside = type.equals("NodePort") || type.equals("LoadBalancer");
    if (outside && text(spec, "externalTrafficPolicy").isEmpty())
      spec.put("externalTrafficPolicy", "Cluster");
    if ((outside || type.equals("ClusterIP")) && text(spec, "internalTrafficPolicy").isEmpty())
      spec.put("internalTrafficPolicy", "Cluster");
    if (type.equals("LoadBalancer") && absent(spec, "allocateLoadBalancerNodePorts"))
      spec.put("allocateLoadBalancerNodePorts", true);
    if (type.equals("ExternalName")) return;
    if (spec.path("ipFamilies").isEmpty()) spec.putArray("ipFamilies").add("IPv4");
    if (text(spec, "ipFamilyPolicy").isEmpty()) {
      boolean headless = text(spec, "clusterIP").equals("None");
      spec.put(
          "ipFamilyPolicy",
          headless && spec.path("selector").isEmpty() ? "RequireDualStack" : "SingleStack");
    }
  }

  private static void targetPort(ObjectNode port) {
    JsonNode target = port.path("targetPort");
    boolean unset =
        target.isMissingNode()
            || target.isNull()
            || (target.isTextual() ? target.textValue().isEmpty() : target.asInt() == 0);
    if (unset)
      port.set(
          "targetPort",
          port.has("port")
              ? port.get("port")
              : com.fasterxml.jackson.databind.node.IntNode.valueOf(0));
  }

  private static void secret(ObjectNode secret) {
    if (!(secret.remove("stringData") instanceof ObjectNode plain)) return;
    ObjectNode data = map(secret, "data");
    plain
        .properties()
        .forEach(e ->
            data.put(
                e.getKey(),
                Base64.getEncoder()
                    .encodeToString(e.getValue().asText("").getBytes(StandardCharsets.UTF_8))));
  }

  private static void job(ObjectNode spec) {
    if (absent(spec, "completions") && absent(spec, "parallelism")) spec.put("completions", 1);
    if (absent(spec, "parallelism")) spec.put("parallelism", 1);
  }

  private static void autoscaler(ObjectNode spec) {
    if (spec.path("metrics").isEmpty()) {
      ObjectNode resource =
          spec.putArray("metrics").addObject().put("type", "Resource").putObject("resource");
      resource
          .put("name", "cpu")
          .putObject("target")
          .put("type", "Utilization")
          .put("averageUtilization", 80);
    }
    if (!(spec.path("behavior") instanceof ObjectNode behavior)) return;
    ObjectNode up = map(behavior, "scaleUp");
    if (absent(up, "stabilizationWindowSeconds")) up.put("stabilizationWindowSeconds", 0);
    if (absent(up, "selectPolicy")) up.put("selectPolicy", "Max");
    if (up.path("policies").isEmpty()) {
      ArrayNode policies = up.putArray("policies");
      policies.addObject().put("type", "Pods").put("value", 4).put("periodSeconds", 15);
      policies.addObject().put("type", "Percent").put("value", 100).put("periodSeconds", 15);
    }
    ObjectNode down = map(behavior, "scaleDown");
    if (absent(down, "selectPolicy")) down.put("selectPolicy", "Max");
    if (down.path("policies").isEmpty())
      down.putArray("policies")
          .addObject()
          .put("type", "Percent")
          .put("value", 100)
          .put("periodSeconds", 15);
  }

  private static boolean absent(ObjectNode object, String field) {
    JsonNode value = object.get(field);
    return value == null || value.isNull() || (value.isContainerNode() && value.isEmpty());
  }

  private static String text(JsonNode object, String field) {
    return object.path(field).asText("");
  }

  private static ObjectNode map(ObjectNode object, String field) {
    return object.get(field) instanceof ObjectNode there ? there : object.putObject(field);
  }
}

package dev.sluice.playground.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The rules of built-in kinds that look at more than one field.
final class BuiltInRules {
  private static final int DATA_BYTES = 1024 * 1024;
  private static final ObjectMapper JSON = new ObjectMapper();

  private BuiltInRules() {}

  /// Rules about a whole object, before its fields.
  static void whole(String type, JsonNode object, String path, List<Cause> causes) {
    switch (type) {
      case "core.Secret" -> secret(object, causes);
      case "core.ConfigMap" -> configMap(object, causes);
      case "core.Event" -> {
        String involved = object.path("involvedObject").path("namespace").asText("");
        String own = object.path("metadata").path("namespace").asText("");
        if (!involved.isEmpty() && !involved.equals(own))
          causes.add(
              Cause.invalid(
                  "involvedObject.namespace",
                  Shown.quoted(involved),
                  "does not match event.namespace"));
      }
      case "events.Event" -> {
        if (object.path("eventTime").asText("").isEmpty()
            && object.path("deprecatedFirstTimestamp").asText("").isEmpty())
          causes.add(Cause.required("eventTime", ""));
        String kind = object.path("type").asText("");
        if (!List.of("Normal", "Warning").contains(kind))
          causes.add(Cause.invalid("type", "\"\"", "has invalid value: " + kind));
      }
      case "coordination.LeaseSpec" -> {
        JsonNode seconds = object.path("leaseDurationSeconds");
        if (seconds.isNumber() && seconds.asLong() <= 0)
          causes.add(
              Cause.invalid(
                  path + ".leaseDurationSeconds", seconds.toString(), "must be greater than 0"));
      }
      case "autoscaling1.HorizontalPodAutoscalerSpec",
          "autoscaling2.HorizontalPodAutoscalerSpec" -> {
        JsonNode most = object.path("maxReplicas");
        if (most.asLong() < 1)
          causes.add(
              Cause.invalid(path + ".maxReplicas", most.asText("0"), "must be greater than 0"));
        if (most.asLong() < object.path("minReplicas").asLong(1))
          causes.add(
              Cause.invalid(
                  path + ".maxReplicas",
                  most.asText("0"),
                  "must be greater than or equal to `minReplicas`"));
      }
      case "core.ServiceSpec" -> service(object, path, causes);
      case "apps.DeploymentSpec" -> {
        JsonNode deadline = object.path("progressDeadlineSeconds");
        if (deadline.isNumber() && deadline.asLong() <= object.path("minReadySeconds").asLong())
          causes.add(
              Cause.invalid(
                  path + ".progressDeadlineSeconds",
                  deadline.toString(),
                  "must be greater than minReadySeconds"));
      }
      case "apps.DeploymentStrategy" -> strategy(object, path, causes);
      case "core.PodSpec" -> pod(object, path, causes);
      default -> {}
    }
    PolicyRules.whole(type, object, path, causes);
    RunRules.whole(type, object, path, causes);
  }

  /// Rules about one field, after its own checks and before those below it.
  static void beside(String type, String field, JsonNode object, String path, List<Cause> causes) {
    switch (type + "." + field) {
      case "apps.DeploymentSpec.template",
          "apps.ReplicaSetSpec.template",
          "apps.DaemonSetSpec.template",
          "apps.StatefulSetSpec.template" ->
          template(object, path, causes);
      case "core.Container.image" -> {
        if (object.path("image").asText("").isEmpty()) causes.add(Cause.required(path, ""));
      }
      case "core.ServicePort.targetPort" -> targetPort(object.path(field), path, causes);
      default -> {}
    }
  }

  /// Rules about one field, after those below it.
  static void after(String type, String field, JsonNode object, String path, List<Cause> causes) {
    switch (type + "." + field) {
      case "apps.DeploymentSpec.template",
          "apps.ReplicaSetSpec.template",
          "apps.DaemonSetSpec.template",
          "apps.StatefulSetSpec.template" -> {
        String policy = object.path("template").path("spec").path("restartPolicy").asText("");
        if (List.of("Never", "OnFailure").contains(policy))
          causes.add(
              Cause.unsupported(
                  path + ".spec.restartPolicy", Shown.quoted(policy), List.of("Always")));
      }
      default -> {}
    }
  }

  private static void template(JsonNode spec, String path, List<Cause> causes) {
    JsonNode labels = spec.path("template").path("metadata").path("labels");
    MetadataRules.labels(labels, path + ".metadata.labels", causes);
    JsonNode selector = spec.path("selector");
    if (!selector.isObject()) return;
    if (selector.path("matchLabels").isEmpty() && selector.path("matchExpressions").isEmpty()) {
      causes.add(
          Cause.invalid(
              path.substring(0, path.lastIndexOf('.')) + ".selector",
              Selectors.shown(selector),
              "empty selector is invalid for deployment"));
      return;
    }
    if (!Selectors.matches(selector, labels))
      causes.add(
          Cause.invalid(
              path + ".metadata.labels",
              textMap(labels),
              "`selector` does not match template `labels`"));
  }

  private static void strategy(JsonNode strategy, String path, List<Cause> causes) {
    JsonNode rolling = strategy.path("rollingUpdate");
    if (strategy.path("type").asText("").equals("Recreate")) {
      if (rolling.isObject())
        causes.add(
            Cause.forbidden(
                path + ".rollingUpdate",
                "may not be specified when strategy `type` is 'Recreate'"));
      return;
    }
    for (String field : List.of("maxUnavailable", "maxSurge")) {
      JsonNode value = rolling.path(field);
      boolean percent = value.isTextual() && value.textValue().matches("[0-9]+%");
      if (value.isTextual() && !percent)
        causes.add(
            Cause.invalid(
                path + ".rollingUpdate." + field,
                Shown.value(value),
                "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"));
      if (value.isNumber() && value.asLong() < 0)
        causes.add(
            Cause.invalid(
                path + ".rollingUpdate." + field,
                value.toString(),
                "must be greater than or equal to 0"));
    }
    if (isNone(rolling.path("maxUnavailable")) && isNone(rolling.path("maxSurge")))
      causes.add(
          Cause.invalid(
              path + ".rollingUpdate.maxUnavailable",
              Shown.value(rolling.path("maxUnavailable")),
              "may not be 0 when `maxSurge` is 0"));
  }

  private static boolean isNone(JsonNode intOrPercent) {
    return intOrPercent.isTextual()
        ? intOrPercent.textValue().matches("0+%")
        : intOrPercent.isNumber() && intOrPercent.asLong() == 0;
  }

  private static void pod(JsonNode spec, String path, List<Cause> causes) {
    var volumes = new HashSet<String>();
    int i = 0;
    for (JsonNode volume : spec.path("volumes")) {
      String name = volume.path("name").asText("");
      if (!volumes.add(name))
        causes.add(Cause.duplicate(path + ".volumes[" + i + "].name", Shown.quoted(name)));
      i++;
    }
    var names = new HashSet<String>();
    for (String list : List.of("initContainers", "containers")) {
      i = 0;
      for (JsonNode container : spec.path(list)) {
        String at = path + "." + list + "[" + i++ + "]";
        String name = container.path("name").asText("");
        if (!name.isEmpty() && !names.add(name))
          causes.add(Cause.duplicate(at + ".name", Shown.quoted(name)));
        int m = 0;
        for (JsonNode mount : container.path("volumeMounts")) {
          String volume = mount.path("name").asText("");
          if (!volume.isEmpty() && !volumes.contains(volume))
            causes.add(
                new Cause(
                    "FieldValueNotFound",
                    "Not found: " + Shown.quoted(volume),
                    at + ".volumeMounts[" + m + "].name"));
          m++;
        }
      }
    }
  }

  private static void service(JsonNode spec, String path, List<Cause> causes) {
    String type = spec.path("type").asText("");
    boolean headless = spec.path("clusterIP").asText("").equals("None");
    JsonNode ports = spec.path("ports");
    if (type.equals("ExternalName")) {
      if (spec.path("externalName").asText("").isEmpty())
        causes.add(Cause.required(path + ".externalName", ""));
    } else if (ports.isEmpty() && !headless) {
      causes.add(Cause.required(path + ".ports", ""));
    }
    var names = new HashSet<String>();
    var numbers = new HashSet<List<String>>();
    int i = 0;
    for (JsonNode port : ports) {
      String at = path + ".ports[" + i++ + "]";
      String name = port.path("name").asText("");
      if (name.isEmpty()) {
        if (ports.size() > 1) causes.add(Cause.required(at + ".name", ""));
      } else {
        for (String problem : NameRule.LABEL.problems(name))
          causes.add(Cause.invalid(at + ".name", Shown.quoted(name), problem));
        if (!names.add(name)) causes.add(Cause.duplicate(at + ".name", Shown.quoted(name)));
      }
      String protocol = port.path("protocol").asText("");
      if (!numbers.add(List.of(protocol, port.path("port").asText())))
        causes.add(
            Cause.duplicate(
                at,
                "core.ServicePort{Name:\"\", Protocol:%s, AppProtocol:(*string)(nil), Port:%s, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:\"\"}, NodePort:0}"
                    .formatted(Shown.quoted(protocol), port.path("port").asText())));
    }
  }

  private static void targetPort(JsonNode target, String path, List<Cause> causes) {
    if (target.isTextual()) {
      for (String problem : NameRule.portNameProblems(target.textValue()))
        causes.add(Cause.invalid(path, Shown.value(target), problem));
    } else if (target.asLong() < 1 || target.asLong() > 65535) {
      causes.add(Cause.invalid(path, target.asText("0"), "must be between 1 and 65535, inclusive"));
    }
  }

  private static void configMap(JsonNode object, List<Cause> causes) {
    long size = 0;
    for (String field : List.of("data", "binaryData")) {
      for (var entry : object.path(field).properties()) {
        String key = entry.getKey();
        for (String problem : NameRule.CONFIG_KEY.problems(key))
          causes.add(Cause.invalid(field + "[" + key + "]", Shown.quoted(key), problem));
        if (field.equals("data") && object.path("binaryData").has(key))
          causes.add(
              Cause.invalid(
                  "data[" + key + "]",
                  Shown.quoted(key),
                  "duplicate of key present in binaryData"));
        size +=
            field.equals("data")
                ? utf8(entry.getValue())
                : entry.getValue().asText("").length() * 3L / 4;
      }
    }
    if (size > DATA_BYTES) causes.add(Cause.tooLong("[]", DATA_BYTES));
  }

  private static long utf8(JsonNode text) {
    return text.asText("").getBytes(StandardCharsets.UTF_8).length;
  }

  private static void secret(JsonNode secret, List<Cause> causes) {
    JsonNode data = secret.path("data");
    long size = 0;
    for (var entry : data.properties()) {
      for (String problem : NameRule.CONFIG_KEY.problems(entry.getKey()))
        causes.add(
            Cause.invalid("data[" + entry.getKey() + "]", Shown.quoted(entry.getKey()), problem));
      size += entry.getValue().asText("").length() * 3L / 4;
    }
    if (size > DATA_BYTES) causes.add(Cause.tooLong("data", DATA_BYTES));
    switch (secret.path("type").asText("")) {
      case "kubernetes.io/basic-auth" -> {
        if (!data.has("username") && !data.has("password")) {
          causes.add(Cause.required("data[username]", ""));
          causes.add(Cause.required("data[password]", ""));
        }
      }
      case "kubernetes.io/dockerconfigjson" -> dockerConfig(data, ".dockerconfigjson", causes);
      case "kubernetes.io/dockercfg" -> dockerConfig(data, ".dockercfg", causes);
      case "kubernetes.io/ssh-auth" -> {
        if (data.path("ssh-privatekey").asText("").isEmpty())
          causes.add(Cause.required("data[ssh-privatekey]", ""));
      }
      case "kubernetes.io/tls" -> {
        for (String key : List.of("tls.crt", "tls.key"))
          if (!data.has(key)) causes.add(Cause.required("data[" + key + "]", ""));
      }
      default -> {}
    }
  }

  private static void dockerConfig(JsonNode data, String key, List<Cause> causes) {
    String field = "data[" + key + "]";
    if (!data.has(key)) {
      causes.add(Cause.required(field, ""));
      return;
    }
    try {
      JSON.readTree(Base64.getMimeDecoder().decode(data.path(key).asText("")));
    } catch (JsonProcessingException e) {
      causes.add(
          Cause.invalid(field, "\"<secret contents redacted>\"", "unexpected end of JSON input"));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /// A map as the server prints it in `Invalid value`.
  static String textMap(JsonNode map) {
    if (map.isMissingNode() || map.isNull()) return "map[string]string(nil)";
    Map<String, String> sorted = new TreeMap<>();
    map.properties().forEach(e -> sorted.put(e.getKey(), e.getValue().asText()));
    var parts = new ArrayList<String>();
    sorted.forEach((k, v) -> parts.add(Shown.quoted(k) + ":" + Shown.quoted(v)));
    return "map[string]string{" + parts.stream().collect(Collectors.joining(", ")) + "}";
  }
}

package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Cells of built-in kinds that are more than a value found at a path. Pure.
final class SpecialCells {

  private static final String NONE = "<none>";
  private static final int MOST_LISTED = 3;

  private final Instant now;

  SpecialCells(Instant now) {
    this.now = now;
  }

  /// @param name as the kinds file gives it
  /// @throws IllegalArgumentException for a name that is not known
  String cell(String name, JsonNode object) {
    return switch (name) {
      case "endpoints" -> endpoints(object);
      case "event-last-seen" -> eventLastSeen(object);
      case "event-first-seen" -> eventFirstSeen(object);
      case "event-object" -> eventObject(object);
      case "event-source" -> eventSource(object);
      case "event-count" -> Long.toString(Math.max(1, object.path("count").asLong(1)));
      case "hpa-reference" ->
          object.at("/spec/scaleTargetRef/kind").asText()
              + "/"
              + object.at("/spec/scaleTargetRef/name").asText();
      case "hpa-targets" -> hpaTargets(object);
      case "node-status" -> nodeStatus(object);
      case "node-roles" -> nodeRoles(object);
      case "pod-ready" -> podReady(object);
      case "pod-restarts" -> Long.toString(podRestarts(object));
      case "pod-status" -> podStatus(object);
      case "controller" -> controller(object);
      case "cron-suspend" -> BatchCells.suspended(object);
      case "class-parameters" -> classParameters(object);
      case "ingress-hosts" -> ingressHosts(object);
      case "ingress-ports" -> object.at("/spec/tls").isEmpty() ? "80" : "80, 443";
      case "job-completions" -> BatchCells.completions(object);
      case "job-duration" -> BatchCells.duration(object, now);
      case "job-status" -> BatchCells.status(object);
      case "quota-limits" -> quota(object, true);
      case "quota-requests" -> quota(object, false);
      case "volume-claim" -> volumeClaim(object);
      case "role" ->
          object.at("/roleRef/kind").asText() + "/" + object.at("/roleRef/name").asText();
      case "service-cluster-ip" -> orNone(object.at("/spec/clusterIP").asText(""));
      case "service-external-ip" -> serviceExternalIp(object);
      case "service-ports" -> servicePorts(object);
      case "slice-endpoints" -> sliceEndpoints(object);
      case "slice-ports" -> slicePorts(object);
      default -> parted(name, object);
    };
  }

  private String parted(String name, JsonNode object) {
    var words = name.split(" ", 2);
    if (words.length < 2) {
      throw new IllegalArgumentException("no cell is called " + name);
    }
    return switch (words[0]) {
      case "access-modes" -> accessModes(JsonPath.of(words[1]).find(object));
      case "addresses" -> addresses(JsonPath.of(words[1]).find(object));
      case "node-address" -> nodeAddress(object, words[1]);
      case "since" ->
          JsonPath.of(words[1]).find(object).stream()
              .findFirst()
              .map(time -> Ages.since(time.asText(), now))
              .orElse(NONE);
      case "subjects" -> subjects(object, words[1]);
      default -> throw new IllegalArgumentException("no cell is called " + name);
    };
  }

  private static String accessModes(List<JsonNode> found) {
    var all = new TreeSet<Integer>();
    var known = List.of("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod");
    found.forEach(modes -> modes.forEach(mode -> all.add(known.indexOf(mode.asText()))));
    return all.stream()
        .filter(mode -> mode >= 0)
        .map(List.of("RWO", "ROX", "RWX", "RWOP")::get)
        .collect(Collectors.joining(","));
  }

  private static String addresses(List<JsonNode> found) {
    var all = new ArrayList<String>();
    found.forEach(list ->
        list.forEach(each -> all.add(each.path("ip").asText(each.path("hostname").asText()))));
    return String.join(",", all);
  }

  private static String nodeAddress(JsonNode node, String type) {
    for (var address : node.at("/status/addresses")) {
      if (address.path("type").asText().equals(type)) {
        return address.path("address").asText();
      }
    }
    return NONE;
  }

  private static String subjects(JsonNode binding, String kind) {
    var all = new ArrayList<String>();
    for (var subject : binding.path("subjects")) {
      if (subject.path("kind").asText().equals(kind)) {
        var namespace = subject.path("namespace").asText("");
        all.add((namespace.isEmpty() ? "" : namespace + "/") + subject.path("name").asText());
      }
    }
    return String.join(", ", all);
  }

  private static String controller(JsonNode object) {
    for (var owner : object.at("/metadata/ownerReferences")) {
      if (owner.path("controller").asBoolean()) {
        var version = owner.path("apiVersion").asText();
        var slash = version.indexOf('/');
        return owner.path("kind").asText().toLowerCase(Locale.ROOT)
            + (slash < 0 ? "" : "." + version.substring(0, slash))
            + "/"
            + owner.path("name").asText();
      }
    }
    return NONE;
  }

  private static String classParameters(JsonNode object) {
    var parameters = object.at("/spec/parameters");
    if (parameters.isMissingNode()) {
      return NONE;
    }
    var group = parameters.path("apiGroup").asText("");
    return parameters.path("kind").asText()
        + (group.isEmpty() ? "" : "." + group)
        + "/"
        + parameters.path("name").asText();
  }

  private static String ingressHosts(JsonNode ingress) {
    var all = new ArrayList<String>();
    for (var rule : ingress.at("/spec/rules")) {
      var host = rule.path("host").asText("");
      if (!host.isEmpty()) {
        all.add(host);
      }
    }
    return all.isEmpty() ? "*" : listed(all);
  }

  private static String quota(JsonNode quota, boolean limits) {
    var all = new ArrayList<String>();
    for (var hard : quota.at("/status/hard").properties()) {
      var name = hard.getKey();
      if (name.startsWith("limits.") == limits) {
        var used = quota.at("/status/used").path(name).asText("0");
        all.add(name + ": " + used + "/" + hard.getValue().asText());
      }
    }
    return all.stream().sorted().collect(Collectors.joining(", "));
  }

  private static String volumeClaim(JsonNode volume) {
    var claim = volume.at("/spec/claimRef");
    return claim.isMissingNode()
        ? ""
        : claim.path("namespace").asText() + "/" + claim.path("name").asText();
  }

  private static String orNone(String text) {
    return text.isEmpty() ? NONE : text;
  }

  private static String listed(List<String> all) {
    if (all.isEmpty()) {
      return NONE;
    }
    return all.size() <= MOST_LISTED
        ? String.join(",", all)
        : String.join(",", all.subList(0, MOST_LISTED))
            + " + "
            + (all.size() - MOST_LISTED)
            + " more...";
  }

  private static String endpoints(JsonNode object) {
    var all = new ArrayList<String>();
    for (var subset : object.path("subsets")) {
      for (var port : subset.path("ports")) {
        for (var address : subset.path("addresses")) {
          all.add(address.path("ip").asText() + ":" + port.path("port").asText());
        }
      }
    }
    return listed(all);
  }

  private static String sliceEndpoints(JsonNode object) {
    var all = new ArrayList<String>();
    for (var endpoint : object.path("endpoints")) {
      endpoint.path("addresses").forEach(address -> all.add(address.asText()));
    }
    return all.isEmpty() ? "<unset>" : listed(all);
  }

  private static String slicePorts(JsonNode object) {
    var all = new ArrayList<String>();
    object.path("ports").forEach(port -> all.add(port.path("port").asText()));
    return all.isEmpty() ? "<unset>" : listed(all);
  }

  private String eventLastSeen(JsonNode event) {
    var series = event.path("series").path("lastObservedTime").asText("");
    var last = event.path("lastTimestamp").asText("");
    var time = !series.isEmpty() ? series : text(event, last, "eventTime");
    return time.isEmpty() || time.equals("null") ? "<unknown>" : Ages.since(time, now);
  }

  private String eventFirstSeen(JsonNode event) {
    var first = text(event, event.path("firstTimestamp").asText(""), "eventTime");
    return first.isEmpty() || first.equals("null") ? "<unknown>" : Ages.since(first, now);
  }

  private static String text(JsonNode event, String time, String otherwise) {
    return time.isEmpty() || time.equals("null") ? event.path(otherwise).asText("") : time;
  }

  private static String eventObject(JsonNode event) {
    var about = event.has("regarding") ? event.path("regarding") : event.path("involvedObject");
    return about.path("kind").asText().toLowerCase(Locale.ROOT) + "/" + about.path("name").asText();
  }

  private static String eventSource(JsonNode event) {
    var source = event.path("source");
    var component = source.path("component").asText("");
    if (component.isEmpty()) {
      component = event.path("reportingComponent").asText("");
    }
    var host = source.path("host").asText("");
    return host.isEmpty() ? component : component + ", " + host;
  }

  private static String hpaTargets(JsonNode scaler) {
    var all = new ArrayList<String>();
    var current = scaler.at("/status/currentMetrics");
    int index = 0;
    for (var metric : scaler.at("/spec/metrics")) {
      var now = current.path(index++).path("resource").path("current").path("averageUtilization");
      var target = metric.path("resource").path("target").path("averageUtilization");
      all.add(
          metric.path("resource").path("name").asText()
              + ": "
              + (now.isNumber() ? now.asText() + "%" : "<unknown>")
              + "/"
              + (target.isNumber() ? target.asText() + "%" : "<auto>"));
    }
    return all.isEmpty() ? NONE : String.join(", ", all);
  }

  private static String nodeStatus(JsonNode node) {
    var status = "Unknown";
    for (var condition : node.at("/status/conditions")) {
      if (condition.path("type").asText().equals("Ready")) {
        status = condition.path("status").asText().equals("True") ? "Ready" : "NotReady";
      }
    }
    return node.at("/spec/unschedulable").asBoolean() ? status + ",SchedulingDisabled" : status;
  }

  private static String nodeRoles(JsonNode node) {
    var roles = new TreeSet<String>();
    var prefix = "node-role.kubernetes.io/";
    for (var label : node.at("/metadata/labels").properties()) {
      if (label.getKey().startsWith(prefix)) {
        roles.add(label.getKey().substring(prefix.length()));
      }
    }
    return roles.isEmpty() ? NONE : String.join(",", roles);
  }

  private static String podReady(JsonNode pod) {
    int ready = 0;
    for (var container : pod.at("/status/containerStatuses")) {
      ready += container.path("ready").asBoolean() ? 1 : 0;
    }
    return ready + "/" + pod.at("/spec/containers").size();
  }

  private static long podRestarts(JsonNode pod) {
    long restarts = 0;
    for (var container : pod.at("/status/containerStatuses")) {
      restarts += container.path("restartCount").asLong();
    }
    return restarts;
  }

  private static String podStatus(JsonNode pod) {
    if (pod.at("/metadata").has("deletionTimestamp")) {
      return "Terminating";
    }
    var reason = pod.at("/status/reason").asText("");
    var status = reason.isEmpty() ? pod.at("/status/phase").asText("") : reason;
    for (var container : pod.at("/status/containerStatuses")) {
      var waiting = container.path("state").path("waiting").path("reason").asText("");
      var terminated = container.path("state").path("terminated").path("reason").asText("");
      if (!waiting.isEmpty()) {
        status = waiting;
      } else if (!terminated.isEmpty()) {
        status = terminated;
      }
    }
    return status;
  }

  private static String serviceExternalIp(JsonNode service) {
    if (service.at("/spec/type").asText().equals("ExternalName")) {
      return service.at("/spec/externalName").asText();
    }
    var all = new ArrayList<String>();
    for (var ingress : service.at("/status/loadBalancer/ingress")) {
      all.add(ingress.path("ip").asText(ingress.path("hostname").asText()));
    }
    service.at("/spec/externalIPs").forEach(ip -> all.add(ip.asText()));
    if (!all.isEmpty()) {
      return String.join(",", all);
    }
    return service.at("/spec/type").asText().equals("LoadBalancer") ? "<pending>" : NONE;
  }

  private static String servicePorts(JsonNode service) {
    var all = new ArrayList<String>();
    for (var port : service.at("/spec/ports")) {
      all.add(
          port.path("port").asText()
              + (port.has("nodePort") ? ":" + port.path("nodePort").asText() : "")
              + "/"
              + port.path("protocol").asText("TCP"));
    }
    return all.isEmpty() ? NONE : String.join(",", all);
  }
}

package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/// Says which groups, versions and kinds there are, in the old form and the aggregated one. Pure.
final class Discovery {
  private Discovery() {}

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final List<String> READ_AND_CHANGE = List.of("get", "patch", "update");

  /// The answer for a discovery path.
  ///
  /// @param parts of the path: `api`, `apis`, `api/v1`, `apis/apps`, `apis/apps/v1`
  /// @return empty when there is no such group or version
  static Optional<ObjectNode> document(
      Kinds kinds, List<String> parts, Media media, String server) {
    var core = parts.getFirst().equals("api");
    var aggregated = !media.as().isEmpty() && parts.size() == 1;
    if (aggregated) {
      return Optional.of(aggregated(kinds, core ? List.of("") : kinds.groups()));
    }
    if (core) {
      return parts.size() == 1
          ? Optional.of(versions(server))
          : parts.get(1).equals("v1") ? Optional.of(resources(kinds, "", "v1")) : Optional.empty();
    }
    if (parts.size() == 1) {
      var list = JSON.objectNode().put("kind", "APIGroupList").put("apiVersion", "v1");
      var groups = list.putArray("groups");
      kinds.groups().forEach(group -> groups.add(group(kinds, group)));
      return Optional.of(list);
    }
    var group = parts.get(1);
    if (kinds.versions(group).isEmpty() || group.isEmpty()) {
      return Optional.empty();
    }
    if (parts.size() == 2) {
      var one = JSON.objectNode().put("kind", "APIGroup").put("apiVersion", "v1");
      one.setAll(group(kinds, group));
      return Optional.of(one);
    }
    return kinds.versions(group).contains(parts.get(2))
        ? Optional.of(resources(kinds, group, parts.get(2)))
        : Optional.empty();
  }

  private static ObjectNode versions(String server) {
    var versions = JSON.objectNode().put("kind", "APIVersions");
    versions.putArray("versions").add("v1");
    versions
        .putArray("serverAddressByClientCIDRs")
        .addObject()
        .put("clientCIDR", "0.0.0.0/0")
        .put("serverAddress", server);
    return versions;
  }

  private static ObjectNode group(Kinds kinds, String name) {
    var group = JSON.objectNode().put("name", name);
    var versions = group.putArray("versions");
    for (var version : kinds.versions(name)) {
      versions.addObject().put("groupVersion", name + "/" + version).put("version", version);
    }
    group.set("preferredVersion", versions.get(0).deepCopy());
    return group;
  }

  private static ObjectNode resources(Kinds kinds, String group, String version) {
    var list = JSON.objectNode().put("kind", "APIResourceList");
    if (!group.isEmpty()) {
      list.put("apiVersion", "v1");
    }
    list.put("groupVersion", group.isEmpty() ? version : group + "/" + version);
    var resources = list.putArray("resources");
    for (var kind : kinds.of(group, version)) {
      var one = resources.addObject();
      one.put("name", kind.plural())
          .put("singularName", kind.singular())
          .put("namespaced", kind.namespaced())
          .put("kind", kind.kind());
      texts(one.putArray("verbs"), kind.verbs());
      if (!kind.shortNames().isEmpty()) {
        texts(one.putArray("shortNames"), kind.shortNames());
      }
      if (!kind.categories().isEmpty()) {
        texts(one.putArray("categories"), kind.categories());
      }
      for (var subresource : kind.subresources()) {
        var sub = resources.addObject();
        sub.put("name", kind.plural() + "/" + subresource)
            .put("singularName", "")
            .put("namespaced", kind.namespaced());
        if (subresource.equals("scale")) {
          sub.put("group", "autoscaling").put("version", "v1");
        }
        sub.put("kind", subresource.equals("scale") ? "Scale" : kind.kind());
        texts(sub.putArray("verbs"), verbs(subresource));
      }
    }
    return list;
  }

  private static ObjectNode aggregated(Kinds kinds, List<String> groups) {
    var list = JSON.objectNode();
    list.put("kind", "APIGroupDiscoveryList").put("apiVersion", "apidiscovery.k8s.io/v2");
    list.putObject("metadata");
    var items = list.putArray("items");
    for (var group : groups) {
      var item = items.addObject();
      var meta = item.putObject("metadata");
      if (!group.isEmpty()) {
        meta.put("name", group);
      }
      meta.putNull("creationTimestamp");
      var versions = item.putArray("versions");
      for (var version : kinds.versions(group)) {
        var one = versions.addObject().put("version", version);
        var resources = one.putArray("resources");
        kinds.of(group, version).forEach(kind -> aggregated(resources.addObject(), kind));
        one.put("freshness", "Current");
      }
    }
    return list;
  }

  private static void aggregated(ObjectNode resource, ResourceKind kind) {
    resource.put("resource", kind.plural());
    responseKind(resource, kind);
    resource
        .put("scope", kind.namespaced() ? "Namespaced" : "Cluster")
        .put("singularResource", kind.singular());
    texts(resource.putArray("verbs"), kind.verbs());
    if (!kind.shortNames().isEmpty()) {
      texts(resource.putArray("shortNames"), kind.shortNames());
    }
    if (!kind.categories().isEmpty()) {
      texts(resource.putArray("categories"), kind.categories());
    }
    if (kind.subresources().isEmpty()) {
      return;
    }
    var subresources = resource.putArray("subresources");
    for (var name : kind.subresources()) {
      var sub = subresources.addObject().put("subresource", name);
      if (name.equals("scale")) {
        sub.putObject("responseKind")
            .put("group", "autoscaling")
            .put("version", "v1")
            .put("kind", "Scale");
      } else {
        responseKind(sub, kind);
      }
      texts(sub.putArray("verbs"), verbs(name));
    }
  }

  /// Built-in kinds say their kind only: their group and version are those around them.
  private static void responseKind(ObjectNode node, ResourceKind kind) {
    node.putObject("responseKind")
        .put("group", kind.custom() ? kind.group() : "")
        .put("version", kind.custom() ? kind.version() : "")
        .put("kind", kind.kind());
  }

  private static List<String> verbs(String subresource) {
    return switch (subresource) {
      case "finalize" -> List.of("update");
      case "log" -> List.of("get");
      default -> READ_AND_CHANGE;
    };
  }

  private static void texts(ArrayNode array, List<String> texts) {
    texts.forEach(array::add);
  }
}

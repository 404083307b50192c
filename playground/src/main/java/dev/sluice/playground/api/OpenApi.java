package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.schema.OpenApiTypes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The OpenAPI v3 documents: an index and one document for each group and version. Pure; what it
/// made is kept until the kinds change, since every `kubectl apply` asks for it.
final class OpenApi {

  /// A document with the digest that its URL carries.
  record Document(byte[] body, String digest) {}

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final List<String> META_TYPES =
      List.of(
          "DeleteOptions",
          "FieldsV1",
          "ListMeta",
          "ManagedFieldsEntry",
          "ObjectMeta",
          "OwnerReference",
          "Patch",
          "Preconditions",
          "Status",
          "StatusCause",
          "StatusDetails",
          "Time");

  private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.";

  private final Kinds kinds;
  private final Map<String, Document> documents = new TreeMap<>();

  OpenApi(Kinds kinds) {
    this.kinds = kinds;
  }

  /// Whether these documents describe these very kinds.
  boolean of(Kinds present) {
    return kinds == present;
  }

  ObjectNode index() {
    var index = JSON.objectNode();
    var paths = index.putObject("paths");
    for (var path : paths()) {
      document(path)
          .ifPresent(document ->
              paths
                  .putObject(path)
                  .put("serverRelativeURL", "/openapi/v3/" + path + "?hash=" + document.digest()));
    }
    return index;
  }

  /// @param path such as `apis/apps/v1`
  Optional<Document> document(String path) {
    if (!paths().contains(path)) {
      return Optional.empty();
    }
    return Optional.of(documents.computeIfAbsent(path, this::make));
  }

  /// Every path that has a document.
  List<String> paths() {
    var paths = new ArrayList<String>(List.of("api", "api/v1", "apis", "version"));
    for (var group : kinds.groups()) {
      paths.add("apis/" + group);
      for (var version : kinds.versions(group)) {
        paths.add("apis/" + group + "/" + version);
      }
    }
    return paths;
  }

  private Document make(String path) {
    var parts = List.of(path.split("/", -1));
    var document = JSON.objectNode().put("openapi", "3.0.0");
    List<ResourceKind> described =
        switch (parts.size()) {
          case 2 -> parts.getFirst().equals("api") ? kinds.of("", parts.get(1)) : List.of();
          case 3 -> kinds.of(parts.get(1), parts.get(2));
          default -> List.of();
        };
    var custom = described.stream().anyMatch(ResourceKind::custom);
    document
        .putObject("info")
        .put("title", custom ? "Kubernetes CRD Swagger" : "Kubernetes")
        .put("version", custom ? "v0.1.0" : "v1.33.4");
    var types = new OpenApiTypes();
    if (!described.isEmpty()) {
      META_TYPES.forEach(types::addMeta);
    }
    var paths = new TreeMap<String, ObjectNode>();
    for (var kind : described) {
      describe(kind, types, paths);
    }
    if (described.isEmpty()) {
      paths.put("/" + path + "/", JSON.objectNode());
    }
    var all = document.putObject("paths");
    paths.forEach(all::set);
    var schemas = document.putObject("components").putObject("schemas");
    types.schemas().forEach(schemas::set);
    var body = Bodies.write(document, Media.Encoding.JSON, false);
    return new Document(body, Digest.of(body));
  }

  private static void describe(
      ResourceKind kind, OpenApiTypes types, Map<String, ObjectNode> paths) {
    var type =
        kind.definition()
            .map(d -> types.addCustom(kind.group(), kind.version(), kind.kind(), d.schema()))
            .orElseGet(() -> types.addBuiltIn(kind.groupVersion(), kind.kind()));
    var list = types.addList(type, kind.groupVersion(), kind.kind(), kind.listKind());
    var base = kind.group().isEmpty() ? "/api/v1" : "/apis/" + kind.groupVersion();
    var collection = base + (kind.namespaced() ? "/namespaces/{namespace}/" : "/") + kind.plural();
    paths.put(collection, collection(kind, type, list));
    if (kind.namespaced() && kind.allows("list")) {
      var everywhere = JSON.objectNode();
      everywhere.set("get", operation(kind, "list", "list", list, "ForAllNamespaces", ""));
      paths.put(base + "/" + kind.plural(), everywhere);
    }
    if (kind.allows("get")) {
      paths.put(collection + "/{name}", named(kind, type, ""));
    }
    for (var subresource : kind.subresources()) {
      var shown = subresource.equals("scale") ? types.addBuiltIn("autoscaling/v1", "Scale") : type;
      paths.put(collection + "/{name}/" + subresource, named(kind, shown, subresource));
    }
  }

  private static ObjectNode collection(ResourceKind kind, String type, String list) {
    var path = JSON.objectNode();
    if (kind.allows("list")) {
      path.set("get", operation(kind, "list", "list", list, "", ""));
    }
    if (kind.allows("create")) {
      var post = operation(kind, "create", "post", type, "", "");
      parameters(post, List.of("dryRun", "fieldManager", "fieldValidation"));
      body(post, type, bodyTypes(kind));
      path.set("post", post);
    }
    if (kind.allows("deletecollection")) {
      path.set("delete", operation(kind, "deletecollection", "deletecollection", list, "", ""));
    }
    pathParameters(path, kind, false);
    return path;
  }

  private static ObjectNode named(ResourceKind kind, String type, String subresource) {
    var path = JSON.objectNode();
    if (!subresource.equals("finalize")) {
      var get = operation(kind, "read", "get", type, "", subresource);
      if (kind.custom()) {
        parameters(get, List.of("resourceVersion"));
      }
      path.set("get", get);
    }
    if (!subresource.equals("log")) {
      var put = operation(kind, "replace", "put", type, "", subresource);
      parameters(put, List.of("dryRun", "fieldManager", "fieldValidation"));
      body(put, type, bodyTypes(kind));
      answers(put, List.of("200", "201", "401"), type);
      path.set("put", put);
    }
    if (subresource.isEmpty()) {
      var delete = operation(kind, "delete", "delete", META + "Status", "", "");
      parameters(
          delete,
          List.of(
              "dryRun",
              "gracePeriodSeconds",
              "ignoreStoreReadErrorWithClusterBreakingPotential",
              "orphanDependents",
              "propagationPolicy"));
      body(delete, META + "DeleteOptions", bodyTypes(kind));
      answers(delete, List.of("200", "202", "401"), META + "Status");
      path.set("delete", delete);
    }
    if (!subresource.equals("log") && !subresource.equals("finalize")) {
      var patch = operation(kind, "patch", "patch", type, "", subresource);
      parameters(patch, List.of("dryRun", "fieldManager", "fieldValidation", "force"));
      body(patch, META + "Patch", patchTypes(kind));
      answers(patch, kind.custom() ? List.of("200", "401") : List.of("200", "201", "401"), type);
      path.set("patch", patch);
    }
    pathParameters(path, kind, true);
    return path;
  }

  private static List<String> bodyTypes(ResourceKind kind) {
    return kind.custom() ? List.of("application/json", "application/yaml") : List.of("*/*");
  }

  private static List<String> patchTypes(ResourceKind kind) {
    return kind.custom()
        ? List.of(
            "application/apply-patch+yaml",
            "application/json-patch+json",
            "application/merge-patch+json")
        : List.of(
            "application/apply-patch+yaml",
            "application/json-patch+json",
            "application/merge-patch+json",
            "application/strategic-merge-patch+json");
  }

  private static ObjectNode operation(
      ResourceKind kind,
      String verb,
      String action,
      String type,
      String suffix,
      String subresource) {
    var operation = JSON.objectNode();
    operation.putArray("tags").add(tag(kind));
    operation.put(
        "description",
        verb + " " + (subresource.isEmpty() ? "" : subresource + " of ") + kind.kind());
    operation.put(
        "operationId",
        verb
            + groupName(kind)
            + capital(kind.version())
            + (kind.namespaced() && suffix.isEmpty() ? "Namespaced" : "")
            + kind.kind()
            + capital(subresource)
            + suffix);
    answers(operation, List.of("200", "401"), type);
    operation.put("x-kubernetes-action", action);
    operation
        .putObject("x-kubernetes-group-version-kind")
        .put("group", subresource.equals("scale") ? "autoscaling" : kind.group())
        .put("version", subresource.equals("scale") ? "v1" : kind.version())
        .put("kind", subresource.equals("scale") ? "Scale" : kind.kind());
    return operation;
  }

  private static void answers(ObjectNode operation, List<String> codes, String type) {
    var answers = operation.putObject("responses");
    for (var code : codes) {
      var answer = answers.putObject(code);
      answer.put("description", code.equals("401") ? "Unauthorized" : "OK");
      if (!code.equals("401")) {
        var content = answer.putObject("content");
        for (var media : List.of("application/json", "application/yaml")) {
          content.putObject(media).putObject("schema").put("$ref", OpenApiTypes.reference(type));
        }
      }
    }
  }

  private static void parameters(ObjectNode operation, List<String> names) {
    var parameters = operation.putArray("parameters");
    for (var name : names) {
      parameters
          .addObject()
          .put("name", name)
          .put("in", "query")
          .putObject("schema")
          .put(
              "type",
              name.equals("force") || name.equals("orphanDependents") ? "boolean" : "string")
          .put("uniqueItems", true);
    }
  }

  private static void body(ObjectNode operation, String type, List<String> media) {
    var body = operation.putObject("requestBody");
    var content = body.putObject("content");
    for (var each : media) {
      content.putObject(each).putObject("schema").put("$ref", OpenApiTypes.reference(type));
    }
    if (!type.endsWith("DeleteOptions")) {
      body.put("required", true);
    }
  }

  private static void pathParameters(ObjectNode path, ResourceKind kind, boolean named) {
    var parameters = path.putArray("parameters");
    var names = new LinkedHashMap<String, String>();
    if (named) {
      names.put("name", "path");
    }
    if (kind.namespaced()) {
      names.put("namespace", "path");
    }
    names.put("pretty", "query");
    names.forEach((name, in) -> {
      var parameter = parameters.addObject().put("name", name).put("in", in);
      if (in.equals("path")) {
        parameter.put("required", true);
      }
      parameter.putObject("schema").put("type", "string").put("uniqueItems", true);
    });
  }

  private static String tag(ResourceKind kind) {
    return groupName(kind).toLowerCase(Locale.ROOT) + "_" + kind.version();
  }

  private static String groupName(ResourceKind kind) {
    if (kind.group().isEmpty()) {
      return "Core";
    }
    var name = new StringBuilder();
    var group = kind.custom() ? kind.group() : kind.group().replace(".k8s.io", "");
    for (var part : group.split("[.-]", -1)) {
      name.append(capital(part));
    }
    return name.toString();
  }

  private static String capital(String word) {
    return word.isEmpty()
        ? word
        : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
  }
}

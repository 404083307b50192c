package dev.sluice.playground.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.playground.schema.Cause;
import dev.sluice.playground.schema.Schema;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// Just enough of a server to put recorded writes through schemas and patches: it keeps objects by
/// path and leaves everything else (stale versions, options, names against URLs) to the real one.
final class RecordedServer {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final List<String> SERVERS_OWN =
      List.of(
          "uid",
          "resourceVersion",
          "creationTimestamp",
          "generation",
          "managedFields",
          "namespace",
          "deletionTimestamp",
          "deletionGracePeriodSeconds");

  private final Map<String, ObjectNode> objects = new HashMap<>();
  private final Schema widgets = Schema.custom(definition(), "v1");

  sealed interface Reply {
    record Stored(ObjectNode object) implements Reply {}

    record Refused(String message, List<Cause> causes) implements Reply {}

    /// What these packages do not decide.
    record NotOurs() implements Reply {}
  }

  private record Target(
      String method, String path, String subresource, String query, Schema schema) {
    Optional<String> option(String name) {
      for (String part : query.split("&", -1))
        if (part.startsWith(name + "=")) return Optional.of(part.substring(name.length() + 1));
      return Optional.empty();
    }
  }

  private static ObjectNode definition() {
    try (InputStream in = RecordedServer.class.getResourceAsStream("widgets.yaml")) {
      return (ObjectNode) new YAMLMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Reply answer(JsonNode exchange) {
    Optional<Target> target = target(exchange.path("request").asText());
    if (target.isEmpty()) return new Reply.NotOurs();
    Target at = target.get();
    String message = exchange.path("response").path("message").asText("");
    boolean ours =
        exchange.path("status").asInt() < 300
            || message.contains("Apply failed")
            || message.contains("failed to create typed patch object")
            || (message.contains("cannot be handled as") && !message.contains("duplicate field"))
            || message.contains("does not contain declared merge key")
            || message.contains("rejected our request")
            || (message.contains(" is invalid: ")
                && !message.contains("Options.meta")
                && !message.startsWith(" ")
                && !message.contains("apiVersion: ")
                && !message.contains("deletionTimestamp")
                && !message.contains("must be specified for an update")
                && !message.contains("failed to allocate"));
    if (at.method().equals("DELETE")) {
      objects.remove(at.path());
      return new Reply.NotOurs();
    }
    if (!ours) return new Reply.NotOurs();
    Reply reply = write(at, exchange);
    boolean dry = at.option("dryRun").isPresent();
    if (reply instanceof Reply.Stored(ObjectNode object) && !dry) {
      String name = object.path("metadata").path("name").asText();
      objects.put(at.method().equals("POST") ? at.path() + "/" + name : at.path(), object);
    }
    return reply;
  }

  private Reply write(Target at, JsonNode exchange) {
    Optional<ObjectNode> live = Optional.ofNullable(objects.get(at.path()));
    JsonNode body = exchange.path("body");
    Schema schema = at.schema();
    var manager =
        new FieldManager(
            at.option("fieldManager")
                .orElse(at.subresource().equals("scale") ? "kubectl" : "conformance"),
            schema.type().apiVersion(),
            at.subresource());
    try {
      return switch (exchange.path("contentType").asText("application/json")) {
        case "application/apply-patch+yaml" ->
            switch (Ownership.apply(
                live,
                (ObjectNode) body,
                manager,
                at.option("force").filter("true"::equals).isPresent(),
                schema,
                NOW)) {
              case Applied.Conflicts(String message, List<Cause> causes) ->
                  new Reply.Refused(message, causes);
              case Applied.Unfit(int _, String message) -> new Reply.Refused(message, List.of());
              case Applied.Merged(ObjectNode object) ->
                  finish(schema.withDefaults(object), live, schema);
            };
        case "application/json-patch+json" ->
            update(at, live, Patches.json(shown(live, at), body), manager);
        case "application/merge-patch+json" ->
            update(at, live, Patches.merge(shown(live, at), body), manager);
        case "application/strategic-merge-patch+json" ->
            update(at, live, Patches.strategic(shown(live, at), body, schema), manager);
        default -> {
          Optional<String> undecodable = schema.undecodable((ObjectNode) body);
          if (undecodable.isPresent()) yield refused(schema, undecodable.get());
          List<String> unknown = schema.unknownFields((ObjectNode) body);
          if (!unknown.isEmpty()
              && at.option("fieldValidation").filter("Strict"::equals).isPresent())
            yield refused(schema, "strict decoding error: " + String.join(", ", unknown));
          yield update(at, live, (ObjectNode) body, manager);
        }
      };
    } catch (PatchRefused refused) {
      String message =
          refused.why() == PatchRefused.Why.DOES_NOT_APPLY
              ? "the server rejected our request due to an error in our request"
              : refused.text();
      return new Reply.Refused(message, List.of());
    }
  }

  private static Reply refused(Schema schema, String why) {
    String kind = schema.type().kind();
    return new Reply.Refused(
        kind
            + " in version \""
            + schema.type().version()
            + "\" cannot be handled as a "
            + kind
            + ": "
            + why,
        List.of());
  }

  /// What a patch of this path is laid over.
  private static ObjectNode shown(Optional<ObjectNode> live, Target at) {
    ObjectNode object =
        live.orElseThrow(() -> new IllegalStateException("nothing at " + at.path()));
    if (!at.subresource().equals("scale")) return object;
    ObjectNode scale = JsonNodeFactory.instance.objectNode();
    scale.putObject("spec").set("replicas", object.path("spec").path("replicas"));
    return scale;
  }

  private static Reply update(
      Target at, Optional<ObjectNode> live, ObjectNode sent, FieldManager manager) {
    ObjectNode wanted = at.schema().prune(whole(at, live, sent));
    if (at.subresource().isEmpty() && at.schema().hasStatusSubresource()) {
      JsonNode status = live.<JsonNode>map(l -> l.path("status")).orElse(NullNode.instance);
      if (status.isObject()) wanted.set("status", status);
      else wanted.remove("status");
    }
    live.ifPresent(before -> {
      ObjectNode metadata = (ObjectNode) wanted.get("metadata");
      for (String own : List.of("uid", "creationTimestamp", "resourceVersion", "generation"))
        if (before.path("metadata").has(own) && !(own.equals("uid") && metadata.has("uid")))
          metadata.set(own, before.path("metadata").get(own));
      allocated(before.path("spec"), wanted);
    });
    ObjectNode complete = at.schema().withDefaults(wanted);
    Reply reply = finish(complete, live, at.schema());
    return reply instanceof Reply.Stored
        ? new Reply.Stored(Ownership.update(live, complete, manager, at.schema(), NOW))
        : reply;
  }

  /// Addresses are given by the server; a write that does not mention them keeps them.
  private static void allocated(JsonNode before, ObjectNode wanted) {
    if (!(wanted.get("spec") instanceof ObjectNode spec)) return;
    for (String field : List.of("clusterIP", "clusterIPs"))
      if (!spec.has(field) && before.has(field)) spec.set(field, before.get(field));
  }

  private static ObjectNode whole(Target at, Optional<ObjectNode> live, ObjectNode sent) {
    return switch (at.subresource()) {
      case "" -> {
        ObjectNode copy = sent.deepCopy();
        copy.put("apiVersion", at.schema().type().apiVersion())
            .put("kind", at.schema().type().kind());
        yield copy;
      }
      case "status" -> {
        ObjectNode copy = live.orElseThrow().deepCopy();
        copy.set("status", sent.path("status"));
        yield copy;
      }
      default -> {
        ObjectNode copy = live.orElseThrow().deepCopy();
        ((ObjectNode) copy.get("spec")).put("replicas", sent.path("spec").path("replicas").asInt());
        yield copy;
      }
    };
  }

  private static Reply finish(ObjectNode object, Optional<ObjectNode> live, Schema schema) {
    List<Cause> causes = schema.validate(object, live);
    if (!causes.isEmpty()) {
      String kind =
          schema.type().kind()
              + (schema.type().group().isEmpty() ? "" : "." + schema.type().group());
      return new Reply.Refused(kind + " is invalid", causes);
    }
    ObjectNode metadata = (ObjectNode) object.get("metadata");
    if (!metadata.hasNonNull("uid")) metadata.put("uid", "made here");
    if (schema.type().kind().equals("Service")
        && object.get("spec") instanceof ObjectNode spec
        && !spec.has("clusterIP"))
      spec.put("clusterIP", "10.96.0.1").putArray("clusterIPs").add("10.96.0.1");
    return new Reply.Stored(object);
  }

  private Optional<Target> target(String request) {
    String method = request.substring(0, request.indexOf(' '));
    String url = request.substring(method.length() + 1);
    int question = url.indexOf('?');
    String query = question < 0 ? "" : url.substring(question + 1);
    List<String> steps =
        new ArrayList<>(List.of((question < 0 ? url : url.substring(0, question)).split("/", -1)));
    steps.removeFirst();
    String apiVersion =
        steps.get(0).equals("api") ? steps.get(1) : steps.get(1) + "/" + steps.get(2);
    int resource = steps.indexOf("namespaces") + 2;
    String plural = steps.get(resource);
    String subresource = steps.size() > resource + 2 ? steps.get(resource + 2) : "";
    if (!subresource.isEmpty()) steps.removeLast();
    Map<String, String> kinds =
        Map.of(
            "configmaps",
            "ConfigMap",
            "deployments",
            "Deployment",
            "services",
            "Service",
            "secrets",
            "Secret");
    Optional<Schema> schema =
        plural.equals("widgets")
            ? Optional.of(widgets)
            : Optional.ofNullable(kinds.get(plural))
                .flatMap(kind -> Schema.builtIn(apiVersion, kind));
    return schema.map(s -> new Target(method, String.join("/", steps), subresource, query, s));
  }

  static Map<String, Object> comparable(Reply reply) {
    return switch (reply) {
      case Reply.Stored(ObjectNode object) -> stored(object);
      case Reply.Refused(String message, List<Cause> causes) -> refusal(message, causes);
      case Reply.NotOurs() -> Map.of();
    };
  }

  static Map<String, Object> comparable(JsonNode exchange, Reply ours) {
    JsonNode response = exchange.path("response");
    if (exchange.path("status").asInt() >= 300) {
      var causes = new ArrayList<Cause>();
      response
          .path("details")
          .path("causes")
          .forEach(c ->
              causes.add(
                  new Cause(
                      c.path("reason").asText(),
                      c.path("message").asText(),
                      c.path("field").asText())));
      return refusal(response.path("message").asText(), causes);
    }
    if (!(response instanceof ObjectNode object)) return Map.of();
    Map<String, Object> expected = stored(object);
    if (object.path("metadata").path("managedFields").isTextual()
        || response.path("kind").asText().equals("Scale"))
      expected.put("owners", comparable(ours).getOrDefault("owners", ""));
    if (response.path("kind").asText().equals("Scale")) return comparable(ours);
    return expected;
  }

  private static Map<String, Object> refusal(String message, List<Cause> causes) {
    var out = new TreeMap<String, Object>();
    out.put(
        "causes", new TreeSet<>(causes.stream().map(c -> c.reason() + " " + c.text()).toList()));
    if (!message.contains(" is invalid")) out.put("message", message);
    return out;
  }

  private static Map<String, Object> stored(ObjectNode object) {
    ObjectNode copy = object.deepCopy();
    var out = new TreeMap<String, Object>();
    out.put("owners", owners(copy.path("metadata").path("managedFields")));
    ObjectNode metadata = (ObjectNode) copy.get("metadata");
    metadata.remove(SERVERS_OWN);
    if (metadata.get("annotations") instanceof ObjectNode annotations) {
      annotations.remove("deployment.kubernetes.io/revision");
      if (annotations.isEmpty()) metadata.remove("annotations");
    }
    if (!copy.path("kind").asText().equals("Widget")) copy.remove("status");
    if (copy.get("spec") instanceof ObjectNode spec)
      spec.remove(List.of("clusterIP", "clusterIPs"));
    out.put("object", plain(copy));
    return out;
  }

  private static Object owners(JsonNode managedFields) {
    var owners = new TreeSet<String>();
    for (JsonNode entry : managedFields) {
      if (entry.path("manager").asText().startsWith("kube-controller")) continue;
      // The real server lets a status write own labels that it then drops; ours does not.
      if (entry.path("subresource").asText().equals("status"))
        ((ObjectNode) entry.path("fieldsV1")).remove("f:metadata");
      owners.add(
          entry.path("manager").asText()
              + " "
              + entry.path("operation").asText()
              + " "
              + entry.path("apiVersion").asText()
              + " "
              + entry.path("subresource").asText()
              + " "
              + plain(entry.path("fieldsV1")));
    }
    return owners;
  }

  /// Numbers by their value, keys in any order.
  private static Object plain(JsonNode node) {
    return switch (node) {
      case ObjectNode object -> {
        var map = new TreeMap<String, Object>();
        object.properties().forEach(e -> map.put(e.getKey(), plain(e.getValue())));
        yield map;
      }
      case ArrayNode list -> list.valueStream().map(RecordedServer::plain).toList();
      default ->
          node.isNumber()
              ? node.decimalValue().stripTrailingZeros().toPlainString()
              : JSON.convertValue(node, Object.class) == null ? "null" : node.asText();
    };
  }
}

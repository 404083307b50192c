package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.api.Roles.Wish;
import dev.sluice.playground.schema.Cause;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// The kinds that are questions: who am I, may I, whose token is this; and the one that asks for a
/// token. Nothing is stored.
final class Reviews {

  private static final long HOUR = 3600;

  private final State state;
  private final Doorkeeper doorkeeper;

  Reviews(State state, Doorkeeper doorkeeper) {
    this.state = state;
    this.doorkeeper = doorkeeper;
  }

  boolean knows(ResourceKind kind) {
    return kind.rules().endsWith("-review");
  }

  ObjectNode answer(Request request) {
    var kind = request.kind();
    var object = Bodies.object(request.call(), kind).object();
    object.put("kind", kind.kind()).put("apiVersion", kind.groupVersion());
    object.withObjectProperty("metadata").putNull("creationTimestamp");
    object.remove("status");
    var spec = object.path("spec");
    var status = object.putObject("status");
    switch (kind.rules()) {
      case "access-review" -> {
        oneQuestion(kind, spec);
        var why = doorkeeper.allow(asked(request, spec), wish(spec));
        status.put("allowed", why.isPresent());
        why.filter(text -> !text.isEmpty()).ifPresent(text -> status.put("reason", text));
      }
      case "self-subject-review" -> user(status.putObject("userInfo"), request.caller());
      case "rules-review" -> rules(request, spec, status);
      default -> token(spec, status);
    }
    return state.schema(kind).map(schema -> schema.inOrder(object)).orElse(object);
  }

  private static void oneQuestion(ResourceKind kind, JsonNode spec) {
    if (spec.hasNonNull("resourceAttributes") == spec.hasNonNull("nonResourceAttributes")) {
      throw Refusal.invalid(
          kind,
          "",
          List.of(
              Cause.invalid(
                  "spec.resourceAttributes",
                  "\"null\"",
                  "exactly one of nonResourceAttributes or resourceAttributes must be"
                      + " specified")));
    }
  }

  private static Identity asked(Request request, JsonNode spec) {
    if (request.kind().kind().startsWith("Self")) {
      return request.caller();
    }
    var groups = spec.path("groups").valueStream().map(JsonNode::asText).toList();
    return new Identity(spec.path("user").asText(""), groups, spec.path("uid").asText(""));
  }

  private static Wish wish(JsonNode spec) {
    var path = spec.path("nonResourceAttributes");
    if (path.isObject()) {
      return Wish.path(path.path("verb").asText(""), path.path("path").asText(""));
    }
    var resource = spec.path("resourceAttributes");
    var below = resource.path("subresource").asText("");
    return Wish.resource(
        resource.path("verb").asText(""),
        resource.path("group").asText(""),
        resource.path("resource").asText("") + (below.isEmpty() ? "" : "/" + below),
        resource.path("name").asText(""),
        resource.path("namespace").asText(""));
  }

  private static void user(ObjectNode info, Identity who) {
    info.put("username", who.name());
    if (!who.uid().isEmpty()) {
      info.put("uid", who.uid());
    }
    who.groups().forEach(info.putArray("groups")::add);
  }

  private void rules(Request request, JsonNode spec, ObjectNode status) {
    var namespace = spec.path("namespace").asText("");
    if (namespace.isEmpty()) {
      throw Refusal.badRequest("no namespace on request");
    }
    var resources = status.putArray("resourceRules");
    var paths = status.putArray("nonResourceRules");
    var rules = new ArrayList<JsonNode>();
    if (request.caller().master()) {
      rules.addAll(
          doorkeeper
              .roles()
              .rules(
                  Bodies.JSON
                      .createObjectNode()
                      .put("kind", "ClusterRole")
                      .put("name", "cluster-admin"),
                  ""));
    }
    doorkeeper
        .roles()
        .grants(request.caller(), namespace)
        .forEach(grant -> rules.addAll(grant.rules()));
    for (var rule : rules) {
      if (!rule.path("resources").isEmpty()) {
        part(rule, resources.addObject(), name -> !name.equals("nonResourceURLs"));
      }
      if (!rule.path("nonResourceURLs").isEmpty()) {
        part(rule, paths.addObject(), List.of("verbs", "nonResourceURLs")::contains);
      }
    }
    status.put("incomplete", false);
  }

  private static void part(JsonNode rule, ObjectNode into, Predicate<String> wanted) {
    rule.properties().stream()
        .filter(field -> wanted.test(field.getKey()))
        .forEach(field -> into.set(field.getKey(), field.getValue()));
  }

  private void token(JsonNode spec, ObjectNode status) {
    var owner = doorkeeper.owner(spec.path("token").asText(""));
    if (owner.isEmpty()) {
      status.putObject("user");
      status.put("error", "invalid bearer token");
      return;
    }
    status.put("authenticated", true);
    user(status.putObject("user"), owner.get());
    status.putArray("audiences").add(Tokens.ISSUER);
  }

  /// A new token for the service account of the path.
  ObjectNode tokenRequest(Request request) {
    var account =
        state
            .storage()
            .get(state.key(request.kind(), request.namespace(), request.name()))
            .orElseThrow(() -> Refusal.notFound(request.kind(), request.name()));
    var object = Bodies.object(request.call(), request.kind()).object();
    object.put("kind", "TokenRequest").put("apiVersion", "authentication.k8s.io/v1");
    var meta = object.putObject("metadata");
    meta.put("name", request.name()).put("namespace", request.namespace());
    meta.put("creationTimestamp", state.timestamp());
    var spec = object.withObjectProperty("spec");
    long seconds = spec.path("expirationSeconds").asLong(HOUR);
    var lasts = Duration.ofSeconds(seconds);
    if (lasts.compareTo(Tokens.shortest()) < 0) {
      throw Refusal.invalid(
          "TokenRequest",
          "authentication.k8s.io",
          "",
          List.of(
              Cause.invalid(
                  "spec.expirationSeconds",
                  Long.toString(seconds),
                  "may not specify a duration less than 10 minutes")));
    }
    var audiences = new ArrayList<String>();
    spec.path("audiences").forEach(each -> audiences.add(each.asText()));
    if (audiences.isEmpty()) {
      audiences.add(Tokens.ISSUER);
    }
    spec.removeAll();
    audiences.forEach(spec.putArray("audiences")::add);
    spec.put("expirationSeconds", seconds).putNull("boundObjectRef");
    object
        .putObject("status")
        .put("token", doorkeeper.tokens().issue(account, audiences, lasts))
        .put(
            "expirationTimestamp",
            state.now().plus(lasts).truncatedTo(ChronoUnit.SECONDS).toString());
    return object;
  }
}

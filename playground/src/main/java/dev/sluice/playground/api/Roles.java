package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.store.Key;
import dev.sluice.playground.store.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the roles that somebody has allow: role-based access control over the stored Roles,
/// ClusterRoles and bindings.
final class Roles {

  private static final String GROUP = "rbac.authorization.k8s.io";
  static final String ROLES = GROUP + "/roles";
  static final String CLUSTER_ROLES = GROUP + "/clusterroles";
  private static final String BINDINGS = GROUP + "/rolebindings";
  private static final String CLUSTER_BINDINGS = GROUP + "/clusterrolebindings";

  /// What somebody wants to do.
  ///
  /// @param resource with its subresource behind a slash; empty for a path that is no resource
  /// @param namespace empty for the whole cluster
  /// @param name empty for all
  /// @param path such as `/healthz`; empty for a resource
  record Wish(
      String verb, String group, String resource, String name, String namespace, String path) {

    static Wish resource(
        String verb, String group, String resource, String name, String namespace) {
      return new Wish(verb, group, resource, name, namespace, "");
    }

    static Wish path(String verb, String path) {
      return new Wish(verb, "", "", "", "", path);
    }
  }

  /// Rules that somebody has, and through which binding.
  ///
  /// @param why as the server gives its reason
  record Grant(List<JsonNode> rules, String why) {}

  private final Storage storage;

  Roles(Storage storage) {
    this.storage = storage;
  }

  /// Why the wish is granted; empty when it is not.
  Optional<String> allow(Identity who, Wish wish) {
    if (who.master()) {
      return Optional.of("");
    }
    for (var grant : grants(who, wish.namespace())) {
      for (var rule : grant.rules()) {
        if (covers(rule, wish)) {
          return Optional.of(grant.why());
        }
      }
    }
    return Optional.empty();
  }

  /// Everything that somebody may do in a namespace, or everywhere if it is empty.
  List<Grant> grants(Identity who, String namespace) {
    var grants = new ArrayList<Grant>();
    for (var binding : storage.list(CLUSTER_BINDINGS, "")) {
      subject(binding, who, "")
          .ifPresent(subject ->
              grants.add(
                  new Grant(
                      rules(binding.path("roleRef"), ""),
                      why("ClusterRoleBinding", name(binding), binding, subject))));
    }
    if (!namespace.isEmpty()) {
      for (var binding : storage.list(BINDINGS, namespace)) {
        subject(binding, who, namespace)
            .ifPresent(subject ->
                grants.add(
                    new Grant(
                        rules(binding.path("roleRef"), namespace),
                        why("RoleBinding", name(binding) + "/" + namespace, binding, subject))));
      }
    }
    return grants;
  }

  private static String why(String kind, String name, JsonNode binding, String subject) {
    var role = binding.path("roleRef");
    return "RBAC: allowed by %s %s of %s %s to %s"
        .formatted(
            kind,
            Refusal.quoted(name),
            role.path("kind").asText(),
            Refusal.quoted(role.path("name").asText()),
            subject);
  }

  private static String name(JsonNode object) {
    return object.path("metadata").path("name").asText();
  }

  /// The subject of a binding that somebody is, in words.
  private static Optional<String> subject(JsonNode binding, Identity who, String namespace) {
    for (var subject : binding.path("subjects")) {
      var name = subject.path("name").asText();
      switch (subject.path("kind").asText()) {
        case "User" -> {
          if (name.equals(who.name())) {
            return Optional.of("User " + Refusal.quoted(name));
          }
        }
        case "Group" -> {
          if (who.groups().contains(name)) {
            return Optional.of("Group " + Refusal.quoted(name));
          }
        }
        case "ServiceAccount" -> {
          var in = subject.path("namespace").asText(namespace);
          if (who.name().equals("system:serviceaccount:" + in + ":" + name)) {
            return Optional.of("ServiceAccount " + Refusal.quoted(name + "/" + in));
          }
        }
        default -> {}
      }
    }
    return Optional.empty();
  }

  /// The rules of the role that a binding names; none when there is no such role.
  List<JsonNode> rules(JsonNode reference, String namespace) {
    var local = reference.path("kind").asText().equals("Role");
    var key =
        new Key(
            local ? ROLES : CLUSTER_ROLES, local ? namespace : "", reference.path("name").asText());
    return storage.get(key).map(Roles::rules).orElse(List.of());
  }

  static List<JsonNode> rules(ObjectNode role) {
    return role.path("rules").valueStream().toList();
  }

  /// Whether a rule allows a wish.
  static boolean covers(JsonNode rule, Wish wish) {
    if (!has(rule.path("verbs"), wish.verb())) {
      return false;
    }
    if (!wish.path().isEmpty()) {
      return rule.path("nonResourceURLs")
          .valueStream()
          .anyMatch(url -> matches(url.asText(), wish.path()));
    }
    return has(rule.path("apiGroups"), wish.group())
        && resource(rule.path("resources"), wish.resource())
        && (rule.path("resourceNames").isEmpty() || named(rule, wish.name()));
  }

  private static boolean named(JsonNode rule, String name) {
    return rule.path("resourceNames").valueStream().anyMatch(each -> each.asText().equals(name));
  }

  private static boolean has(JsonNode list, String wanted) {
    return list.valueStream()
        .anyMatch(each -> each.asText().equals("*") || each.asText().equals(wanted));
  }

  private static boolean resource(JsonNode resources, String wanted) {
    int slash = wanted.indexOf('/');
    var anyOf = slash < 0 ? wanted : "*" + wanted.substring(slash);
    return resources
        .valueStream()
        .map(JsonNode::asText)
        .anyMatch(each -> each.equals("*") || each.equals(wanted) || each.equals(anyOf));
  }

  private static boolean matches(String url, String path) {
    return url.equals("*")
        || url.equals(path)
        || (url.endsWith("*") && path.startsWith(url.substring(0, url.length() - 1)));
  }
}

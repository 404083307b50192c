package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.api.Roles.Wish;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;

/// Nobody hands out more than he has: a role may hold, and a binding give, only what its author may
/// do himself, unless he may `escalate` or `bind`.
final class Escalation {

  private final Roles roles;

  Escalation(Roles roles) {
    this.roles = roles;
  }

  /// @param object a role or a binding that is about to be stored; anything else is let pass
  /// @throws Refusal 403 naming what the author does not have
  void check(Identity author, ResourceKind kind, String namespace, ObjectNode object) {
    if (!kind.group().equals("rbac.authorization.k8s.io") || author.master()) {
      return;
    }
    var name = object.path("metadata").path("name").asText();
    var binding = kind.kind().endsWith("Binding");
    var role = object.path("roleRef");
    var wish =
        binding
            ? Wish.resource(
                "bind",
                kind.group(),
                role.path("kind").asText().equals("Role") ? "roles" : "clusterroles",
                role.path("name").asText(),
                namespace)
            : Wish.resource("escalate", kind.group(), kind.plural(), name, namespace);
    if (roles.allow(author, wish).isPresent()) {
      return;
    }
    var missing =
        missing(author, binding ? roles.rules(role, namespace) : Roles.rules(object), namespace);
    if (!missing.isEmpty()) {
      throw Refusal.forbidden(
          kind,
          name,
          "user "
              + Refusal.quoted(author.name())
              + " (groups=["
              + author.groups().stream().map(Refusal::quoted).collect(Collectors.joining(" "))
              + "]) is attempting to grant RBAC permissions not currently held:\n"
              + String.join("\n", missing),
          List.of());
    }
  }

  /// The rules, taken apart, that no rule of the author covers; as the server words them.
  private List<String> missing(Identity author, List<JsonNode> wanted, String namespace) {
    var owned =
        roles.grants(author, namespace).stream().flatMap(grant -> grant.rules().stream()).toList();
    var verbs = new LinkedHashMap<String, List<String>>();
    for (var rule : wanted) {
      for (var verb : rule.path("verbs")) {
        for (var wish : parts(rule, verb.asText())) {
          if (owned.stream().noneMatch(own -> Roles.covers(own, wish))) {
            verbs
                .computeIfAbsent(words(wish), _ -> new ArrayList<>())
                .add(Refusal.quoted(verb.asText()));
          }
        }
      }
    }
    return verbs.entrySet().stream()
        .map(each ->
            "{"
                + each.getKey()
                + ", Verbs:["
                + each.getValue().stream().distinct().collect(Collectors.joining(" "))
                + "]}")
        .sorted()
        .toList();
  }

  private static List<Wish> parts(JsonNode rule, String verb) {
    var parts = new ArrayList<Wish>();
    for (var url : rule.path("nonResourceURLs")) {
      parts.add(Wish.path(verb, url.asText()));
    }
    for (var group : rule.path("apiGroups")) {
      for (var resource : rule.path("resources")) {
        if (rule.path("resourceNames").isEmpty()) {
          parts.add(Wish.resource(verb, group.asText(), resource.asText(), "", ""));
        }
        for (var name : rule.path("resourceNames")) {
          parts.add(Wish.resource(verb, group.asText(), resource.asText(), name.asText(), ""));
        }
      }
    }
    return parts;
  }

  private static String words(Wish wish) {
    if (!wish.path().isEmpty()) {
      return "NonResourceURLs:[" + Refusal.quoted(wish.path()) + "]";
    }
    return "APIGroups:["
        + Refusal.quoted(wish.group())
        + "], Resources:["
        + Refusal.quoted(wish.resource())
        + "]"
        + (wish.name().isEmpty() ? "" : ", ResourceNames:[" + Refusal.quoted(wish.name()) + "]");
  }
}

package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.api.Roles.Wish;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Finds out who calls, and lets in whom the roles allow to.
final class Doorkeeper {

  private static final String ADMINISTRATOR = "kubernetes-admin";

  private final Users users;
  private final Roles roles;
  private final Tokens tokens;
  private final Escalation escalation;

  Doorkeeper(State state, Users users) {
    this.users = users;
    this.roles = new Roles(state.storage());
    this.tokens = new Tokens(state);
    this.escalation = new Escalation(roles);
  }

  Roles roles() {
    return roles;
  }

  Tokens tokens() {
    return tokens;
  }

  /// Who calls, or whom the caller acts for.
  ///
  /// @throws Refusal 401 for a token that nobody has, 403 for acting for somebody without leave
  Identity caller(Call call) {
    var own = own(call);
    var acting = call.header("impersonate-user").orElse("");
    var groups =
        Stream.of(call.header("impersonate-group").orElse("").split("[\n,]", -1))
            .map(String::strip)
            .filter(group -> !group.isEmpty())
            .toList();
    if (acting.isEmpty()) {
      if (!groups.isEmpty()) {
        throw Refusal.internal("requested " + kinds(groups) + " without impersonating a user");
      }
      return own;
    }
    mayActFor(own, acting, groups);
    return Identity.actedFor(acting, groups, call.header("impersonate-uid").orElse(""));
  }

  private static String kinds(List<String> groups) {
    return groups.stream()
        .map(group -> "{Group   " + group + "   }")
        .toList()
        .toString()
        .replace(", ", " ");
  }

  private void mayActFor(Identity own, String user, List<String> groups) {
    var account = user.startsWith("system:serviceaccount:") ? user.split(":", -1) : new String[0];
    if (account.length == 4) {
      mayImpersonate(own, "serviceaccounts", account[3], account[2]);
    } else {
      mayImpersonate(own, "users", user, "");
    }
    for (var group : groups) {
      mayImpersonate(own, "groups", group, "");
    }
  }

  private void mayImpersonate(Identity own, String resource, String name, String namespace) {
    if (!allowed(own, Wish.resource("impersonate", "", resource, name, namespace))) {
      throw forbidden(own, "impersonate", "", resource, name, namespace);
    }
  }

  private Identity own(Call call) {
    var header = call.header("authorization").orElse("");
    if (header.isEmpty() || header.strip().equals("Bearer")) {
      return users.tokens().isEmpty() ? Identity.administrator(ADMINISTRATOR) : Identity.ANONYMOUS;
    }
    var token = header.startsWith("Bearer ") ? header.substring(7).strip() : "";
    return owner(token)
        .orElseThrow(
            () -> new Refusal(401, "Unauthorized", "Unauthorized", Refusal.Details.ABSENT));
  }

  /// Whose token this is; empty when it is nobody's.
  Optional<Identity> owner(String token) {
    var known = users.tokens().get(token);
    return known == null ? tokens.owner(token) : Optional.of(Identity.administrator(known));
  }

  /// Why somebody may do something; empty when he may not.
  Optional<String> allow(Identity who, Wish wish) {
    if (users.roles()) {
      return roles.allow(who, wish);
    }
    return who.master() || who.name().startsWith("system:serviceaccount:")
        ? Optional.of("")
        : Optional.empty();
  }

  private boolean allowed(Identity who, Wish wish) {
    return allow(who, wish).isPresent();
  }

  /// @throws Refusal 401, or 403 when this is none of the paths that everybody may see
  void admitPath(Call call) {
    var who = caller(call);
    if (!users.roles() && !who.anonymous()) {
      return;
    }
    var verb = call.method().toLowerCase(java.util.Locale.ROOT);
    if (!allowed(who, Wish.path(verb, call.path()))) {
      throw new Refusal(
          403,
          "Forbidden",
          "forbidden: User "
              + Refusal.quoted(who.name())
              + " cannot "
              + verb
              + " path "
              + Refusal.quoted(call.path()),
          Refusal.Details.EMPTY);
    }
  }

  /// @throws Refusal 401 or 403
  Identity admit(Call call, RequestPath path, ResourceKind kind, String verb) {
    var who = caller(call);
    var askingOfOneself =
        !users.roles()
            && kind.rules().endsWith("-review")
            && kind.kind().startsWith("Self")
            && !who.anonymous();
    var resource = kind.plural() + (path.subresource().isEmpty() ? "" : "/" + path.subresource());
    // A namespace is in itself: who has rights in it may see it.
    var namespace = kind.rules().equals("namespace") ? path.name() : path.namespace();
    if (askingOfOneself
        || allowed(who, Wish.resource(verb, kind.group(), resource, path.name(), namespace))) {
      return who;
    }
    throw forbidden(who, verb, kind.group(), resource, path.name(), path.namespace());
  }

  /// @throws Refusal 403 when the object hands out more than its author has
  void admitContent(Request request, ObjectNode object) {
    if (users.roles()) {
      escalation.check(request.caller(), request.kind(), request.namespace(), object);
    }
  }

  private static Refusal forbidden(
      Identity who, String verb, String group, String resource, String name, String namespace) {
    var plural = resource.contains("/") ? resource.substring(0, resource.indexOf('/')) : resource;
    return new Refusal(
        403,
        "Forbidden",
        (group.isEmpty() ? plural : plural + "." + group)
            + (name.isEmpty() ? "" : " " + Refusal.quoted(name))
            + " is forbidden: User "
            + Refusal.quoted(who.name())
            + " cannot "
            + verb
            + " resource "
            + Refusal.quoted(resource)
            + " in API group "
            + Refusal.quoted(group)
            + (namespace.isEmpty()
                ? " at the cluster scope"
                : " in the namespace " + Refusal.quoted(namespace)),
        Refusal.Details.of(name, group, plural));
  }
}

package dev.sluice.playground.api;

import java.util.List;
import java.util.Map;

/// Who calls, and whether they may. There are no roles here: who has a token may do everything,
/// everybody else nothing but look at health, versions and discovery.
///
/// @param tokens bearer token to user name; empty when nobody is asked
public record Users(Map<String, String> tokens) {

  /// Everybody may do everything.
  public static final Users EVERYBODY = new Users(Map.of());

  static final String ANONYMOUS = "system:anonymous";
  private static final String ADMIN = "kubernetes-admin";

  public Users {
    tokens = Map.copyOf(tokens);
  }

  /// The name of the caller, or of the user that the caller acts for.
  ///
  /// @throws Refusal 401 for a token that nobody has
  String caller(Call call) {
    var acting = call.header("impersonate-user");
    var own = own(call);
    return acting.isPresent() && allowed(own) ? acting.get() : own;
  }

  private String own(Call call) {
    if (tokens.isEmpty()) {
      return ADMIN;
    }
    var header = call.header("authorization").orElse("");
    if (header.isEmpty()) {
      return ANONYMOUS;
    }
    var user = header.startsWith("Bearer ") ? tokens.get(header.substring(7).strip()) : null;
    if (user == null) {
      throw new Refusal(401, "Unauthorized", "Unauthorized", Refusal.Details.ABSENT);
    }
    return user;
  }

  /// @throws Refusal 401 for a token that nobody has
  void admitPath(Call call) {
    caller(call);
  }

  boolean allowed(String user) {
    return (tokens.isEmpty() && user.equals(ADMIN))
        || tokens.containsValue(user)
        || user.startsWith("system:serviceaccount:");
  }

  /// @throws Refusal 401 or 403
  void admit(Call call, RequestPath path, ResourceKind kind, String verb) {
    var user = caller(call);
    var askingOfOneself =
        kind.rules().endsWith("-review")
            && kind.kind().startsWith("Self")
            && !user.equals(ANONYMOUS);
    if (allowed(user) || askingOfOneself) {
      return;
    }
    throw Refusal.forbidden(
        kind,
        path.name(),
        "User "
            + Refusal.quoted(user)
            + " cannot "
            + verb
            + " resource "
            + Refusal.quoted(kind.plural())
            + " in API group "
            + Refusal.quoted(kind.group())
            + (path.namespace().isEmpty()
                ? " at the cluster scope"
                : " in the namespace " + Refusal.quoted(path.namespace())),
        List.of());
  }
}

package dev.sluice.playground.api;

import java.util.ArrayList;
import java.util.List;

/// Who makes a call, or whom the caller acts for.
///
/// @param uid empty when the user has none
record Identity(String name, List<String> groups, String uid) {

  static final String MASTERS = "system:masters";
  static final String AUTHENTICATED = "system:authenticated";
  private static final String ACCOUNT = "system:serviceaccount:";

  static final Identity ANONYMOUS =
      new Identity("system:anonymous", List.of("system:unauthenticated"), "");

  Identity {
    groups = List.copyOf(groups);
  }

  static Identity administrator(String name) {
    return new Identity(name, List.of(MASTERS, AUTHENTICATED), "");
  }

  static Identity account(String namespace, String name, String uid) {
    return new Identity(ACCOUNT + namespace + ":" + name, accountGroups(namespace), uid);
  }

  private static List<String> accountGroups(String namespace) {
    return List.of("system:serviceaccounts", "system:serviceaccounts:" + namespace, AUTHENTICATED);
  }

  /// The user that an administrator names; a service account is in its groups without being told.
  static Identity actedFor(String name, List<String> groups, String uid) {
    if (groups.isEmpty() && name.startsWith(ACCOUNT)) {
      var parts = name.split(":", -1);
      return new Identity(name, accountGroups(parts.length > 2 ? parts[2] : ""), uid);
    }
    var all = new ArrayList<>(groups);
    if (!name.equals(ANONYMOUS.name()) && !all.contains(AUTHENTICATED)) {
      all.add(AUTHENTICATED);
    }
    return new Identity(name, name.equals(ANONYMOUS.name()) ? ANONYMOUS.groups() : all, uid);
  }

  boolean anonymous() {
    return name.equals(ANONYMOUS.name());
  }

  /// Nothing is forbidden to these, whatever the roles say.
  boolean master() {
    return groups.contains(MASTERS);
  }
}

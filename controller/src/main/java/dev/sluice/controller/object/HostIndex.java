package dev.sluice.controller.object;

import dev.sluice.controller.cluster.Kind;
import dev.sluice.crds.ObjectRef;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Who claims which host: the canaries and the objects of the mesh that were seen. A look at one
/// canary costs as much as its own hosts have claimants, however many others there are.
///
/// Objects that are gone are found out by whoever looks for them.
public final class HostIndex {

  /// A canary's route, or anybody's.
  public record Claimant(Kind kind, ObjectRef ref) {}

  private final Map<Claimant, Set<String>> hosts = new HashMap<>();
  private final Map<String, Set<Claimant>> claimants = new HashMap<>();

  /// @return the canaries that claim a host which the object claims, or did before
  synchronized Set<ObjectRef> changed(Claimant object, Set<String> claimed) {
    Set<String> touched = new HashSet<>(claimed);
    touched.addAll(claim(object, claimed));
    Set<ObjectRef> canaries = new TreeSet<>();
    for (String host : touched) {
      for (Claimant other : claimants.getOrDefault(host, Set.of())) {
        if (other.kind().equals(Kind.CANARY)) {
          canaries.add(other.ref());
        }
      }
    }
    return canaries;
  }

  /// @return what it claimed before
  synchronized Set<String> claim(Claimant claimant, Set<String> claimed) {
    if (claimed.equals(hosts.get(claimant))) {
      return claimed;
    }
    Set<String> before = claimed.isEmpty() ? hosts.remove(claimant) : hosts.put(claimant, claimed);
    for (String host : before == null ? Set.<String>of() : before) {
      Set<Claimant> of = claimants.getOrDefault(host, Set.of());
      of.remove(claimant);
      if (of.isEmpty()) {
        claimants.remove(host);
      }
    }
    for (String host : claimed) {
      claimants.computeIfAbsent(host, h -> new HashSet<>()).add(claimant);
    }
    return before == null ? Set.of() : before;
  }

  /// The objects that claim one of the hosts.
  synchronized Set<Claimant> objects(Set<String> of) {
    Set<Claimant> found = new HashSet<>();
    for (String host : of) {
      for (Claimant claimant : claimants.getOrDefault(host, Set.of())) {
        if (!claimant.kind().equals(Kind.CANARY)) {
          found.add(claimant);
        }
      }
    }
    return found;
  }
}

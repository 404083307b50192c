package dev.sluice.gitops.plan;

import dev.sluice.crds.ObjectRef;
import dev.sluice.gitops.plan.Plan.Found;
import dev.sluice.gitops.plan.Plan.Pruning;
import dev.sluice.gitops.plan.Plan.Removal;
import dev.sluice.gitops.render.ObjectKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Decides what may be deleted. Deleting needs a complete answer to every question; "no answer" is
/// never read as "not wanted".
public final class Prune {
  /// Set to `disabled` on an object that must stay when Git drops it.
  public static final String ANNOTATION = "sluice.dev/prune";

  /// Set on the sync to the full revision whose large removal is meant.
  public static final String CONFIRMATION = "sluice.dev/confirm-prune";

  private static final int FEW = 5;

  private final ObjectRef sync;
  private final Claims claims;

  public Prune(ObjectRef sync, Claims claims) {
    this.sync = sync;
    this.claims = claims;
  }

  /// What Git no longer asks for.
  ///
  /// @param desired keys of everything the commit holds, left alone or not
  public static Set<ObjectKey> dropped(Inventory inventory, Collection<ObjectKey> desired) {
    return inventory.without(desired).versions().keySet();
  }

  /// Why removing so much needs to be confirmed: everything, or at least five objects that are more
  /// than half of what was there.
  ///
  /// @param before what the sync had applied before this commit
  /// @param desired how many objects the commit holds
  /// @param revision in full, which the confirmation must repeat
  /// @return empty when it needs no confirmation, or has it
  public static Optional<String> unconfirmed(
      int dropped, Inventory before, int desired, String revision, Optional<String> confirmation) {
    boolean many = dropped >= FEW && dropped * 2 > before.size();
    boolean all = dropped > 0 && desired == 0;
    if ((!many && !all) || confirmation.equals(Optional.of(revision))) {
      return Optional.empty();
    }
    return Optional.of(
        "the commit removes %d of %d objects; if that is meant, annotate the GitSync with %s=%s"
            .formatted(dropped, before.size(), CONFIRMATION, revision));
  }

  /// @param found what a look at each dropped object showed; one that is missing counts as unknown
  public Pruning decide(Set<ObjectKey> dropped, Inventory inventory, Map<ObjectKey, Found> found) {
    var delete = new TreeMap<Order, List<Removal>>(Comparator.reverseOrder());
    var terminating = new ArrayList<ObjectKey>();
    var gone = new ArrayList<ObjectKey>();
    var kept = new LinkedHashMap<ObjectKey, String>();
    for (ObjectKey key : dropped) {
      switch (found.getOrDefault(key, new Found.Unknown("nobody looked"))) {
        case Found.Unknown(String why) -> {
          return Pruning.held("whether " + key + " is still there is not known: " + why);
        }
        case Found.Gone() -> gone.add(key);
        case Found.Present(Live object) -> {
          Optional<String> reason = reasonToKeep(key, object);
          if (reason.isPresent()) {
            kept.put(key, reason.get());
          } else if (object.terminating()) {
            terminating.add(key);
          } else {
            delete
                .computeIfAbsent(Order.of(key), order -> new ArrayList<>())
                .add(new Removal(key, inventory.apiVersion(key), object.uid()));
          }
        }
      }
    }
    delete
        .values()
        .forEach(g -> g.sort(Comparator.comparing(Removal::key, Order.APPLYING.reversed())));
    return new Pruning(List.copyOf(delete.values()), terminating, gone, kept, Optional.empty());
  }

  private Optional<String> reasonToKeep(ObjectKey key, Live object) {
    Optional<Claim> claim = claims.whole(key);
    if (claim.isPresent()) {
      return Optional.of(claim.get().by() + " drives it now");
    }
    if (object.owned()) {
      return Optional.of("another object owns it");
    }
    Optional<OwnerMark> mark = OwnerMark.on(object, key);
    if (mark.isEmpty()) {
      return Optional.of("it no longer bears the mark of this GitSync");
    }
    if (!mark.get().sync().equals(sync)) {
      return Optional.of("GitSync " + mark.get().sync() + " has it now");
    }
    return object
        .annotation(ANNOTATION)
        .filter("disabled"::equals)
        .map(_ -> "its annotation " + ANNOTATION + " is 'disabled'");
  }
}

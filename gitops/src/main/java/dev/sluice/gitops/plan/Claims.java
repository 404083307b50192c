package dev.sluice.gitops.plan;

import dev.sluice.gitops.render.Manifest;
import dev.sluice.gitops.render.ObjectKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What rollouts drive. Git's values at these places are wishes, not writes.
public final class Claims {
  private final Map<ObjectKey, Map<String, Claim>> claims = new LinkedHashMap<>();

  public Claims(List<Claim> all) {
    for (Claim claim : all) {
      claims
          .computeIfAbsent(claim.object(), key -> new LinkedHashMap<>())
          .put(claim.pointer(), claim);
    }
  }

  /// The claim to the object as a whole.
  public Optional<Claim> whole(ObjectKey key) {
    return Optional.ofNullable(claims.getOrDefault(key, Map.of()).get(""));
  }

  /// @param payload what may be applied
  /// @param wishes Git's values at the claimed places, by pointer
  public record Withheld(Manifest payload, Map<String, Object> wishes) {}

  /// Takes the claimed places out of what is applied, so that no place is ever without an owner:
  ///
  /// - there is no object yet: Git's value creates it, since nobody else could;
  /// - Git's manager is the only owner: the live value is sent, since leaving it out would delete
  ///   it;
  /// - otherwise the place is left out.
  ///
  /// @param manager the field manager that applies what Git says
  public Withheld withhold(Manifest wanted, Optional<Live> live, String manager) {
    Map<String, Object> content = wanted.content();
    var wishes = new LinkedHashMap<String, Object>();
    for (String pointer : claims.getOrDefault(wanted.key(), Map.of()).keySet()) {
      if (pointer.isEmpty()) {
        continue;
      }
      List<String> path = Json.path(pointer);
      Json.at(wanted.content(), path).ifPresent(value -> wishes.put(pointer, value));
      if (live.isPresent()) {
        boolean ours = soleOwner(live.get(), path, manager);
        content = Json.with(content, path, ours ? live.get().at(path) : Optional.empty());
      }
    }
    return new Withheld(wanted.with(content), wishes);
  }

  private static boolean soleOwner(Live live, List<String> path, String manager) {
    List<FieldOwner> owners =
        live.fieldOwners().stream().filter(owner -> owner.owns(path)).toList();
    return !owners.isEmpty() && owners.stream().allMatch(o -> o.manager().equals(manager));
  }
}

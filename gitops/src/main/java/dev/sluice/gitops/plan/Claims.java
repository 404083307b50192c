package dev.sluice.gitops.plan;

import dev.sluice.gitops.render.Manifest;
import dev.sluice.gitops.render.ObjectKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What rollouts drive. Git's values at these places are wishes, not writes.
public final class Claims {
  private static final List<String> VERSION = List.of("metadata", "resourceVersion");

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
  /// A place in a map that has one owner goes along as it is whenever Git drives the map, and only
  /// if the object still is the one that was read: it may have been changed since.
  ///
  /// @param manager the field manager that applies what Git says
  public Withheld withhold(Manifest wanted, Optional<Live> live, String manager) {
    Map<String, Object> content = wanted.content();
    var wishes = new LinkedHashMap<String, Object>();
    for (Claim claim : claims.getOrDefault(wanted.key(), Map.of()).values()) {
      String pointer = claim.pointer();
      if (pointer.isEmpty()) {
        continue;
      }
      List<String> path = Json.path(pointer);
      Json.at(wanted.content(), path).ifPresent(value -> wishes.put(pointer, value));
      if (!claim.shared().isEmpty()) {
        content = along(content, live, path, List.of("metadata", "annotations", claim.shared()));
      } else if (live.isPresent()) {
        boolean ours = soleOwner(live.get(), path, manager);
        content = Json.with(content, path, ours ? live.get().at(path) : Optional.empty());
      }
    }
    return new Withheld(wanted.with(content), wishes);
  }

  /// The whole map has one owner, which is whoever wrote it last; so whether Git drives it is kept
  /// on the object.
  private static Map<String, Object> along(
      Map<String, Object> content, Optional<Live> live, List<String> path, List<String> mark) {
    List<String> map = path.subList(0, path.size() - 1);
    boolean named = Json.at(content, map).isPresent();
    if (!named && live.flatMap(l -> l.at(mark)).isEmpty()) {
      return content;
    }
    // Leaving out what somebody else wrote last would leave it there.
    Map<String, Object> marked =
        named
            ? Json.with(content, mark, Optional.of("git"))
            : Json.with(content, map, Optional.of(Map.of()));
    if (live.isEmpty()) {
      return marked;
    }
    return Json.with(Json.with(marked, path, live.get().at(path)), VERSION, live.get().at(VERSION));
  }

  private static boolean soleOwner(Live live, List<String> path, String manager) {
    List<FieldOwner> owners =
        live.fieldOwners().stream().filter(owner -> owner.owns(path)).toList();
    return !owners.isEmpty() && owners.stream().allMatch(o -> o.manager().equals(manager));
  }
}

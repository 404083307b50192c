package dev.sluice.gitops.plan;

import dev.sluice.crds.ObjectRef;
import dev.sluice.gitops.render.Manifest;
import dev.sluice.gitops.render.ObjectKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a sync may do with one object that Git asks for.
public sealed interface Intake {

  /// Apply this, if a dry run shows that it changes something.
  ///
  /// @param payload carries the owner mark and nothing that is claimed
  /// @param wishes Git's values at the claimed places, by JSON pointer
  record Send(Manifest payload, Optional<Live> live, Map<String, Object> wishes)
      implements Intake {}

  /// Leave it to whoever drives it. It is neither applied nor, if it was once, pruned.
  ///
  /// @param by such as `Canary production/web`
  record Leave(ObjectKey key, String by) implements Intake {}

  /// It belongs to another sync; a person must decide who has it.
  record Refuse(ObjectKey key, String why) implements Intake {}

  static Intake of(
      Manifest wanted, Optional<Live> live, Claims claims, ObjectRef sync, String manager) {
    ObjectKey key = wanted.key();
    Optional<Claim> whole = claims.whole(key);
    if (whole.isPresent()) {
      return new Leave(key, whole.get().by());
    }
    Optional<String> controller = live.flatMap(Live::controller);
    if (controller.isPresent() && wanted.at("metadata", "ownerReferences").isEmpty()) {
      return new Leave(key, controller.get());
    }
    Optional<ObjectRef> other =
        live.flatMap(l -> OwnerMark.on(l, key))
            .map(OwnerMark::sync)
            .filter(owner -> !owner.equals(sync));
    if (other.isPresent()) {
      return new Refuse(
          key,
          key
              + " in "
              + wanted.origin()
              + " belongs to GitSync "
              + other.get()
              + "; take it out of one of the two, or remove the annotation "
              + OwnerMark.ANNOTATION
              + " to hand it over");
    }
    Claims.Withheld withheld = claims.withhold(wanted, live, manager);
    Manifest payload =
        annotated(withheld.payload(), OwnerMark.ANNOTATION, new OwnerMark(sync, key).text());
    return new Send(payload, live, withheld.wishes());
  }

  /// A copy with one more annotation.
  static Manifest annotated(Manifest manifest, String name, String value) {
    return manifest.with(
        Json.with(
            manifest.content(), List.of("metadata", "annotations", name), Optional.of(value)));
  }
}

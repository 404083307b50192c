package dev.sluice.gitops.plan;

import dev.sluice.crds.ObjectRef;
import dev.sluice.gitops.render.ObjectKey;
import java.util.Optional;

/// Written on every object that a sync applies. It names the object it was written for, so that a
/// copy of it on another object, made by some controller that copies annotations, means nothing.
public record OwnerMark(ObjectRef sync, ObjectKey object) {
  public static final String ANNOTATION = "sluice.dev/synced-by";

  /// `namespace/sync:namespace_name_group_kind`
  public String text() {
    return sync.namespace() + "/" + sync.name() + ":" + object.id();
  }

  /// The mark on an object; empty when there is none, or one that was written for another object.
  public static Optional<OwnerMark> on(Live live, ObjectKey key) {
    return live.annotation(ANNOTATION)
        .flatMap(OwnerMark::parse)
        .filter(mark -> mark.object().equals(key));
  }

  static Optional<OwnerMark> parse(String text) {
    int slash = text.indexOf('/');
    int colon = text.indexOf(':');
    if (slash < 0 || colon < slash) {
      return Optional.empty();
    }
    return ObjectKey.parse(text.substring(colon + 1))
        .map(key ->
            new OwnerMark(
                new ObjectRef(text.substring(0, slash), text.substring(slash + 1, colon)), key));
  }
}

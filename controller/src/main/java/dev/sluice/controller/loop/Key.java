package dev.sluice.controller.loop;

import dev.sluice.controller.cluster.Kind;
import dev.sluice.crds.ObjectRef;
import java.util.Comparator;

/// What the loop looks at: one object of a kind that has a reconciler.
public record Key(Kind kind, ObjectRef ref) implements Comparable<Key> {
  private static final Comparator<Key> ORDER =
      Comparator.comparing((Key k) -> k.kind().kind()).thenComparing(Key::ref);

  @Override
  public int compareTo(Key other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return kind.kind() + " " + ref;
  }
}

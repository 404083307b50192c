package dev.sluice.controller.loop;

import dev.sluice.crds.ObjectRef;
import java.time.Instant;
import java.util.Optional;

/// One pass over one object. The loop never runs two passes over the same object at once.
public interface Reconciler {

  /// @return when to look again if nothing happens before; empty to wait for a change
  /// @throws RuntimeException the loop reports it and looks again later, each time a little later
  Optional<Instant> reconcile(ObjectRef ref, Instant now);
}

package dev.sluice.controller.compare;

import dev.sluice.crds.ObjectRef;
import java.util.Optional;

/// The comparisons of canaries with their primaries that are under way. Nothing here blocks: the
/// sources are asked by the loop, at the ticks. Thread-safe.
public interface Comparisons {

  /// From now on the canary is compared, until it is forgotten. The same again changes nothing;
  /// other credentials of the same source are used from the next tick on; anything else that
  /// differs begins anew, from [Following#firstTraffic()] on.
  void follow(ObjectRef canary, Following what);

  /// The run is over, or the canary is gone; for one that is not followed nothing happens.
  void forget(ObjectRef canary);

  /// What the last look amounted to; empty until the first look at what is followed now, and for a
  /// canary that is not followed.
  Optional<Compared> latest(ObjectRef canary);
}

package dev.sluice.controller.compare;

import dev.sluice.crds.ObjectRef;
import java.util.List;
import java.util.Optional;

/// The comparisons of canaries with their primaries that are under way. Nothing here blocks: the
/// sources are asked by the loop, at the ticks. Thread-safe.
public interface Comparisons {

  /// From now on the canary is compared in all these ways and no others, until it is forgotten. The
  /// same again changes nothing; other credentials of the same source are used from the next tick
  /// on; anything else that differs begins anew, from [Following#firstTraffic()] on.
  ///
  /// @param all at least one
  void follow(ObjectRef canary, List<Following> all);

  /// The run is over, or the canary is gone; for one that is not followed nothing happens.
  void forget(ObjectRef canary);

  /// What the last looks amounted to, all together: the worst of them. Empty until the first look
  /// at all that is followed now, unless one of them has found it worse already, and for a canary
  /// that is not followed.
  Optional<Compared> latest(ObjectRef canary);
}

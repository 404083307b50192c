package dev.sluice.controller.canary;

import dev.sluice.controller.rollout.Content;
import dev.sluice.crds.ObjectRef;
import java.util.Optional;

/// Tells whether a Git sync is still writing parts of a change to a target or its config.
@FunctionalInterface
public interface Handing {

  Optional<Content.HandOver> of(ObjectRef target);
}

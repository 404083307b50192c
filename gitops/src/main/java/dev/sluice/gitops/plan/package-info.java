/// Decides what to apply, prune and leave alone, in which order, and whether an object is healthy.
/// Pure; must not know Git or any client.
@NullMarked
package dev.sluice.gitops.plan;

import org.jspecify.annotations.NullMarked;

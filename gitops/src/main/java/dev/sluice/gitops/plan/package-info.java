/// Decides what to apply, prune and leave alone, and in which order. Pure; must not know Git or any
/// client.
@NullMarked
package dev.sluice.gitops.plan;

import org.jspecify.annotations.NullMarked;

/// Keeps the cluster as a Git repository says, object by object, and hands changes of a rollout's
/// target over whole. Must not hold the rules of planning (they are in `gitops`) nor of rollouts.
@NullMarked
package dev.sluice.controller.gitsync;

import org.jspecify.annotations.NullMarked;

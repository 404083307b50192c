/// How one canary is to be rolled out, read from its specification and checked; each strategy is a
/// file. Must not know how far a rollout has come.
@NullMarked
package dev.sluice.controller.rollout.policy;

import org.jspecify.annotations.NullMarked;

/// Reads the facts of one canary from the cluster, carries out what the rollout decided, and tells
/// people. Must not hold rules of a rollout.
@NullMarked
package dev.sluice.controller.canary;

import org.jspecify.annotations.NullMarked;

/// The process: wires watches, queue, reconcilers, alerts and the HTTP endpoints. Must not hold
/// rules of a rollout; those are in `rollout`.
@NullMarked
package dev.sluice.controller;

import org.jspecify.annotations.NullMarked;

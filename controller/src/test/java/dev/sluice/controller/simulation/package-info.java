/// The whole controller, observer, hands and all, over a real API server's store, under people and
/// faults at every call; what a user sees is checked. The simulation of decisions alone, which is a
/// thousand times faster, is in `dev.sluice.controller.rollout`.
@NullMarked
package dev.sluice.controller.simulation;

import org.jspecify.annotations.NullMarked;

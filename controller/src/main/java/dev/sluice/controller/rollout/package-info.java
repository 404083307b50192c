/// Decides what a rollout does next, from facts alone. Must not know any client, thread or clock:
/// no fabric8, no Vert.x, no network, and time is an argument.
@NullMarked
package dev.sluice.controller.rollout;

import org.jspecify.annotations.NullMarked;

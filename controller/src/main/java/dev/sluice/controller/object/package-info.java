/// Objects of the API server as trees: who owns them, and which canaries look at which. Must not
/// know what a rollout decides.
@NullMarked
package dev.sluice.controller.object;

import org.jspecify.annotations.NullMarked;

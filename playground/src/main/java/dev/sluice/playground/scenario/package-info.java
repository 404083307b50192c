/// Stories that are told by a file: commits, traffic, faults, and what is expected to come of them.
/// Must not know whose clock it is.
@NullMarked
package dev.sluice.playground.scenario;

import org.jspecify.annotations.NullMarked;

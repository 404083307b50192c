/// The playground's world on a virtual clock: seeded, repeatable, with faults where a test wants
/// them. Must not know who is tested with it.
@NullMarked
package dev.sluice.playground.virtual;

import org.jspecify.annotations.NullMarked;

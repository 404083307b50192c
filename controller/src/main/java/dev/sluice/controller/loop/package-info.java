/// When to look at which object: the queue that owns all concurrency and all waiting. Must not know
/// what a look decides.
@NullMarked
package dev.sluice.controller.loop;

import org.jspecify.annotations.NullMarked;

/// Which of several controllers works: the one that holds a Lease. Must not know what the work is.
@NullMarked
package dev.sluice.controller.lease;

import org.jspecify.annotations.NullMarked;

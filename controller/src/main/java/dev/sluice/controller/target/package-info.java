/// Reads the workload that a user edits and makes what stands beside it: its primary, its tracked
/// config and its autoscaler. Must not know where traffic goes.
@NullMarked
package dev.sluice.controller.target;

import org.jspecify.annotations.NullMarked;

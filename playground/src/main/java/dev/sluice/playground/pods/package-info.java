/// What people do with a pod besides reading its object: its log, connections to its ports. Must
/// not know workloads or routes.
@NullMarked
package dev.sluice.playground.pods;

import org.jspecify.annotations.NullMarked;

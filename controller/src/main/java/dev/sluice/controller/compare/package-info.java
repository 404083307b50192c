/// Follows runs under analysis: asks the metric sources for the counters of canaries and primaries
/// at every tick, has them compared, and tells when the verdict changes. Must not know what is done
/// about a verdict, nor the cluster.
@NullMarked
package dev.sluice.controller.compare;

import org.jspecify.annotations.NullMarked;

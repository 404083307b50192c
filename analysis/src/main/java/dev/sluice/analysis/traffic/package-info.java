/// From the counters of a mesh, as scraped, to what a judge takes in: whose requests count, for
/// which side, and which of them failed. Pure but for [RawCounters], which asks.
@NullMarked
package dev.sluice.analysis.traffic;

import org.jspecify.annotations.NullMarked;

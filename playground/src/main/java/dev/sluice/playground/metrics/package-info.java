/// The playground's metrics: what the network counts, how Prometheus reads it, and an embedded
/// answer to the usual PromQL where there is no Prometheus. Must not know what the numbers mean.
@NullMarked
package dev.sluice.playground.metrics;

import org.jspecify.annotations.NullMarked;

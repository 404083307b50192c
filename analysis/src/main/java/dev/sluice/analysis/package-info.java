/// Judges samples, and fetches them from metric providers through one HTTP port. Must not know
/// Kubernetes.
@NullMarked
package dev.sluice.analysis;

import org.jspecify.annotations.NullMarked;

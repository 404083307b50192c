/// The one port to a Kubernetes cluster, its failures as values, and its real implementation. Must
/// not know what a rollout or a Git sync is.
@NullMarked
package dev.sluice.controller.cluster;

import org.jspecify.annotations.NullMarked;

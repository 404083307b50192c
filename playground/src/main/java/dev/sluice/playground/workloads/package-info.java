/// What a cluster's controller manager, scheduler and kubelets do: Deployments get ReplicaSets and
/// Pods that become ready, Services get endpoints. Must not know what a rollout is, nor how traffic
/// is routed.
@NullMarked
package dev.sluice.playground.workloads;

import org.jspecify.annotations.NullMarked;

/// The cluster's network: routes requests as Istio's sidecars and gateways do, carries them over
/// HTTP or only counts them, and records Istio's metrics. Must not know Sluice's own mesh code or
/// any controller, or a test against it would prove nothing.
@NullMarked
package dev.sluice.playground.network;

import org.jspecify.annotations.NullMarked;

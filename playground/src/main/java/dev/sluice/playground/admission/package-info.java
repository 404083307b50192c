/// What Istio's admission webhook says about VirtualServices, DestinationRules and Gateways, in its
/// own words and against the whole object. The controller's own checks speak of a Canary's fields
/// in words for its author, and live with the mesh that writes the routes; this package must not
/// know them, or a test against it would prove nothing.
@NullMarked
package dev.sluice.playground.admission;

import org.jspecify.annotations.NullMarked;

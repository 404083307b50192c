/// Sluice's and Flagger's custom resources as records; the schemas in `deploy/crds` are made from
/// them. Must not know any Kubernetes client.
@NullMarked
package dev.sluice.crds;

import org.jspecify.annotations.NullMarked;

/// What the process shows of itself over HTTP: health, readiness and metrics. Must not know what a
/// rollout is.
@NullMarked
package dev.sluice.controller.server;

import org.jspecify.annotations.NullMarked;

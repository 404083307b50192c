/// Calls the webhooks of a Canary as Flagger does: payload, timeout, retries. Must not know what a
/// refusal means for a rollout.
@NullMarked
package dev.sluice.controller.webhook;

import org.jspecify.annotations.NullMarked;

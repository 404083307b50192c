/// Tells people what a rollout did: Events, alerts, event webhooks, figures. Must not decide
/// anything.
@NullMarked
package dev.sluice.controller.report;

import org.jspecify.annotations.NullMarked;

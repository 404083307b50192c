/// The one way out of the process by HTTP, for metrics, webhooks and alerts. Must not know what any
/// request is for.
@NullMarked
package dev.sluice.controller.http;

import org.jspecify.annotations.NullMarked;

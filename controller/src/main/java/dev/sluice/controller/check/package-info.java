/// What a check of a canary asks for: its metrics and webhooks, read from its spec, asked of the
/// outside and judged. Must not know what an answer means for a rollout.
@NullMarked
package dev.sluice.controller.check;

import org.jspecify.annotations.NullMarked;

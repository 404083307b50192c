/// A sink for Slack messages, so that alerts can be seen without an account. Must not know who
/// sends them.
@NullMarked
package dev.sluice.playground.slack;

import org.jspecify.annotations.NullMarked;

/// The controller's real parts on a clock that only the test moves. Must not know what a test is
/// about.
@NullMarked
package dev.sluice.controller.virtual;

import org.jspecify.annotations.NullMarked;

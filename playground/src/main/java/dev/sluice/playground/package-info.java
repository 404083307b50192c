/// A whole small world in one process, to try and to test delivery against. Must not know the
/// controller.
@NullMarked
package dev.sluice.playground;

import org.jspecify.annotations.NullMarked;

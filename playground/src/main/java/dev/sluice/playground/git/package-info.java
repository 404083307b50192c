/// The Git repository that a playground delivers from, and its server. Must not know what the files
/// in it mean.
@NullMarked
package dev.sluice.playground.git;

import org.jspecify.annotations.NullMarked;

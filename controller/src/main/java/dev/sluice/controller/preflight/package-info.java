/// What the controller would make of Canaries that it has not been given yet: found in files or in
/// a cluster, judged by its own code. Must not write anything anywhere, nor have rules of its own.
@NullMarked
package dev.sluice.controller.preflight;

import org.jspecify.annotations.NullMarked;

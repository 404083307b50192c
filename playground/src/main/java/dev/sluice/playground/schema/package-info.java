/// What objects may look like: built-in kinds as data, custom kinds from their definitions; unknown
/// fields, pruning, defaults, validation. Pure. Must not know paths, verbs, storage or patches.
@NullMarked
package dev.sluice.playground.schema;

import org.jspecify.annotations.NullMarked;

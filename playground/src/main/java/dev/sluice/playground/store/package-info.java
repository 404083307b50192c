/// Keeps the playground's objects: one version counter, one history, one writer at a time. Must not
/// know HTTP, verbs, schemas or what any kind means.
@NullMarked
package dev.sluice.playground.store;

import org.jspecify.annotations.NullMarked;

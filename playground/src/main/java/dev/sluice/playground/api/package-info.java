/// The Kubernetes API: paths, verbs, discovery, tables, watches; first without HTTP, then over it.
/// Must not know what any kind means to a controller.
@NullMarked
package dev.sluice.playground.api;

import org.jspecify.annotations.NullMarked;

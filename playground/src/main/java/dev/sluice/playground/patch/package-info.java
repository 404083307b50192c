/// How a write changes an object: JSON, merge and strategic patches, server-side apply and who owns
/// which field. Pure. Must not know paths, verbs or storage.
@NullMarked
package dev.sluice.playground.patch;

import org.jspecify.annotations.NullMarked;

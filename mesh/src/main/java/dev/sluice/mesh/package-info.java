/// Turns a traffic split into the objects of one mesh and reads it back from live objects. Must not
/// call anything.
@NullMarked
package dev.sluice.mesh;

import org.jspecify.annotations.NullMarked;

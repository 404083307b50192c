/// The Services and the objects of the mesh that lead to a canary and its primary. Must not know
/// when they change.
@NullMarked
package dev.sluice.controller.routing;

import org.jspecify.annotations.NullMarked;

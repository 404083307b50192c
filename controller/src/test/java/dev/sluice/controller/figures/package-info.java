/// What Sluice costs, measured; `.ci/figures` runs it. Must not assert anything about speed inside
/// the build.
@NullMarked
package dev.sluice.controller.figures;

import org.jspecify.annotations.NullMarked;

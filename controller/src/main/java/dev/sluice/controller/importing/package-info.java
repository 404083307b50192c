/// Turns manifests of other engines into ours, and tells what could not be carried over. Knows no
/// cluster; nothing here reads a file or prints.
@NullMarked
package dev.sluice.controller.importing;

import org.jspecify.annotations.NullMarked;

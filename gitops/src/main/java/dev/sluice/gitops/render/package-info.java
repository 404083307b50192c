/// Turns the files of a commit into the objects they ask for. Must not know how they were fetched
/// or what the cluster holds.
@NullMarked
package dev.sluice.gitops.render;

import org.jspecify.annotations.NullMarked;

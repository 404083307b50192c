/// From a commit to desired objects to an ordered plan; its failures as values. Must not write to a
/// cluster.
@NullMarked
package dev.sluice.gitops;

import org.jspecify.annotations.NullMarked;

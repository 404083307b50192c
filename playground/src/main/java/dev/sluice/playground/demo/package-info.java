/// The story that a newcomer watches: commits releases, makes traffic, and shows what becomes of
/// them. Must not know the controller; it sees what any user of the cluster sees.
@NullMarked
package dev.sluice.playground.demo;

import org.jspecify.annotations.NullMarked;

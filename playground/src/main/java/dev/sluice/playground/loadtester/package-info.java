/// A load tester that takes the requests of Flagger's: tasks, gates, rollback switches. Must not
/// know who calls it, nor reach anything but the cluster's network.
@NullMarked
package dev.sluice.playground.loadtester;

import org.jspecify.annotations.NullMarked;

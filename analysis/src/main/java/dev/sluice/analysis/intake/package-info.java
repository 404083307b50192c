/// Turns cumulative counters, as a scraper saw them, into what happened between two looks: every
/// request once, whatever the scraper did. Must not know what the counts are judged by.
@NullMarked
package dev.sluice.analysis.intake;

import org.jspecify.annotations.NullMarked;

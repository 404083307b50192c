/// Judges what a scraper has recorded, as it would have been judged then. Must not know the
/// network.
@NullMarked
package dev.sluice.analysis.replay;

import org.jspecify.annotations.NullMarked;

/// Counters and histograms of users' own, of a canary and its primary, made comparable: what to ask
/// for, and what the answer counts. Pure but for the asking, which goes through a source.
@NullMarked
package dev.sluice.analysis.counters;

import org.jspecify.annotations.NullMarked;

/// How often the judge is wrong, and how late, in a simulated world; the figures are in
/// `docs/explanation/analysis-figures.md`.
@NullMarked
package dev.sluice.analysis.benchmark;

import org.jspecify.annotations.NullMarked;

/// Compares a canary with its primary, so that looking often costs no false rollbacks: evidence is
/// an e-process, whose chance of ever reaching 1/α without cause is at most α. Pure arithmetic over
/// counts; must not know where they come from, nor Kubernetes. The formulas and what they were
/// measured to do are in `docs/explanation/analysis.md`.
@NullMarked
package dev.sluice.analysis.compare;

import org.jspecify.annotations.NullMarked;

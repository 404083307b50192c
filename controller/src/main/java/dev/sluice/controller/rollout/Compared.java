package dev.sluice.controller.rollout;

import dev.sluice.analysis.Verdict;
import java.time.Instant;
import java.util.OptionalDouble;

/// What the comparison of a run with the live primary came to at its last look.
///
/// @param run id of the run it is about; one about another run says nothing
/// @param verdict at that look
/// @param excessAtMost by how large a share of its requests the canary is at most worse than 1.5
///   times its primary; empty while nothing can be said
/// @param at when that look was
public record Compared(String run, Verdict verdict, OptionalDouble excessAtMost, Instant at) {}

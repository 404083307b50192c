package dev.sluice.controller.compare;

import dev.sluice.analysis.Verdict;
import java.time.Instant;
import java.util.OptionalDouble;

/// What a look at a comparison amounted to.
///
/// @param verdict once it is a rollback it stays one, until the comparison begins anew
/// @param excessAtMost by how large a share of its requests the canary is at most worse than 1.5
///   times its primary, for [dev.sluice.analysis.compare.RiskBudget]; empty while nothing can be
///   said
/// @param looked up to when samples count in the verdict
/// @param canaryRequests of the canary since its first traffic
public record Compared(
    Verdict verdict, OptionalDouble excessAtMost, Instant looked, long canaryRequests) {}

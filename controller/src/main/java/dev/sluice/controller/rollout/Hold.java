package dev.sluice.controller.rollout;

import java.time.Instant;

/// Why a rollout does not go on, until it does. The phase and the traffic stay as they are.
///
/// @param message what was seen, what is expected, what to do
/// @param since when it began
/// @param alerted whether the people on call have been told; where no alert is due, whether an
///   Event has told anybody
public record Hold(HoldReason reason, String message, Instant since, boolean alerted) {}

package dev.sluice.analysis;

import java.time.Duration;
import java.util.OptionalInt;

/// What is borne of one metric, where it does not simply count with all others.
///
/// @param failures looks of one run that may fail; the next one takes the traffic away. Empty: they
///   count to the threshold of the whole analysis
/// @param errorsInRow looks, one after the other, at which the source may have no answer; the next
///   one takes the traffic away. Empty: any number, as the policy says
/// @param inconclusive looks of one run that may find no data; the next one holds the run until a
///   person decides. Empty: no data is what the policy says
/// @param dryRun whether it is only shown, whatever it comes to
/// @param initialDelay how long the revision must have had traffic before it is looked at
public record Limits(
    OptionalInt failures,
    OptionalInt errorsInRow,
    OptionalInt inconclusive,
    boolean dryRun,
    Duration initialDelay) {

  /// As Flagger has it.
  public static final Limits NONE =
      new Limits(
          OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty(), false, Duration.ZERO);

  /// Whether looks at it are counted for itself.
  public boolean counts() {
    return dryRun || failures.isPresent() || errorsInRow.isPresent() || inconclusive.isPresent();
  }
}

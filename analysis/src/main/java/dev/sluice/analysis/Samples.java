package dev.sluice.analysis;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a source answered when it was asked for samples as they were scraped, with their own times.
public sealed interface Samples {

  /// @param runs empty when there are no series in the span
  /// @param warning what the source had to say about them, such as that a part could not be
  ///   reached; empty for nothing
  record Runs(List<Run> runs, String warning) implements Samples {
    public Runs {
      runs = List.copyOf(runs);
    }
  }

  /// There is more than is taken at once: ask for a shorter span, or for fewer series.
  ///
  /// @param why one clause without secrets
  record TooMuch(String why) implements Samples {}

  /// The source is healthy and cannot answer this question, today or tomorrow.
  ///
  /// @param why one clause without secrets
  record Refused(String why) implements Samples {}

  /// The source could not be asked; says nothing about the release.
  ///
  /// @param why one clause without secrets
  record Unavailable(String why) implements Samples {}

  /// One series; labels that are not set are absent.
  ///
  /// @param times in milliseconds since 1970, ascending, each once. Not copied: not to be changed
  /// @param values of the same length, never NaN. Not copied: not to be changed
  record Run(Map<String, String> labels, long[] times, double[] values) {
    public Run {
      labels = Map.copyOf(labels);
      if (times.length != values.length) {
        throw new IllegalArgumentException("each sample has a time and a value");
      }
    }

    /// The upper bound of a histogram's bucket, infinite for the last; NaN for what is none.
    public double bound() {
      var le = labels.getOrDefault("le", "");
      try {
        return le.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(le);
      } catch (NumberFormatException _) {
        return Double.NaN;
      }
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Run(var otherLabels, var otherTimes, var otherValues)
          && labels.equals(otherLabels)
          && Arrays.equals(times, otherTimes)
          && Arrays.equals(values, otherValues);
    }

    @Override
    public int hashCode() {
      return 31 * labels.hashCode() + Arrays.hashCode(times);
    }

    @Override
    public String toString() {
      return labels + " " + Arrays.toString(times) + " " + Arrays.toString(values);
    }
  }
}

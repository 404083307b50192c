package dev.sluice.crds;

import dev.sluice.crds.shape.Field;
import dev.sluice.crds.shape.Rule;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One of the steps that a release takes in order, instead of even ones: exactly one of
/// `setWeight`, `pause` and `analysis`.
@Rule.OneOf({"setWeight", "pause", "analysis"})
public record AnalysisStep(
    @Field(
            value =
                "The canary's share of the traffic from here on, in percent; it may be less than"
                    + " before. Left once proxies obey it and a check has passed.",
            minimum = 0,
            maximum = 100)
        @Nullable Integer setWeight,
    @Field("Waits, while the checks go on: `{}` until a person resumes it.") @Nullable Pause pause,
    @Field("Left once so many checks have passed; `{}` is one.") @Nullable Look analysis,
    @Field(
            value =
                "Time between two checks while this step lasts; `spec.analysis.interval` when"
                    + " absent.",
            pattern = Comparison.DURATION)
        @Nullable String interval) {

  /// A step at which the weight stays for a time, or until a person says otherwise.
  public record Pause(
      @Field(
              value = "How long, such as `10m`; until a person resumes it when absent.",
              pattern = Comparison.DURATION)
          @Nullable String duration) {

    /// @return empty for until a person resumes it
    /// @throws IllegalArgumentException if the text is no duration
    public Optional<Duration> length() {
      return Optional.ofNullable(duration).filter(text -> !text.isEmpty()).map(GoDuration::parse);
    }
  }

  /// A step that is about checks.
  public record Look(
      @Field(
              value = "How many checks must pass, one every interval; 1 when absent.",
              minimum = 1,
              maximum = 10_080)
          @Nullable Integer count,
      @Field(
              value =
                  "Names of the metrics of `spec.analysis.metrics` that are judged at this step; all"
                      + " when absent.",
              maxItems = 100)
          List<String> metrics) {

    public Look {
      metrics = List.copyOf(metrics);
    }

    /// Checks that must pass; 1 when absent.
    public int looks() {
      return count == null ? 1 : count;
    }
  }

  /// Time between two checks.
  ///
  /// @return empty for that of the analysis
  /// @throws IllegalArgumentException if the text is no duration
  public Optional<Duration> every() {
    return Optional.ofNullable(interval).filter(text -> !text.isEmpty()).map(GoDuration::parse);
  }
}

package dev.sluice.crds;

import dev.sluice.crds.shape.Field;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a canary is compared with the live primary. Every field has a default, so that `{}` turns
/// the comparison on; names and units are those of `./sluice judge`, on which it can be rehearsed.
public record Comparison(
    @Field(
            value =
                "Percent of the requests that the service promises to serve (its SLO); 99.9 when"
                    + " absent. The errors that are tolerated, and what a step may risk, follow.",
            minimum = 50,
            maximum = 99.9999)
        @Nullable Double objective,
    @Field(
            value =
                "The chance that a release within the tolerance is ever rolled back is at most"
                    + " this; 0.01 when absent.",
            minimum = 0.001,
            maximum = 0.5)
        @Nullable Double alpha,
    @Field(
            value =
                "Tolerated are errors up to theta times the primary's share plus delta; 1.1 when"
                    + " absent.",
            minimum = 1,
            maximum = 1000)
        @Nullable Double theta,
    @Field(
            value =
                "A share of the requests, beside theta; a tenth of what the objective lets fail"
                    + " when absent, 0.0001 of 99.9 %.",
            minimum = 0,
            maximum = 0.99)
        @Nullable Double delta,
    @Field(
            value = "As theta, of requests slower than a bound; 1.5 when absent.",
            minimum = 1,
            maximum = 1000)
        @Nullable Double latencyTheta,
    @Field(
            value = "As delta, of requests slower than a bound; 0.005 when absent.",
            minimum = 0,
            maximum = 0.99)
        @Nullable Double latencyDelta,
    @Field(
            value =
                "A release is safe to promote when it is known, with 95 % certainty, to be worse"
                    + " than 1.5 times the primary by at most this share of the requests; 0.005"
                    + " when absent.",
            minimum = 0.001,
            maximum = 0.9)
        @Nullable Double margin,
    @Field(
            value =
                "Percent of the requests that must succeed while there is no primary to compare"
                    + " with; when absent the least value of `request-success-rate`, else 99.",
            minimum = 1,
            maximum = 99.9999)
        @Nullable Double minSuccessRate,
    @Field(
            value =
                "A latency in milliseconds at which both are always compared (the histogram's"
                    + " nearest bound), 0 for none; when absent the greatest value of"
                    + " `request-duration`, else 500.",
            minimum = 0,
            maximum = 1_000_000_000)
        @Nullable Double sloLatency,
    @Field(
            value =
                "Compare at these bounds of the histogram, in milliseconds; when absent at those"
                    + " nearest to which 20, 5 and 1 % of the primary's requests are slower.",
            minimum = 0.001,
            maximum = 1_000_000_000,
            maxItems = 10)
        List<Double> bounds,
    @Field("Hold a release whose latency cannot be compared.") boolean requireLatency,
    @Field(
            value =
                "For so long after its first request a canary is tolerated four times the"
                    + " primary's share, plus 2 % errors and 10 % slow requests; 0s when absent.",
            pattern = Comparison.DURATION)
        @Nullable String warmUp,
    @Field(
            value =
                "Time between two looks, from 1s to an hour; the controller's `--scrape-interval`"
                    + " when absent, and never below it.",
            pattern = Comparison.DURATION)
        @Nullable String tick,
    @Field(
            value =
                "Lets a release that is very well known to be no worse (0.2 % of the requests at"
                    + " most) take its next step this soon; when absent no step is taken before"
                    + " the interval is over.",
            pattern = Comparison.DURATION)
        @Nullable String minWait,
    @Field(
            "What is an error: by the table of `docs/reference/what-counts-as-an-error.md`, or as"
                + " Flagger counts them; `table` when absent.")
        @Nullable ErrorsBy errorsBy,
    @Field("When not enough is known to take a step, nor to roll back.")
        @Nullable Inconclusive inconclusive,
    @Field("When the metrics cannot be asked.") @Nullable Unavailable unavailable) {

  static final String DURATION = "^([0-9]+(h|m|s))+$";
  private static final Duration DEFAULT_PATIENCE = Duration.ofMinutes(30);
  private static final Duration DEFAULT_OUTAGE = Duration.ofMinutes(5);

  /// What `comparison: {}` means.
  public static final Comparison DEFAULT =
      new Comparison(
          null, null, null, null, null, null, null, null, null, List.of(), false, null, null, null,
          null, null, null);

  /// By what is decided what an error is.
  public enum ErrorsBy {
    TABLE("table"),
    FLAGGER("flagger");

    private final String wire;

    ErrorsBy(String wire) {
      this.wire = wire;
    }

    @Override
    public String toString() {
      return wire;
    }
  }

  /// What becomes of a release about which too little is known.
  public enum Unsure {
    HOLD("hold"),
    PROMOTE("promote"),
    ROLLBACK("rollback");

    private final String wire;

    Unsure(String wire) {
      this.wire = wire;
    }

    @Override
    public String toString() {
      return wire;
    }
  }

  /// What becomes of a release whose metrics cannot be asked.
  public enum Blind {
    HOLD("hold"),
    ROLLBACK("rollback");

    private final String wire;

    Blind(String wire) {
      this.wire = wire;
    }

    @Override
    public String toString() {
      return wire;
    }
  }

  /// A step for which the evidence does not come.
  public record Inconclusive(
      @Field(
              value = "How long the evidence for a step is waited for; `30m` when absent.",
              pattern = Comparison.DURATION)
          @Nullable String after,
      @Field(
              "What then: `hold` the weight and alert, `promote`: take the step all the same,"
                  + " unless something speaks against it, or `rollback`; `hold` when absent.")
          @Nullable Unsure then) {

    /// @throws IllegalArgumentException if the text is no duration
    public Duration patience() {
      return duration(after, DEFAULT_PATIENCE);
    }
  }

  /// Metrics that cannot be asked.
  public record Unavailable(
      @Field(
              value = "How long an outage of the metrics may last; `5m` when absent.",
              pattern = Comparison.DURATION)
          @Nullable String after,
      @Field("What then: `hold` the weight, or `rollback`; `hold` when absent.")
          @Nullable Blind then) {

    /// @throws IllegalArgumentException if the text is no duration
    public Duration patience() {
      return duration(after, DEFAULT_OUTAGE);
    }
  }

  private static Duration duration(@Nullable String text, Duration otherwise) {
    return text == null || text.isEmpty() ? otherwise : GoDuration.parse(text);
  }

  /// @throws IllegalArgumentException if the text is no duration
  public Duration warmingUp() {
    return duration(warmUp, Duration.ZERO);
  }

  /// @param scrape how often the metrics are collected
  /// @throws IllegalArgumentException if the text is no duration
  public Duration every(Duration scrape) {
    return duration(tick, scrape);
  }

  /// The soonest step; `otherwise` where none is allowed before it.
  ///
  /// @throws IllegalArgumentException if the text is no duration
  public Duration soonest(Duration otherwise) {
    return duration(minWait, otherwise);
  }

  /// When the comparison of one metric is turned on alone, in its own place.
  public record OfMetric(
      @Field(
              value = "Instead of the theta that `spec.analysis.comparison` has for this metric.",
              minimum = 1,
              maximum = 1000)
          @Nullable Double theta,
      @Field(
              value = "Instead of the delta that `spec.analysis.comparison` has for this metric.",
              minimum = 0,
              maximum = 0.99)
          @Nullable Double delta) {}
}

package dev.sluice.crds;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.crds.shape.Field;
import dev.sluice.crds.shape.Rule;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// How a release is judged, and how fast it proceeds. Numbers are 0 when absent; the methods say
/// what that means.
@Rule.OneOf({
  "interval threshold iterations",
  "interval threshold stepWeight",
  "interval threshold stepWeights",
  "interval threshold steps"
})
@Rule.Check(
    value = "!has(self.steps) || !(has(self.match) || has(self.maxWeight))",
    message = "steps cannot be given together with match or maxWeight")
public record Analysis(
    @Field(value = "Time between two checks, such as `1m`.", pattern = Analysis.INTERVAL)
        @Nullable String interval,
    @Field(value = "Failed checks before a rollback; 1 when absent.", type = "number")
        int threshold,
    @Field(value = "How many checks must pass (A/B testing and blue/green).", type = "number")
        int iterations,
    @Field(value = "Highest share of the canary, in percent; 100 when absent.", type = "number")
        int maxWeight,
    @Field(
            value = "What each passed check adds to the canary's share, in percent.",
            type = "number")
        int stepWeight,
    @Field(value = "The canary's shares in order, in percent.", type = "number")
        List<Integer> stepWeights,
    @Field(
            value =
                "What each step takes back while the primary is updated; all at once when absent.",
            type = "number")
        int stepWeightPromotion,
    @Field("Copies users' requests to the canary before it gets any itself.") boolean mirror,
    @Field(
            value = "Share of the requests that are copied, in percent; all when absent.",
            type = "number")
        int mirrorWeight,
    @Field(
            value = "Share of the primary's pods that must be ready; 100 when absent.",
            type = "number")
        @Nullable Integer primaryReadyThreshold,
    @Field(
            value = "Share of the canary's pods that must be ready; 100 when absent.",
            type = "number")
        @Nullable Integer canaryReadyThreshold,
    @Field(value = "Who gets the canary (A/B testing).", shape = IstioShapes.AnalysisMatch.class)
        List<JsonNode> match,
    @Field("What is measured.") List<Metric> metrics,
    @Field("Who is told.") List<Alert> alerts,
    @Field("What is called on the way.") List<Webhook> webhooks,
    @Field("Keeps a user on the side that answered first.")
        @Nullable SessionAffinity sessionAffinity,
    @Field("Sluice: what a metric without data means; `fail`, as in Flagger, when absent.")
        @Nullable NoData onNoData,
    @Field("Sluice: what an unreachable metric source means; `hold` when absent.")
        @Nullable Outage onUnavailable,
    @Field(
            "Sluice: compares the canary with the live primary, by errors and latency, instead of"
                + " holding its own figures against ranges; `{}` turns it on.")
        @Nullable Comparison comparison,
    @Field(
            value =
                "Sluice: what a release goes through in order, instead of stepWeight or stepWeights.",
            maxItems = 100)
        List<AnalysisStep> steps,
    @Field(
            value =
                "Sluice: how long the analysis of a release may take, waiting for people included,"
                    + " before it is rolled back; for ever when absent.",
            pattern = Comparison.DURATION)
        @Nullable String maxDuration) {

  /// The built-in metrics.
  public static final String SUCCESS_RATE = "request-success-rate";

  public static final String DURATION = "request-duration";

  /// A week of minutes; whoever bears more made a mistake.
  public static final int MOST_LOOKS = 10_080;

  static final String INTERVAL = "^[0-9]+(m|s)";
  private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(60);
  private static final Duration DEFAULT_METRIC_INTERVAL = Duration.ofMinutes(1);
  private static final Duration DEFAULT_WEBHOOK_TIMEOUT = Duration.ofSeconds(10);

  public Analysis {
    onNoData = onNoData == null ? NoData.FAIL : onNoData;
    onUnavailable = onUnavailable == null ? Outage.HOLD : onUnavailable;
  }

  /// The kind of release that the fields ask for; a pure function of them, as in Flagger.
  public Strategy strategy() {
    if (iterations > 0) {
      return match.isEmpty() ? Strategy.BLUE_GREEN : Strategy.AB_TESTING;
    }
    return Strategy.CANARY;
  }

  /// Time between two checks, without the controller's lower bound; a minute when absent.
  ///
  /// @throws IllegalArgumentException if the text is no duration
  public Duration every() {
    return interval == null || interval.isEmpty() ? DEFAULT_INTERVAL : GoDuration.parse(interval);
  }

  /// How long an analysis may take.
  ///
  /// @return empty for as long as it needs
  /// @throws IllegalArgumentException if the text is no duration
  public Optional<Duration> longest() {
    return Optional.ofNullable(maxDuration).filter(text -> !text.isEmpty()).map(GoDuration::parse);
  }

  /// Failed checks that end the run; at least 1.
  public int failuresAllowed() {
    return Math.max(1, threshold);
  }

  /// The canary's shares in order, in percent, where the manifest lists them.
  public List<Integer> listedWeights() {
    return steps.isEmpty()
        ? stepWeights
        : steps.stream().flatMap(step -> Stream.ofNullable(step.setWeight())).toList();
  }

  /// The highest share that the canary reaches before it is promoted; 0 to 100.
  public int highestWeight() {
    if (!steps.isEmpty()) {
      return Math.clamp(
          listedWeights().stream().mapToInt(Integer::intValue).max().orElse(0), 0, 100);
    }
    if (!stepWeights.isEmpty()) {
      return Math.clamp(stepWeights.getLast(), 0, 100);
    }
    return maxWeight > 0 ? Math.min(100, maxWeight) : 100;
  }

  /// 0 to 100.
  public int primaryReadyPercent() {
    return primaryReadyThreshold == null ? 100 : Math.clamp(primaryReadyThreshold, 0, 100);
  }

  /// 0 to 100.
  public int canaryReadyPercent() {
    return canaryReadyThreshold == null ? 100 : Math.clamp(canaryReadyThreshold, 0, 100);
  }

  /// Whether this metric is compared with the primary instead of being held against its range:
  /// where none says so for itself, the comparison of the whole analysis is of both built-in ones.
  public boolean compares(Metric metric) {
    return metric.comparison() != null
        || (comparison != null
            && metrics.stream().allMatch(m -> m.comparison() == null)
            && (metric.name().equals(SUCCESS_RATE) || metric.name().equals(DURATION)));
  }

  /// Whether a built-in metric is compared, listed or not.
  ///
  /// @param name one of the built-in metrics
  public boolean compares(String name) {
    var chosen = metrics.stream().filter(metric -> metric.comparison() != null).toList();
    return chosen.isEmpty()
        ? comparison != null
        : chosen.stream().anyMatch(metric -> metric.name().equals(name));
  }

  /// Whether what the mesh counts is compared: errors, and durations where their metric is.
  public boolean comparesRequests() {
    return compares(SUCCESS_RATE) || compares(DURATION);
  }

  /// The metrics that are compared by counters of users' own, in the order of the manifest.
  public List<Metric> comparedByTemplate() {
    return metrics.stream()
        .filter(metric -> metric.comparison() != null && metric.templateRef() != null)
        .filter(metric -> !metric.name().equals(SUCCESS_RATE) && !metric.name().equals(DURATION))
        .toList();
  }

  /// Webhooks of one type, in the order of the manifest.
  public List<Webhook> webhooks(WebhookType type) {
    return webhooks.stream().filter(webhook -> webhook.kind() == type).toList();
  }

  public enum Strategy {
    CANARY("canary"),
    AB_TESTING("ab-testing"),
    BLUE_GREEN("blue-green");

    private final String wire;

    Strategy(String wire) {
      this.wire = wire;
    }

    @Override
    public String toString() {
      return wire;
    }
  }

  public enum NoData {
    FAIL("fail"),
    HOLD("hold"),
    PASS("pass");

    private final String wire;

    NoData(String wire) {
      this.wire = wire;
    }

    @Override
    public String toString() {
      return wire;
    }
  }

  public enum Outage {
    HOLD("hold"),
    FAIL("fail");

    private final String wire;

    Outage(String wire) {
      this.wire = wire;
    }

    @Override
    public String toString() {
      return wire;
    }
  }

  public record Metric(
      @Field(
              value = "`request-success-rate`, `request-duration`, or a name of your own.",
              required = true)
          String name,
      @Field(value = "Window of the query; `1m` when absent.", pattern = INTERVAL)
          @Nullable String interval,
      @Field("Deprecated: least success rate or greatest duration.") @Nullable Double threshold,
      @Field("Where the value must lie.") @Nullable Range thresholdRange,
      @Field("Deprecated: a query in the manifest itself.") @Nullable String query,
      @Field("The MetricTemplate that holds the query.") @Nullable NameRef templateRef,
      @Field("Variables of the template.") Map<String, String> templateVariables,
      @Field(
              "Sluice: compares this metric with the live primary instead of holding it against its"
                  + " range, and only those that say so; `{}` turns it on.")
          Comparison.@Nullable OfMetric comparison,
      @Field(
              value =
                  "Sluice: so many looks of a run may fail by this metric, and one more rolls back;"
                      + " its failures count to the `threshold` of all when absent.",
              minimum = 0,
              maximum = Analysis.MOST_LOOKS)
          @Nullable Integer failureLimit,
      @Field(
              value =
                  "Sluice: so many looks in a row may get no answer of the metric's source, and one"
                      + " more rolls back; `onUnavailable` says what that means when absent.",
              minimum = 0,
              maximum = Analysis.MOST_LOOKS)
          @Nullable Integer consecutiveErrorLimit,
      @Field(
              value =
                  "Sluice: so many looks of a run may find no data, and one more holds it until a"
                      + " person decides; `onNoData` says what that means when absent.",
              minimum = 0,
              maximum = Analysis.MOST_LOOKS)
          @Nullable Integer inconclusiveLimit,
      @Field("Sluice: measured and shown, but never a reason to stop, hold or roll back.")
          boolean dryRun,
      @Field(
              value =
                  "Sluice: not looked at before the revision has had traffic for so long; nothing"
                      + " is promoted before.",
              pattern = INTERVAL)
          @Nullable String initialDelay) {

    /// How long the revision has traffic before this is looked at; zero when absent.
    ///
    /// @throws IllegalArgumentException if the text is no duration
    public Duration delay() {
      return initialDelay == null || initialDelay.isEmpty()
          ? Duration.ZERO
          : GoDuration.parse(initialDelay);
    }

    /// @throws IllegalArgumentException if the text is no duration
    public Duration window() {
      return interval == null || interval.isEmpty()
          ? DEFAULT_METRIC_INTERVAL
          : GoDuration.parse(interval);
    }

    /// The window as queries write it.
    public String windowText() {
      return interval == null || interval.isEmpty() ? "1m" : interval;
    }
  }

  public record Range(
      @Field("Least value that passes.") @Nullable Double min,
      @Field("Greatest value that passes.") @Nullable Double max) {}

  public record Alert(
      @Field(value = "Name of the alert.", required = true) String name,
      @Field(value = "Least severity to send; `info` when absent.", orEmpty = true)
          @Nullable Severity severity,
      @Field(value = "The AlertProvider that sends it.", required = true) ProviderRef providerRef) {

    public Severity leastSeverity() {
      return severity == null ? Severity.INFO : severity;
    }
  }

  public record ProviderRef(
      @Field(value = "Name of the AlertProvider.", required = true) String name,
      @Field("Namespace of the AlertProvider; the Canary's own when absent.")
          @Nullable String namespace) {

    /// @param home the Canary's namespace
    public ObjectRef in(String home) {
      return new NameRef(name, namespace).in(home);
    }
  }

  /// In rising order.
  public enum Severity {
    INFO("info"),
    WARN("warn"),
    ERROR("error");

    private final String wire;

    Severity(String wire) {
      this.wire = wire;
    }

    /// Whether something this severe passes a filter.
    public boolean atLeast(Severity least) {
      return compareTo(least) >= 0;
    }

    @Override
    public String toString() {
      return wire;
    }
  }

  public record Webhook(
      @Field(value = "When it is called; `rollout`, at every check, when absent.", orEmpty = true)
          @Nullable WebhookType type,
      @Field(value = "Name of the webhook.", required = true) String name,
      @Field(value = "Where the payload is sent.", required = true) String url,
      @Field("Send no alert when it fails.") boolean muteAlert,
      @Field(value = "How long to wait for the answer; `10s` when absent.", pattern = INTERVAL)
          @Nullable String timeout,
      @Field(value = "How often a failed call is tried again.", type = "number") int retries,
      @Field("Accept any certificate.") boolean disableTLS,
      @Field("Passed on in the payload.") Map<String, String> metadata) {

    public WebhookType kind() {
      return type == null ? WebhookType.ROLLOUT : type;
    }

    /// @throws IllegalArgumentException if the text is no duration
    public Duration patience() {
      return timeout == null || timeout.isEmpty()
          ? DEFAULT_WEBHOOK_TIMEOUT
          : GoDuration.parse(timeout);
    }
  }

  public enum WebhookType {
    ROLLOUT("rollout"),
    PRE_ROLLOUT("pre-rollout"),
    POST_ROLLOUT("post-rollout"),
    CONFIRM_ROLLOUT("confirm-rollout"),
    CONFIRM_TRAFFIC_INCREASE("confirm-traffic-increase"),
    CONFIRM_PROMOTION("confirm-promotion"),
    ROLLBACK("rollback"),
    EVENT("event");

    private final String wire;

    WebhookType(String wire) {
      this.wire = wire;
    }

    @Override
    public String toString() {
      return wire;
    }
  }

  public record SessionAffinity(
      @Field(value = "Name of the canary's cookie.", required = true) String cookieName,
      @Field("Name of the primary's cookie.") @Nullable String primaryCookieName,
      @Field("Domain of the cookies.") @Nullable String domain,
      @Field("Hide the cookies from scripts.") boolean httpOnly,
      @Field(
              value = "Lifetime of the canary's cookie in seconds.",
              type = "number",
              byDefault = "86400")
          @Nullable Integer maxAge,
      @Field("Keep the cookies apart by top-level site.") boolean partitioned,
      @Field("Path of the cookies.") @Nullable String path,
      @Field(
              value = "When browsers send the cookies to other sites.",
              values = {"Strict", "Lax", "None"})
          @Nullable String sameSite,
      @Field("Only over HTTPS.") boolean secure) {

    /// In seconds; a day when absent or 0.
    public int lifetime() {
      return Optional.ofNullable(maxAge).filter(seconds -> seconds != 0).orElse(86_400);
    }
  }
}

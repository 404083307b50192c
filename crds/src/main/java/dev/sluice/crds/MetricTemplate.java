package dev.sluice.crds;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.crds.shape.Binding;
import dev.sluice.crds.shape.CustomResource;
import dev.sluice.crds.shape.CustomResource.Column;
import dev.sluice.crds.shape.Field;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A query that Canaries share: Flagger's kind.
@CustomResource(
    group = "flagger.app",
    version = "v1beta1",
    kind = "MetricTemplate",
    plural = "metrictemplates",
    categories = "all",
    optionalSpec = true,
    description = "A metric query that Canaries share.",
    columns = @Column(name = "Provider", path = ".spec.provider.type"))
public record MetricTemplate(
    @Field(value = "Standard object metadata.", required = true) Metadata metadata,
    @Field(value = "The query and who answers it.", required = true) Spec spec) {

  /// @throws dev.sluice.crds.shape.Unreadable naming the field that is not what it should be
  public static MetricTemplate read(JsonNode object) {
    return Binding.read(MetricTemplate.class, object);
  }

  public ObjectRef ref() {
    return metadata.ref();
  }

  public record Spec(
      @Field(value = "Who answers the query.", required = true) Provider provider,
      @Field("The query, with `{{ variables }}`; may be absent beside a `comparison`.")
          @Nullable String query,
      @Field(
              "Sluice: what is compared with the primary where a Canary's metric has a `comparison`,"
                  + " instead of asking the query.")
          @Nullable Counters comparison) {}

  /// Two counters, or a histogram and a bound.
  public record Counters(
      @Field(
              "Selector of a counter of what is bad, such as"
                  + " `orders_failed_total{deployment=\"{{ target }}\"}`; `{{ target }}` stands in one"
                  + " label.")
          @Nullable String numerator,
      @Field("Selector of a counter of all, of which the numerator counts a part.")
          @Nullable String denominator,
      @Field(
              "Instead of counters: selector of a histogram, without `_bucket`; what is above the"
                  + " bound is bad.")
          @Nullable String histogram,
      @Field(
              value = "A bound that the histogram has (`le`), in its unit.",
              minimum = 0.000000001,
              maximum = 1_000_000_000)
          @Nullable Double bound) {}

  public record Provider(
      @Field(
              value = "Kind of source.",
              required = true,
              values = {
                "prometheus",
                "influxdb",
                "datadog",
                "externalmetrics",
                "stackdriver",
                "cloudwatch",
                "newrelic",
                "graphite",
                "dynatrace",
                "keptn",
                "splunk"
              })
          String type,
      @Field("URL of the source.") @Nullable String address,
      @Field("Headers of every request (Prometheus).") Map<String, List<String>> headers,
      @Field("Secret with the credentials, in the template's namespace.")
          @Nullable LocalRef secretRef,
      @Field("Region of the source (CloudWatch).") @Nullable String region,
      @Field("Accept any certificate.") boolean insecureSkipVerify) {}
}

package dev.sluice.controller.check;

import dev.sluice.analysis.Bound;
import dev.sluice.analysis.BuiltIn;
import dev.sluice.analysis.Check;
import dev.sluice.analysis.Credentials;
import dev.sluice.analysis.MeshQueries;
import dev.sluice.analysis.MetricQuery;
import dev.sluice.analysis.NeedsEdit;
import dev.sluice.analysis.Provider;
import dev.sluice.analysis.Providers;
import dev.sluice.analysis.Question;
import dev.sluice.analysis.Template;
import dev.sluice.analysis.Variables;
import dev.sluice.controller.rollout.policy.LimitsReader;
import dev.sluice.controller.rollout.policy.Problem;
import dev.sluice.crds.Analysis;
import dev.sluice.crds.Analysis.Metric;
import dev.sluice.crds.Canary;
import dev.sluice.crds.CanarySpec;
import dev.sluice.crds.GoDuration;
import dev.sluice.crds.LocalRef;
import dev.sluice.crds.MetricTemplate;
import dev.sluice.crds.NameRef;
import dev.sluice.crds.ObjectRef;
import dev.sluice.crds.shape.Unreadable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads the metrics of a spec, and the MetricTemplates they name, into [Checks]. A metric is asked
/// by every way it names: built in, by its own query, by its template. Pure but for the lookups.
public final class ChecksReader {

  /// What a spec's metrics refer to, as the cluster has it now.
  interface Lookup {

    /// @throws Unreadable naming the field that is not what it should be
    Optional<MetricTemplate> template(ObjectRef ref);

    boolean hasSecret(ObjectRef ref);

    /// Why objects of this namespace cannot be referred to; empty when they can.
    Optional<String> closed(String namespace);
  }

  private final Canary canary;
  private final Lookup lookup;
  private final Variables variables;
  private final Provider metricsServer;
  private final List<Checks.Asked> asked = new ArrayList<>();
  private final List<Checks.Own> own = new ArrayList<>();
  private final List<Problem> problems = new ArrayList<>();
  private final List<Problem> warnings = new ArrayList<>();

  /// Of the metric that is being read.
  private boolean dryRun;

  private ChecksReader(Canary canary, String metricsServer, Lookup lookup) {
    this.canary = canary;
    this.lookup = lookup;
    this.variables = variables(canary);
    this.metricsServer = metricsServer(canary, metricsServer);
  }

  /// What answers everything that has no provider of its own.
  ///
  /// @param byDefault of Canaries that name none
  static Provider metricsServer(Canary canary, String byDefault) {
    @Nullable String own = canary.spec().metricsServer();
    return Provider.prometheus(own == null || own.isBlank() ? byDefault : own);
  }

  /// @param mesh whose metrics answer the built-in ones
  /// @param metricsServer of Canaries that name none
  static Checks read(Canary canary, MeshQueries mesh, String metricsServer, Lookup lookup) {
    ChecksReader reader = new ChecksReader(canary, metricsServer, lookup);
    List<Metric> metrics = canary.spec().analysis().metrics();
    if (!metrics.isEmpty() || canary.spec().analysis().comparison() != null) {
      reader.attempt("spec.metricsServer", () -> Providers.check(reader.metricsServer));
    }
    for (int i = 0; i < metrics.size(); i++) {
      reader.dryRun = metrics.get(i).dryRun();
      reader.metric("spec.analysis.metrics[%d]".formatted(i), metrics.get(i), mesh);
    }
    return new Checks(
        reader.metricsServer, reader.asked, reader.own, reader.problems, reader.warnings);
  }

  static Variables variables(Canary canary) {
    CanarySpec spec = canary.spec();
    String target = spec.targetRef().name();
    return new Variables(
        canary.metadata().name(),
        canary.metadata().namespace(),
        target,
        canary.apexName(),
        spec.ingressRef() == null ? target : spec.ingressRef().name(),
        spec.routeRef() == null ? target : spec.routeRef().name());
  }

  private void metric(String field, Metric metric, MeshQueries mesh) {
    Optional<BuiltIn> builtIn = BuiltIn.named(metric.name());
    boolean compared = canary.spec().analysis().compares(metric);
    @Nullable String query = metric.query();
    @Nullable NameRef template = metric.templateRef();
    boolean hasQuery = query != null && !query.isBlank();
    if (builtIn.isEmpty() && !hasQuery && template == null) {
      problem(
          field,
          "metric '%s' is not built in (%s) and has neither a templateRef nor a query"
              .formatted(metric.name(), builtIns()));
    }
    if (builtIn.isPresent() && (hasQuery || template != null)) {
      warnings.add(
          new Problem(
              field + ".name",
              "'%s' is the name of a built-in metric, which is asked besides the query given here"
                  .formatted(metric.name())));
    }
    builtIn
        .filter(_ -> !compared)
        .ifPresent(known ->
            add(field, metric, known.query(mesh, metricsServer), bounds(known), Optional.empty()));
    if (query != null && hasQuery) {
      MetricQuery own =
          MetricQuery.custom(
              "the query of metric '%s'".formatted(metric.name()),
              metricsServer,
              query,
              metric.templateVariables());
      add(field, metric, own, Bound::custom, Optional.empty());
    }
    if (template != null) {
      template(field, metric, template.in(canary.metadata().namespace()));
    }
  }

  private void template(String field, Metric metric, ObjectRef ref) {
    String at = field + ".templateRef";
    Optional<String> closed = lookup.closed(ref.namespace());
    if (closed.isPresent()) {
      problem(at, "MetricTemplate %s is not used: %s".formatted(ref, closed.get()));
      return;
    }
    try {
      Optional<MetricTemplate> found = lookup.template(ref);
      if (found.isEmpty()) {
        problem(at, "MetricTemplate %s does not exist".formatted(ref));
        return;
      }
      found(at, field, metric, found.get());
    } catch (Unreadable e) {
      problem(at, "MetricTemplate %s cannot be read: %s".formatted(ref, e.getMessage()));
    }
  }

  private void found(String at, String field, Metric metric, MetricTemplate template) {
    MetricTemplate.Provider by = template.spec().provider();
    @Nullable String address = by.address();
    Provider provider =
        new Provider(
            by.type(),
            address == null ? "" : address,
            by.headers(),
            Credentials.NONE,
            by.insecureSkipVerify());
    String origin = "MetricTemplate " + template.ref();
    try {
      Providers.check(provider);
    } catch (NeedsEdit e) {
      problem(at, "%s cannot be used: %s: %s".formatted(origin, e.subject(), e.getMessage()));
      return;
    }
    @Nullable LocalRef named = by.secretRef();
    Optional<ObjectRef> secret =
        Optional.ofNullable(named)
            .map(ref -> new ObjectRef(template.ref().namespace(), ref.name()));
    if (secret.isPresent() && !lookup.hasSecret(secret.get())) {
      problem(at, "%s cannot be used: Secret %s does not exist".formatted(origin, secret.get()));
      return;
    }
    if (metric.comparison() != null && BuiltIn.named(metric.name()).isEmpty()) {
      attempt(
          at,
          () ->
              own.add(
                  new OwnCountersReader(origin, provider, metric, variables, canary.primaryName())
                      .read(template.spec().comparison(), secret)));
      return;
    }
    @Nullable String query = template.spec().query();
    if (query == null || query.isBlank()) {
      problem(at, withoutQuery(origin, metric, template));
      return;
    }
    add(
        field,
        metric,
        MetricQuery.custom(origin, provider, query, metric.templateVariables()),
        Bound::custom,
        secret);
  }

  private static String withoutQuery(String origin, Metric metric, MetricTemplate template) {
    return template.spec().comparison() == null
        ? origin + " has no query"
        : "%s has no query, only a comparison: write `comparison: {}` at metric '%s', or a query there"
            .formatted(origin, metric.name());
  }

  /// The values that are good, from `thresholdRange` and the deprecated `threshold`.
  private interface Bounds {
    Bound of(@Nullable Double min, @Nullable Double max, double threshold);
  }

  private static Bounds bounds(BuiltIn known) {
    return known::bound;
  }

  private void add(
      String field, Metric metric, MetricQuery query, Bounds bounds, Optional<ObjectRef> secret) {
    Analysis.@Nullable Range range = metric.thresholdRange();
    @Nullable Double threshold = metric.threshold();
    attempt(
        field,
        () -> {
          Duration window = metric.window();
          Bound bound =
              bounds.of(
                  range == null ? null : range.min(),
                  range == null ? null : range.max(),
                  threshold == null ? 0 : threshold);
          String text = Template.render(query, variables, window);
          warnOfOwnRange(field, query, text, window);
          asked.add(
              new Checks.Asked(
                  new Check(metric.name(), query, bound, window, LimitsReader.limits(metric)),
                  secret));
        });
  }

  private void warnOfOwnRange(String field, MetricQuery query, String text, Duration window) {
    Duration back = Providers.looksBack(new Question(query.provider(), text));
    if (back.compareTo(window) > 0) {
      warnings.add(
          new Problem(
              field,
              "%s looks back %s by itself, so the first check waits until the revision has had traffic for that long; write [{{ interval }}]"
                  .formatted(query.origin(), GoDuration.format(back))));
    }
  }

  private interface Attempt {
    void run() throws NeedsEdit;
  }

  private void attempt(String field, Attempt attempt) {
    try {
      attempt.run();
    } catch (NeedsEdit | IllegalArgumentException e) {
      problem(field, String.valueOf(e.getMessage()));
    }
  }

  /// A dry run that cannot be asked keeps nobody from a release.
  private void problem(String field, String why) {
    (dryRun ? warnings : problems).add(new Problem(field, why));
  }

  private static String builtIns() {
    return Stream.of(BuiltIn.values()).map(BuiltIn::metric).collect(Collectors.joining(", "));
  }
}

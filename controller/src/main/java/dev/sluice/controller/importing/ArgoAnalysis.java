package dev.sluice.controller.importing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// The metrics that a Rollout's analyses are made of: each becomes a MetricTemplate and an entry of
/// `spec.analysis.metrics`.
final class ArgoAnalysis {
  private static final String FOR_EVER = "metrics are looked at for as long as the analysis lasts";

  private final ObjectNode rollout;
  private final Beside templates;
  private final List<Note> notes;
  private final Map<String, ObjectNode> made = new LinkedHashMap<>();
  private final Map<String, ObjectNode> metrics = new LinkedHashMap<>();
  private OptionalLong interval = OptionalLong.empty();
  private Optional<ArgoTraffic.Renamed> renamed = Optional.empty();

  ArgoAnalysis(ObjectNode rollout, Beside templates, List<Note> notes) {
    this.rollout = rollout;
    this.templates = templates;
    this.notes = notes;
  }

  /// From now on queries that name this Service name it as it is called now.
  void rename(Optional<ArgoTraffic.Renamed> service) {
    renamed = service;
  }

  private String renamed(Part where, String field, String text) {
    if (renamed.isEmpty()) {
      return text;
    }
    ArgoTraffic.Renamed service = renamed.get();
    String changed =
        text.replaceAll(
            "(?<![\\w.-])" + Pattern.quote(service.before()) + "(?![\\w-])", service.now());
    if (!changed.equals(text)) {
      where.note(field, "%s is %s now".formatted(service.before(), service.now()));
    }
    return changed;
  }

  /// What is looked at in one step, or all the time.
  ///
  /// @param names of the metrics
  /// @param interval in seconds between two looks
  /// @param count of looks, where it was said
  record Looks(List<String> names, OptionalLong interval, OptionalInt count) {}

  /// An analysis of the Rollout: its templates, with their arguments.
  Looks read(Part analysis) {
    List<Pattern> dry = patterns(analysis, "dryRun");
    JsonNode arguments = analysis.take("args");
    Set<String> names = new LinkedHashSet<>();
    List<Looks> all = new ArrayList<>();
    for (Part reference : analysis.parts("templates")) {
      boolean cluster = reference.take("clusterScope").asBoolean();
      all.addAll(template(reference, reference.text("templateName"), cluster, arguments, dry, 0));
    }
    analysis.without("measurementRetention", "status keeps the last look of each metric");
    analysis.without("analysisRunMetadata", "there are no AnalysisRuns");
    all.forEach(one -> names.addAll(one.names()));
    OptionalLong shortest = all.stream().flatMapToLong(one -> one.interval().stream()).min();
    shortest.ifPresent(
        found -> interval = OptionalLong.of(Math.min(found, interval.orElse(Long.MAX_VALUE))));
    return new Looks(
        List.copyOf(names), shortest, all.stream().flatMapToInt(one -> one.count().stream()).max());
  }

  private List<Looks> template(
      Part where, String name, boolean cluster, JsonNode arguments, List<Pattern> dry, int depth) {
    String kind = cluster ? "ClusterAnalysisTemplate" : "AnalysisTemplate";
    Optional<ObjectNode> found = templates.use(kind, name);
    if (found.isEmpty() || depth > 10) {
      String key = kind + " " + name;
      where.note(
          "",
          found.isEmpty()
              ? key + " is not among the files, so its metrics are missing"
              : key + " refers to templates more than ten deep, which are left out");
      return List.of();
    }
    Part told = Part.of(found.get(), notes);
    Part spec = told.part("spec");
    told.drop("apiVersion", "kind", "metadata", "status");
    Arguments known = Arguments.of(spec.take("args"), arguments, rollout);
    List<Pattern> alsoDry = new ArrayList<>(dry);
    alsoDry.addAll(patterns(spec, "dryRun"));
    spec.without("measurementRetention", "status keeps the last look of each metric");
    List<Looks> all = new ArrayList<>();
    for (Part metric : spec.parts("metrics")) {
      metric(name, metric, known, alsoDry).ifPresent(all::add);
    }
    for (Part inner : spec.parts("templates")) {
      boolean ofCluster = inner.take("clusterScope").asBoolean();
      all.addAll(
          template(inner, inner.text("templateName"), ofCluster, arguments, alsoDry, depth + 1));
    }
    told.rest();
    return all;
  }

  private static List<Pattern> patterns(Part part, String field) {
    List<Pattern> patterns = new ArrayList<>();
    for (Part one : part.parts(field)) {
      String text = one.text("metricName");
      try {
        patterns.add(Pattern.compile(text));
      } catch (PatternSyntaxException e) {
        one.note("metricName", "not carried over: '" + text + "' is no regular expression");
      }
    }
    return patterns;
  }

  private Optional<Looks> metric(String template, Part metric, Arguments known, List<Pattern> dry) {
    String name = metric.text("name");
    Part providers = metric.part("provider");
    Part prometheus = providers.part("prometheus");
    String query = prometheus.text("query").strip();
    if (query.isEmpty()) {
      metric.note(
          "provider",
          "metric '%s' is not carried over: only queries of Prometheus are; a Job or a web request can be a webhook (spec.analysis.webhooks)"
              .formatted(name));
      providers.dropRest();
      metric.dropRest();
      return Optional.empty();
    }
    Optional<String> missing = known.missing(query);
    if (missing.isPresent()) {
      metric.note("", "metric '%s' is not carried over: %s".formatted(name, missing.get()));
      prometheus.dropRest();
      metric.dropRest();
      return Optional.empty();
    }
    String id = label(template + "-" + name);
    made.computeIfAbsent(id, i -> metricTemplate(i, query, prometheus, known));
    prometheus.dropRest();
    ObjectNode entry = Yaml.object();
    String shown = metrics.containsKey(name) ? id : name;
    entry.put("name", shown);
    entry.putObject("templateRef").put("name", id);
    variables(metric, query, known, entry);
    range(metric, known, entry);
    limits(metric, known, entry);
    if (dry.stream().anyMatch(pattern -> pattern.matcher(name).find())) {
      entry.put("dryRun", true);
    }
    ObjectNode before =
        metrics.values().stream()
            .filter(other -> other.at("/templateRef/name").asText().equals(id))
            .filter(
                other -> other.path("templateVariables").equals(entry.path("templateVariables")))
            .findFirst()
            .orElse(entry);
    metrics.putIfAbsent(before.path("name").asText(), before);
    OptionalInt count = number(metric, "count", known);
    OptionalLong every = time(metric, "interval", known);
    if (count.isEmpty() && every.isEmpty()) {
      count = OptionalInt.of(1);
    }
    return Optional.of(new Looks(List.of(before.path("name").asText()), every, count));
  }

  private ObjectNode metricTemplate(String name, String query, Part prometheus, Arguments known) {
    ObjectNode object =
        Yaml.object(
            "flagger.app/v1beta1", "MetricTemplate", rollout.at("/metadata/namespace"), name);
    ObjectNode spec = object.putObject("spec");
    ObjectNode provider = spec.putObject("provider").put("type", "prometheus");
    String address = known.literal(prometheus.text("address"));
    if (address.isEmpty()) {
      prometheus.note(
          "address",
          "is missing, since the controller of Argo Rollouts had a default: set spec.provider.address of MetricTemplate "
              + name);
    } else {
      provider.put("address", address);
    }
    if (prometheus.take("insecure").asBoolean()) {
      provider.put("insecureSkipVerify", true);
    }
    for (Part header : prometheus.parts("headers")) {
      String value = header.text("value");
      if (known.missing(value).isPresent()) {
        header.note("value", "not carried over: " + known.missing(value).get());
        header.drop("key");
      } else {
        provider.withObject("headers").withArray(header.text("key")).add(known.literal(value));
      }
    }
    prometheus.without(
        "authentication",
        "put its credentials into a Secret and name it in spec.provider.secretRef of MetricTemplate "
            + name);
    prometheus.without("timeout", "a query has five seconds");
    prometheus.without("rangeQuery", "a query is asked for one moment");
    prometheus.rest();
    if (Arguments.leftOver(query)) {
      prometheus.note("query", "holds braces that are no argument; nothing takes their place here");
    }
    spec.put("query", renamed(prometheus, "query", Arguments.asVariables(query)));
    return object;
  }

  private void variables(Part metric, String query, Arguments known, ObjectNode entry) {
    for (String name : Arguments.uses(query)) {
      entry
          .withObject("templateVariables")
          .put(
              name,
              renamed(metric, "argument '" + name + "'", known.values().getOrDefault(name, "")));
    }
  }

  private static void range(Part metric, Arguments known, ObjectNode entry) {
    String success = known.literal(metric.text("successCondition")).strip();
    String failure = known.literal(metric.text("failureCondition")).strip();
    if (success.isEmpty() && failure.isEmpty()) {
      metric.note("", "has no condition, so it is looked at and never fails (dryRun)");
      entry.put("dryRun", true);
      return;
    }
    Optional<Condition> condition =
        success.isEmpty() ? Condition.failure(failure) : Condition.success(success);
    if (condition.isEmpty()) {
      metric.note(
          success.isEmpty() ? "failureCondition" : "successCondition",
          "not carried over: '%s' is no range of one number; the metric never fails (dryRun) until you give it a thresholdRange and take dryRun off"
              .formatted(success.isEmpty() ? failure : success));
      entry.put("dryRun", true);
      return;
    }
    entry.set("thresholdRange", condition.get().range());
    if (condition.get().moved()) {
      metric.note(
          success.isEmpty() ? "failureCondition" : "successCondition",
          "bounds of a thresholdRange pass themselves, so those that did not are a billionth further inside");
    }
    if (!success.isEmpty()
        && !failure.isEmpty()
        && !Condition.failure(failure)
            .map(Condition::range)
            .equals(condition.map(Condition::range))) {
      metric.note(
          "failureCondition",
          "not carried over: what is not in the range of successCondition fails; there is no inconclusive in between");
    }
  }

  private void limits(Part metric, Arguments known, ObjectNode entry) {
    OptionalInt failures = number(metric, "failureLimit", known);
    if (failures.orElse(0) >= 0) {
      entry.put("failureLimit", failures.orElse(0));
    } else {
      metric.note("failureLimit", "-1 not carried over: the metric never fails (dryRun)");
      entry.put("dryRun", true);
    }
    number(metric, "consecutiveErrorLimit", known)
        .ifPresent(limit -> entry.put("consecutiveErrorLimit", limit));
    time(metric, "initialDelay", known)
        .ifPresent(delay -> entry.put("initialDelay", Durations.text(delay)));
    metric.without(
        "inconclusiveLimit", "a value is in the range or fails; there is nothing between");
    metric.without("consecutiveSuccessLimit", FOR_EVER);
  }

  private static OptionalInt number(Part metric, String field, Arguments known) {
    String text = known.literal(metric.text(field)).strip();
    if (text.isEmpty() || text.matches("-?\\d{1,6}")) {
      return text.isEmpty() ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(text));
    }
    metric.note(field, "not carried over: '" + text + "' is no number");
    return OptionalInt.empty();
  }

  private static OptionalLong time(Part metric, String field, Arguments known) {
    String text = known.literal(metric.text(field)).strip();
    OptionalLong seconds = Durations.seconds(text);
    if (!text.isEmpty() && seconds.isEmpty()) {
      metric.note(field, "not carried over: '" + text + "' is no time");
    }
    return seconds;
  }

  /// A name that Kubernetes allows.
  private static String label(String text) {
    String name =
        text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    return name.substring(0, Math.min(name.length(), 63)).replaceAll("-$", "");
  }

  /// In order of first use.
  List<ObjectNode> metricTemplates() {
    return List.copyOf(made.values());
  }

  List<ObjectNode> metrics() {
    return List.copyOf(metrics.values());
  }

  /// The shortest time between two looks that any metric asks for.
  OptionalLong interval() {
    return interval;
  }
}

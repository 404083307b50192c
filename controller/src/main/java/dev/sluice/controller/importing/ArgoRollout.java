package dev.sluice.controller.importing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// One Rollout as a Deployment and a Canary.
final class ArgoRollout {
  private static final List<String> LABELS = List.of("app", "name", "app.kubernetes.io/name");

  private final ObjectNode rollout;
  private final Beside others;
  private final ArgoAnalysis analysis;
  private final ArgoTraffic traffic;
  private final List<Note> notes;
  private final List<ObjectNode> scalers = new ArrayList<>();

  ArgoRollout(ObjectNode rollout, Beside others, List<Note> notes) {
    this.rollout = rollout;
    this.others = others;
    this.notes = notes;
    analysis = new ArgoAnalysis(rollout, others, notes);
    traffic = new ArgoTraffic(rollout, others, notes);
  }

  /// @return in the order of applying
  List<ObjectNode> translate() {
    Part part = Part.of(rollout, notes);
    part.drop("apiVersion", "kind", "metadata", "status");
    Part spec = part.part("spec");
    Optional<ObjectNode> deployment = deployment(spec);
    String target =
        deployment.map(one -> one.at("/metadata/name").asText()).orElseGet(() -> name(rollout));
    JsonNode template = deployment.map(one -> one.at("/spec/template")).orElse(Yaml.object());
    label(deployment);
    ObjectNode canary =
        Yaml.object(
            "flagger.app/v1beta1", "Canary", rollout.at("/metadata/namespace"), name(rollout));
    ObjectNode made = canary.putObject("spec");
    Part strategy = spec.part("strategy");
    ObjectNode checks = Yaml.object();
    if (strategy.has("blueGreen")) {
      blueGreen(strategy.part("blueGreen"), target, template, checks);
    } else {
      canary(strategy.part("canary"), target, template, checks, deployment);
    }
    traffic.provider().ifPresent(provider -> made.put("provider", provider));
    made.putObject("targetRef")
        .put("apiVersion", "apps/v1")
        .put("kind", "Deployment")
        .put("name", target);
    scaler(target).ifPresent(reference -> made.set("autoscalerRef", reference));
    if (spec.has("progressDeadlineSeconds")) {
      made.set("progressDeadlineSeconds", spec.take("progressDeadlineSeconds"));
    }
    if (checks.path("stepWeight").asInt() == 100) {
      made.put("skipAnalysis", true);
    }
    made.set("service", traffic.service());
    ObjectNode judged = made.putObject("analysis");
    judged.put("interval", Durations.text(analysis.interval().orElse(60)));
    judged.put("threshold", 1);
    checks.properties().forEach(field -> judged.set(field.getKey(), field.getValue()));
    analysis.metrics().forEach(judged.withArray("metrics")::add);
    if (judged.path("metrics").isEmpty()) {
      judged.remove("metrics");
    }
    rest(spec);
    part.rest();
    List<ObjectNode> all = new ArrayList<>(analysis.metricTemplates());
    deployment.filter(one -> one.has("spec")).ifPresent(all::add);
    all.addAll(scalers);
    all.add(canary);
    return all;
  }

  // ---- the workload ----

  private Optional<ObjectNode> deployment(Part spec) {
    if (spec.has("workloadRef")) {
      return referred(spec);
    }
    ObjectNode deployment =
        Yaml.object("apps/v1", "Deployment", rollout.at("/metadata/namespace"), name(rollout));
    ObjectNode meta = deployment.withObject("metadata");
    if (rollout.at("/metadata/labels").isObject()) {
      meta.set("labels", rollout.at("/metadata/labels"));
    }
    JsonNode annotations = ArgoTraffic.withoutEngines(rollout.at("/metadata/annotations"));
    if (!annotations.isEmpty()) {
      meta.set("annotations", annotations);
    }
    ObjectNode body = deployment.putObject("spec");
    for (String field :
        List.of("replicas", "selector", "minReadySeconds", "revisionHistoryLimit", "template")) {
      spec.carry(field, body);
    }
    return Optional.of(deployment);
  }

  /// The Deployment that the Rollout took its pods from is the target; it was scaled to zero.
  private Optional<ObjectNode> referred(Part spec) {
    Part reference = spec.part("workloadRef");
    String kind = reference.text("kind");
    String name = reference.text("name");
    reference.drop("apiVersion", "scaleDown");
    if (!kind.equals("Deployment")) {
      reference.note(
          "kind", "%s %s cannot be a target: make a Deployment of it".formatted(kind, name));
    }
    spec.drop("selector", "minReadySeconds", "revisionHistoryLimit");
    JsonNode replicas = spec.take("replicas");
    Optional<ObjectNode> found = others.use("Deployment", name);
    if (found.isEmpty()) {
      reference.note(
          "",
          "Deployment %s is the target; it is not among the files. Give it the Rollout's replicas (%s) before the Rollout goes"
              .formatted(name, replicas.asText("1")));
      return Optional.of(
          Yaml.object("apps/v1", "Deployment", rollout.at("/metadata/namespace"), name));
    }
    ObjectNode deployment = found.get().deepCopy();
    deployment.remove("status");
    if (!replicas.isMissingNode()) {
      deployment.withObject("spec").set("replicas", replicas);
    }
    return Optional.of(deployment);
  }

  private void label(Optional<ObjectNode> deployment) {
    JsonNode labels =
        deployment.map(one -> one.at("/spec/selector/matchLabels")).orElse(Yaml.object());
    if (!labels.isEmpty() && LABELS.stream().noneMatch(labels::has)) {
      tell(
          "spec.selector.matchLabels",
          "has none of %s; start the controller with --selector-labels and the one that only these pods have"
              .formatted(LABELS));
    }
  }

  private Optional<ObjectNode> scaler(String target) {
    for (ObjectNode other : others.all()) {
      String kind = other.path("kind").asText();
      if ((kind.equals("HorizontalPodAutoscaler") || kind.equals("ScaledObject"))
          && other.at("/spec/scaleTargetRef/kind").asText().equals("Rollout")
          && name(rollout).equals(other.at("/spec/scaleTargetRef/name").asText())) {
        ObjectNode scaler = others.use(kind, name(other)).orElse(other).deepCopy();
        scaler.remove("status");
        scaler
            .withObject("spec")
            .putObject("scaleTargetRef")
            .put("apiVersion", "apps/v1")
            .put("kind", "Deployment")
            .put("name", target);
        scalers.add(scaler);
        return Optional.of(
            Yaml.object()
                .put("apiVersion", scaler.path("apiVersion").asText())
                .put("kind", kind)
                .put("name", name(scaler)));
      }
    }
    return Optional.empty();
  }

  // ---- the strategies ----

  private void canary(
      Part canary,
      String target,
      JsonNode template,
      ObjectNode checks,
      Optional<ObjectNode> deployment) {
    traffic.canary(canary, target, template);
    analysis.rename(traffic.renamed());
    if (canary.has("analysis")) {
      Part background = canary.part("analysis");
      ArgoAnalysis.Looks _ = analysis.read(background);
      background.without("startingStep", "metrics are looked at from the first traffic on");
    }
    List<ObjectNode> steps = ArgoSteps.read(canary, analysis);
    if (steps.stream().anyMatch(step -> step.path("setWeight").asInt() > 0)) {
      steps.forEach(checks.withArray("steps")::add);
    } else {
      checks.put("stepWeight", 100);
      canary.note(
          "steps", "there is no weight among them, so a release is promoted without analysis");
    }
    Part threshold = canary.part("replicaProgressThreshold");
    String type = threshold.text("type");
    JsonNode value = threshold.take("value");
    if (type.equals("Percent")) {
      checks.set("canaryReadyThreshold", value);
    } else if (!type.isEmpty()) {
      threshold.note("", "%s not carried over: canaryReadyThreshold is percent".formatted(type));
    }
    surge(canary, deployment);
    canary.without("pingPong", "the Services of target and primary never change places");
    canary.without(
        "dynamicStableScale",
        "the primary keeps its pods while its traffic is away, so that it can take it back");
    canary.without("minPodsPerReplicaSet", "use the autoscaler's minReplicas");
    canary.without("antiAffinity", "write it into the pod template");
    delays(canary);
    canary.without("canaryMetadata", "the canary's pods are those of the Deployment itself");
    canary.without("stableMetadata", "the primary's pods are those of Deployment NAME-primary");
  }

  private static void surge(Part canary, Optional<ObjectNode> deployment) {
    ObjectNode rolling = Yaml.object();
    canary.carry("maxSurge", rolling);
    canary.carry("maxUnavailable", rolling);
    if (!rolling.isEmpty() && deployment.filter(one -> one.has("spec")).isPresent()) {
      ObjectNode strategy = deployment.get().withObject("spec").putObject("strategy");
      strategy.put("type", "RollingUpdate").set("rollingUpdate", rolling);
    }
  }

  private static void delays(Part strategy) {
    strategy.without("scaleDownDelaySeconds", "pods stop once their traffic is seen to have left");
    strategy.without(
        "abortScaleDownDelaySeconds", "pods stop once their traffic is seen to have left");
    strategy.without("scaleDownDelayRevisionLimit", "no older revision keeps pods");
  }

  private void blueGreen(Part blueGreen, String target, JsonNode template, ObjectNode checks) {
    traffic.blueGreen(blueGreen, target, template);
    analysis.rename(traffic.renamed());
    long count = 1;
    if (blueGreen.has("prePromotionAnalysis")) {
      count = analysis.read(blueGreen.part("prePromotionAnalysis")).count().orElse(1);
    }
    OptionalLong after = Durations.seconds(blueGreen.text("autoPromotionSeconds"));
    if (after.isPresent()) {
      long interval = analysis.interval().orElse(60);
      count = Math.max(count, Math.ceilDiv(after.getAsLong(), interval));
    }
    checks.put("iterations", count);
    JsonNode auto = blueGreen.take("autoPromotionEnabled");
    if (!auto.isMissingNode() && !auto.asBoolean()) {
      blueGreen.note(
          "autoPromotionEnabled",
          "not carried over: nobody is waited for before the promotion. Add a webhook of type confirm-promotion, or pause the Canary by command");
    }
    blueGreen.without(
        "postPromotionAnalysis",
        "users meet a revision when it is promoted, and the analysis is over by then; a webhook of type post-rollout hears of it");
    blueGreen.without("previewReplicaCount", "the canary has the pods of the Deployment");
    blueGreen.without(
        "maxUnavailable", "the primary's pods are replaced as the Deployment's strategy says");
    blueGreen.without("antiAffinity", "write it into the pod template");
    blueGreen.without("activeMetadata", "the primary's pods are those of Deployment NAME-primary");
    blueGreen.without("previewMetadata", "the canary's pods are those of the Deployment itself");
    delays(blueGreen);
  }

  private static void rest(Part spec) {
    if (!spec.take("progressDeadlineAbort").asBoolean()) {
      spec.note(
          "progressDeadlineAbort",
          "a release that is not ready within progressDeadlineSeconds is always given up");
    }
    spec.without("rollbackWindow", "only the promoted revision is gone back to without analysis");
    spec.without("restartAt", "kubectl rollout restart is a release like any other");
    spec.without("paused", "set spec.suspend in the Canary, or pause it by command");
    spec.without("analysis", "there are no AnalysisRuns to keep");
    spec.drop("minReadySeconds", "revisionHistoryLimit");
  }

  private void tell(String field, String message) {
    notes.add(new Note(Yaml.title(rollout), field, message));
  }

  private static String name(JsonNode object) {
    return object.at("/metadata/name").asText();
  }
}

package dev.sluice.controller.importing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// The steps of a canary.
final class ArgoSteps {
  private ArgoSteps() {}

  /// @param canary `spec.strategy.canary`
  /// @return steps of `spec.analysis.steps`; empty for a Rollout that has none
  static List<ObjectNode> read(Part canary, ArgoAnalysis analysis) {
    List<ObjectNode> steps = new ArrayList<>();
    for (Part step : canary.parts("steps")) {
      ObjectNode made = Yaml.object();
      if (step.has("setWeight")) {
        made.put("setWeight", Math.clamp(step.take("setWeight").asInt(), 0, 100));
      } else if (step.has("pause")) {
        pause(step.part("pause"), made.putObject("pause"));
      } else if (step.has("analysis")) {
        look(step.part("analysis"), made, analysis);
      }
      others(step);
      if (!made.isEmpty()) {
        steps.add(made);
      }
    }
    return steps;
  }

  private static void pause(Part pause, ObjectNode made) {
    String text = pause.take("duration").asText();
    OptionalLong seconds = Durations.seconds(text);
    if (seconds.isPresent() && seconds.getAsLong() > 0) {
      made.put("duration", Durations.text(seconds.getAsLong()));
    } else if (!text.isEmpty() && seconds.isEmpty()) {
      pause.note(
          "duration", "not carried over: '" + text + "' is no time; a person ends the pause");
    }
  }

  private static void look(Part inline, ObjectNode made, ArgoAnalysis analysis) {
    ArgoAnalysis.Looks looks = analysis.read(inline);
    ObjectNode look = made.putObject("analysis");
    if (looks.count().orElse(1) > 1) {
      look.put("count", looks.count().getAsInt());
    }
    looks.names().forEach(look.withArray("metrics")::add);
    looks.interval().ifPresent(seconds -> made.put("interval", Durations.text(seconds)));
    if (!looks.names().isEmpty()) {
      inline.note(
          "",
          "its metrics (%s) are looked at in every check of the other steps, too"
              .formatted(String.join(", ", looks.names())));
    }
  }

  private static void others(Part step) {
    step.without(
        "setCanaryScale", "the canary has the pods of its autoscaler, or those of the Deployment");
    step.without(
        "setHeaderRoute",
        "users by header are another strategy: spec.analysis.match with iterations, in a Canary instead of steps");
    step.without("setMirrorRoute", "copies of requests come before steps: spec.analysis.mirror");
    step.without(
        "experiment",
        "the canary is compared with the live primary instead: spec.analysis.comparison: {}");
    step.without(
        "plugin",
        "call what it does as a webhook: spec.analysis.webhooks, type confirm-traffic-increase");
  }

  /// Whether a person must end one of the steps.
  static boolean waits(List<ObjectNode> steps) {
    for (JsonNode step : steps) {
      if (step.has("pause") && !step.path("pause").has("duration")) {
        return true;
      }
    }
    return false;
  }
}

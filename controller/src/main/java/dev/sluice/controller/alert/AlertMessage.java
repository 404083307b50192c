package dev.sluice.controller.alert;

import dev.sluice.crds.Analysis;
import dev.sluice.crds.Analysis.Severity;
import dev.sluice.crds.Canary;
import dev.sluice.crds.CanarySpec;
import dev.sluice.crds.ObjectRef;
import dev.sluice.crds.RolloutStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What people are told, whatever it is sent by.
///
/// @param text one or two sentences
/// @param facts in the order in which they are shown
public record AlertMessage(Severity severity, ObjectRef canary, String text, List<Fact> facts) {

  /// Whom it is about, as people name it.
  String author() {
    return canary.name() + "." + canary.namespace();
  }

  /// Longer texts are cut: receivers refuse whole messages that are too long.
  private static final int MAX_TEXT = 3000;

  private static final int SHORT_COMMIT = 12;

  /// A title and what belongs to it.
  public record Fact(String title, String value) {}

  public AlertMessage {
    text = shortened(text);
    facts = facts.stream().map(fact -> new Fact(fact.title(), shortened(fact.value()))).toList();
  }

  /// The message with Flagger's facts, and with what Sluice knows of the release: its revision, the
  /// commit that it came from, and why it failed.
  ///
  /// @param canary with the status as just recorded
  /// @param details whether Flagger's facts about the specification go with it
  /// @param cluster name of the cluster; empty for none
  public static AlertMessage of(
      Canary canary, Severity severity, String text, boolean details, String cluster) {
    var facts = new ArrayList<Fact>();
    if (!cluster.isEmpty()) {
      facts.add(new Fact("Cluster", cluster));
    }
    if (details) {
      specification(canary, facts);
    }
    RolloutStatus rollout = canary.status().rollout();
    if (rollout != null) {
      add("Revision", rollout.revision(), facts);
      add("Commit", shortCommit(rollout.commit()), facts);
      // the text often says it already
      if (rollout.failure() != null && !text.contains(rollout.failure())) {
        add("Why", rollout.failure(), facts);
      }
    }
    return new AlertMessage(severity, canary.ref(), text, facts);
  }

  private static void specification(Canary canary, List<Fact> facts) {
    CanarySpec.TargetRef target = canary.spec().targetRef();
    Analysis analysis = canary.spec().analysis();
    facts.add(
        new Fact(
            "Target", target.kind() + "/" + target.name() + "." + canary.metadata().namespace()));
    facts.add(new Fact("Failed checks threshold", String.valueOf(analysis.failuresAllowed())));
    facts.add(new Fact("Progress deadline", canary.spec().progressDeadline() + "s"));
    add("Traffic routing", routing(analysis), facts);
  }

  private static @Nullable String routing(Analysis analysis) {
    return switch (analysis.strategy()) {
      case AB_TESTING -> "A/B Testing";
      case BLUE_GREEN -> "Blue/Green";
      case CANARY -> {
        if (analysis.stepWeight() > 0) {
          yield "Weight step: " + analysis.stepWeight() + " max: " + analysis.highestWeight();
        }
        yield analysis.listedWeights().isEmpty()
            ? null
            : "Weight steps: "
                + analysis.listedWeights().stream()
                    .map(String::valueOf)
                    .collect(Collectors.joining(","))
                + " max: "
                + analysis.highestWeight();
      }
    };
  }

  private static void add(String title, @Nullable String value, List<Fact> facts) {
    if (value != null && !value.isEmpty()) {
      facts.add(new Fact(title, value));
    }
  }

  /// `main@sha1:<40 digits>` and the like with as many digits as people read.
  private static @Nullable String shortCommit(@Nullable String commit) {
    return commit == null
        ? null
        : commit.replaceAll("([0-9a-f]{" + SHORT_COMMIT + "})[0-9a-f]{28}", "$1");
  }

  private static String shortened(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
  }
}

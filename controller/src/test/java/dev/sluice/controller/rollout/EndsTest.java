package dev.sluice.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.controller.rollout.Announcement.Alert;
import dev.sluice.controller.rollout.Announcement.Severity;
import dev.sluice.controller.rollout.policy.Policy.HookType;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// However a rollout ends, whoever was told that it began is told how.
class EndsTest {

  /// A way in which a rollout ends, from when its revision is there.
  record End(String title, Severity severity, Consumer<Story> tale) {
    @Override
    public String toString() {
      return title;
    }
  }

  static List<End> ends() {
    return List.of(
        new End("promoted", Severity.INFO, story -> story.deploy(Story.V2).until("Succeeded")),
        new End(
            "promoted without analysis",
            Severity.INFO,
            story ->
                story
                    .edit(Edited.from(Story.POLICY).skipAnalysis(true).policy())
                    .deploy(Story.V2)
                    .until("Succeeded")),
        new End(
            "changed back",
            Severity.INFO,
            story -> story.deploy(Story.V2).untilWeight(20).deploy(Story.V1).until("Succeeded")),
        new End("failed checks", Severity.ERROR, story -> story.deploy(Story.BAD).until("Failed")),
        new End(
            "deadline", Severity.ERROR, story -> story.deploy(Story.NEVER_READY).until("Failed")),
        new End(
            "scaled to zero",
            Severity.ERROR,
            story -> story.deploy(Story.V2).untilWeight(20).scaleTarget(0).until("Failed")),
        new End(
            "target deleted",
            Severity.ERROR,
            story -> {
              story.deploy(Story.V2).untilWeight(20).cluster.target = null;
              story.until("Failed");
            }),
        new End(
            "aborted by command",
            Severity.WARN,
            story ->
                story.deploy(Story.V2).untilWeight(20).command(Command.Verb.ABORT).until("Failed")),
        new End(
            "given up by a webhook",
            Severity.WARN,
            story ->
                story
                    .edit(Story.with(Story.hook("stop", HookType.ROLLBACK)))
                    .close("stop")
                    .deploy(Story.V2)
                    .untilWeight(20)
                    .open("stop")
                    .until("Failed")));
  }

  @ParameterizedTest
  @MethodSource("ends")
  void isToldToChatWithItsSeverity(End end) {
    var story = Story.initialized().forget();

    end.tale().accept(story);

    var told = story.alertsInFull().stream().map(Alert::severity).toList();
    assertThat(told).startsWith(Severity.INFO, end.severity());
  }
}

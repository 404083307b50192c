package dev.sluice.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// What status says of the last look at the metrics.
class LastCheckTest {
  @Test
  void aCheckThatPassedIsShownUntilTheNext() {
    var story = Story.initialized().deploy(Story.V2).untilWeight(20).run(10);

    var check = story.standing().lastCheck().orElseThrow();
    assertThat(check.findings())
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.metric()).isEqualTo("request-success-rate");
          assertThat(finding.isWell()).isTrue();
        });
    story.run(60);
    assertThat(story.standing().lastCheck().orElseThrow().at())
        .isEqualTo(check.at().plusSeconds(60));
  }

  @Test
  void whatFailedARunIsShownUntilTheNextRun() {
    var story = Story.initialized().deploy(Story.BAD).until("Failed").run(600);

    assertThat(story.standing().lastCheck().orElseThrow().findings())
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.isWell()).isFalse();
          assertThat(finding.note()).contains("87.32%", "412 requests");
        });
    story.deploy(Story.V2).until("Progressing");
    assertThat(story.standing().lastCheck()).isEmpty();
  }
}

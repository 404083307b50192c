package dev.sluice.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.controller.rollout.Announcement.Severity;
import dev.sluice.mesh.Split;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What people who watch a rollout see, from beginning to end.
class StoryTest {

  @Test
  void anAppIsTakenOverWithoutLosingItsTraffic() {
    var story = Story.of(Story.POLICY);

    story.until("Initialized");

    assertThat(story.events()).containsExactly("Initializing", "Initialized");
    assertThat(story.writes())
        .containsExactly(
            new Action.EnsureServices(),
            new Action.CopyToPrimary(new Revision("v1"), 2),
            new Action.PointApexAtPrimary(),
            new Action.Route(Split.NONE),
            new Action.ScaleTarget(0));
    assertThat(story.primary().available(story.cluster.second)).isEqualTo(2);
    assertThat(story.alerts())
        .containsExactly("INFO New Deployment detected, initialization completed.");
  }

  @Test
  void nobodyIsCalledForATargetThatComesAMomentAfterItsCanary() {
    var story = Story.of(Story.POLICY);
    var target = story.cluster.target;

    story.cluster.target = null;
    story.run(9);
    assertThat(story.alerts()).isEmpty();
    story.cluster.target = target;
    story.until("Initialized");

    assertThat(story.events()).containsExactly("Initializing", "Initialized");
  }

  @Test
  void aTargetThatDoesNotComeIsNamed() {
    var story = Story.of(Story.POLICY);

    story.cluster.target = null;
    story.run(11);

    assertThat(story.held()).contains(HoldReason.TARGET_MISSING);
    assertThat(story.alerts()).singleElement().asString().contains("web.shop", "does not exist");
  }

  @Test
  void aGoodRevisionGetsMoreAndMoreTrafficAndIsPromoted() {
    var story = Story.initialized();

    story.deploy(Story.V2).until("Succeeded");

    assertThat(story.weights()).containsExactly(10, 20, 30, 40, 50, 0);
    assertThat(story.primary().template).isEqualTo(Story.V2);
    assertThat(story.target().replicas).isZero();
    assertThat(story.events())
        .containsExactly(
            "NewRevision",
            "PreRolloutPassed",
            "WeightAdvanced",
            "WeightAdvanced",
            "WeightAdvanced",
            "WeightAdvanced",
            "WeightAdvanced",
            "Promoting",
            "Finalising",
            "Promoted");
    assertThat(story.alerts())
        .containsExactly(
            "INFO New revision detected, progressing canary analysis.",
            "INFO Canary analysis completed successfully, promotion finished.");
  }

  @Test
  void everyWeightIsAnalysedForAnIntervalBeforeTheNext() {
    var story = Story.initialized();

    story.deploy(Story.V2).untilWeight(10);
    var atTen = story.cluster.now();
    story.untilWeight(20);

    assertThat(Duration.between(atTen, story.cluster.now())).isEqualTo(Duration.ofMinutes(1));
    assertThat(story.asked()).containsExactly("acceptance-test", "load-test", "metrics");
  }

  @Test
  void aBadRevisionIsRolledBackAtTheThresholdAndPeopleAreToldWhy() {
    var story = Story.initialized();

    story.deploy(Story.BAD).until("Failed");

    assertThat(story.weights()).containsExactly(10, 0);
    assertThat(story.primary().template).isEqualTo(Story.V1);
    assertThat(story.target().replicas).isZero();
    assertThat(story.asked().stream().filter("metrics"::equals)).hasSize(5);
    assertThat(story.alertsInFull().getLast().severity()).isEqualTo(Severity.ERROR);
    assertThat(story.alertsInFull().getLast().text())
        .contains("Failed checks threshold reached 5", "87.32%", "99%", "412 requests", "v4");
    assertThat(story.events())
        .containsExactly(
            "NewRevision",
            "PreRolloutPassed",
            "WeightAdvanced",
            "CheckFailed",
            "CheckFailed",
            "CheckFailed",
            "CheckFailed",
            "RollingBack",
            "RolledBack");
  }

  @Test
  void aFailedRevisionIsNotTriedAgainAndAFixIs() {
    var story = Story.initialized();
    story.deploy(Story.BAD).until("Failed").forget();

    story.run(Duration.ofHours(1));
    assertThat(story.writes()).isEmpty();

    story.deploy(Story.V3).until("Succeeded");
    assertThat(story.primary().template).isEqualTo(Story.V3);
  }

  @Test
  void aFailedRevisionThatIsTakenBackMayBeTriedAgain() {
    var story = Story.initialized();
    story.deploy(Story.BAD).until("Failed");

    story.deploy(Story.V1).until("Succeeded");
    assertThat(story.events()).contains("Reverted");

    story.deploy(Story.BAD).until("Progressing");
  }

  @Test
  void aWebhookThatRefusesKeepsTrafficAwayAndRollsBackInTheEnd() {
    var story = Story.initialized().everyHookRefuses("grep found no token");

    story.deploy(Story.V2).until("Failed");

    assertThat(story.weights()).isEmpty();
    assertThat(story.messages().toString())
        .contains("pre-rollout check acceptance-test failed: grep found no token");
  }

  @Test
  void podsThatNeverBecomeReadyAreGivenUpAtTheDeadlineWithAnAlert() {
    var story = Story.initialized();

    story.deploy(Story.NEVER_READY).until("Failed");

    assertThat(story.weights()).isEmpty();
    assertThat(story.alerts().getLast())
        .contains("ERROR Progress deadline exceeded", "0 of 2 pods are available");
  }

  @Test
  void trafficReturnsToThePrimaryInStepsWhereThatIsAskedFor() {
    var story =
        Story.initialized(Edited.from(Story.POLICY).weights(100).promotionStep(50).policy());

    story.deploy(Story.V2).until("Succeeded");

    assertThat(story.weights()).containsExactly(100, 50, 0);
    assertThat(story.events()).contains("PrimaryAdvanced");
  }

  @Test
  void skippedAnalysisPromotesAsSoonAsThePodsAreReadyAndThenStopsThemWhenThePrimaryIs() {
    var story = Story.initialized(Edited.from(Story.POLICY).skipAnalysis(true).policy());

    story.deploy(Story.V2).until("Succeeded");

    assertThat(story.weights()).isEmpty();
    assertThat(story.asked()).isEmpty();
    assertThat(story.events())
        .containsExactly("NewRevision", "AnalysisSkipped", "Finalising", "Promoted");
  }
}

package dev.sluice.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// A Canary with `revertOnDeletion` is deleted when there is less than usual to give back.
class DepartureTest {

  private static Story made() {
    var story = Story.of(Story.POLICY);
    story.cluster.revert = true;
    return story;
  }

  @Test
  void aTargetAtRestGetsItsPodsBackAlsoWhenAllThatServedIsGoneAlready() {
    var story = made().until("Initialized");

    story.cluster.deleteInForeground();
    story.run(60);

    assertThat(story.cluster.gone).isTrue();
    assertThat(story.target().replicas).isEqualTo(2);
    assertThat(story.cluster.available(story.target())).isEqualTo(2);
  }

  @Test
  void aTargetThatPeopleStoppedWhileItsPrimaryWasMadeIsGivenBackWithPods() {
    var story = made();
    story.until("a primary is made", () -> story.cluster.primary != null);

    story.cluster.stoppedByPeople = true;
    story.scaleTarget(0);
    story.cluster.delete();
    story.run(60);

    assertThat(story.cluster.gone).isTrue();
    assertThat(story.target().replicas).isEqualTo(2);
  }

  /// Nobody has touched it but they.
  @Test
  void aTargetThatPeopleStoppedBeforeAnythingWasMadeIsLeftAsItIs() {
    var story = made();
    story.refuse(Action.CopyToPrimary.class).run(5);

    story.cluster.stoppedByPeople = true;
    story.scaleTarget(0);
    story.cluster.delete();
    story.run(60);

    assertThat(story.cluster.gone).isTrue();
    assertThat(story.target().replicas).isZero();
  }
}

package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What may have happened while nobody looked after the canaries that Flagger left, and what Sluice
/// leaves to a Flagger that is put back.
class TakeoverHazardStoryTest {
  private static final Duration A_MINUTE = Duration.ofMinutes(1);
  private static final Duration TEN_MINUTES = Duration.ofMinutes(10);
  private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/production/deployments/";
  private static final String CANARIES =
      "/apis/flagger.app/v1beta1/namespaces/production/canaries/";
  private static final Flagger.Moment AT_THIRTY = Flagger.moment("myapp", "run-05");

  private static World amid(Flagger.Moment moment) {
    return Flagger.busy(Flagger.amid(1, moment), moment.app());
  }

  private static World image(World world, String version) {
    return world.patch(
        DEPLOYMENTS + "myapp",
        """
        [{"op": "replace", "path": "/spec/template/spec/containers/0/image",
          "value": "registry.example.com/myapp:%s"}]
        """
            .formatted(version));
  }

  private static String shares(World world) {
    return Flagger.shares(Flagger.rules(world, "myapp"));
  }

  private static String held(World world) {
    for (JsonNode condition : world.canary("myapp").at("/status/conditions")) {
      if (condition.path("type").asText().equals("Held")) {
        return condition.path("reason").asText();
      }
    }
    return "";
  }

  // ---- to Sluice ----

  @Test
  void aTargetThatWasEditedMeanwhileStartsOverWithoutTraffic() {
    try (World world = amid(AT_THIRTY)) {
      image(world, "1.1.1").run(Duration.ofSeconds(30));

      world.restartController().run(Duration.ofSeconds(3));

      assertThat(shares(world)).isEqualTo("0");
      assertThat(world.reasons("myapp")).contains("RevisionRestarted").doesNotContain("Adopted");
      world.runUntilPhase("myapp", "Succeeded", TEN_MINUTES);
      assertThat(world.image("myapp-primary")).endsWith(":1.1.1");
      assertThat(world.failedForUsers()).isZero();
    }
  }

  @Test
  void aConfigThatWasEditedMeanwhileStartsOverWithoutTraffic() {
    try (World world = amid(AT_THIRTY)) {
      world.patch(
          "/api/v1/namespaces/production/configmaps/app-config", "{\"data\":{\"color\":\"red\"}}");

      world.restartController().run(Duration.ofSeconds(3));

      assertThat(shares(world)).isEqualTo("0");
      assertThat(world.reasons("myapp")).contains("RevisionRestarted").doesNotContain("Adopted");
    }
  }

  @Test
  void aTargetThatWasChangedBackMeanwhileEndsTheRun() {
    try (World world = amid(AT_THIRTY)) {
      image(world, "1.0.0").run(Duration.ofSeconds(30));

      world.restartController().runUntilPhase("myapp", "Succeeded", A_MINUTE);

      assertThat(shares(world)).isEqualTo("0");
      assertThat(world.reasons("myapp")).contains("Reverted");
      assertThat(world.failedForUsers()).isZero();
    }
  }

  @Test
  void whatFailedIsReleasedOnceItWasEditedMeanwhile() {
    try (World world = Flagger.busy(Flagger.left(1, "failed"), "myapp")) {
      image(world.run(Duration.ofSeconds(5)), "1.2.1").run(Duration.ofSeconds(30));

      world.restartController().runUntilPhase("myapp", "Succeeded", TEN_MINUTES);

      assertThat(world.image("myapp-primary")).endsWith(":1.2.1");
    }
  }

  @Test
  void aPrimaryThatIsNotReadyGetsNoneOfTheTrafficBack() {
    try (World world = amid(Flagger.moment("myapp", "bad-06"))) {
      Myapp.make(world, "myapp-primary", "ready", "never").run(Duration.ofSeconds(30));

      world.restartController().run(Duration.ofMinutes(3));

      assertThat(shares(world)).isEqualTo("10");
      assertThat(held(world)).isEqualTo("PrimaryNotReady");

      Myapp.make(world, "myapp-primary", "ready", "true");
      world.runUntilPhase("myapp", "Failed", A_MINUTE);
      assertThat(shares(world)).isEqualTo("0");
    }
  }

  /// Flagger gives a promotion up with all traffic on the canary, where the primary does not become
  /// ready.
  @Test
  void aPromotionThatWasGivenUpKeepsItsTrafficUntilThePrimaryIsReady() {
    Flagger.Moment promoting = Flagger.moment("myapp", "run-09");
    try (World world = amid(promoting)) {
      Myapp.make(world, "myapp-primary", "ready", "never");
      world.patch(
          "/apis/networking.istio.io/v1/namespaces/production/virtualservices/myapp",
          """
          [{"op": "replace", "path": "/spec/http/0/route/0/weight", "value": 0},
           {"op": "replace", "path": "/spec/http/0/route/1/weight", "value": 100}]
          """);
      world.patch(
          CANARIES + "myapp/status",
          "{\"status\": {\"phase\": \"Failed\", \"canaryWeight\": 100}}");
      world.run(Duration.ofSeconds(30));

      world.restartController().run(Duration.ofMinutes(3));

      assertThat(shares(world)).isEqualTo("100");
      assertThat(held(world)).isEqualTo("PrimaryNotReady");

      Myapp.make(world, "myapp-primary", "ready", "true");
      world.run(A_MINUTE);
      assertThat(shares(world)).isEqualTo("0");
      assertThat(world.failedForUsers()).isZero();
    }
  }

  @Test
  void aPrimaryOfAFlaggerThatTracksNoConfigIsNoOtherRevision() {
    try (World world = Flagger.left(1, "succeeded")) {
      for (String app : Flagger.APPS) {
        world.patch(
            DEPLOYMENTS + app + "-primary",
            """
            [{"op": "replace", "path": "/spec/template/spec/containers/0/envFrom/0/configMapRef/name",
              "value": "app-config"},
             {"op": "replace",
              "path": "/spec/template/spec/containers/0/env/0/valueFrom/secretKeyRef/name",
              "value": "app-secret"}]
            """);
        world.patch(CANARIES + app + "/status", "{\"status\": {\"trackedConfigs\": null}}");
      }
      world.run(Duration.ofSeconds(30));

      world.restartController().run(TEN_MINUTES);

      assertThat(world.written())
          .isEqualTo(Map.of("PATCH canaries/status", Flagger.APPS.size(), "POST events", 1));
    }
  }

  /// Flagger forgets the attributes of a cookie when it ends it.
  @Test
  void theWordsWithWhichACookieWasEndedStayAsTheyAre() {
    try (World world = Flagger.left(1, "succeeded")) {
      world.patch(
          CANARIES + "affinity",
          "{\"spec\": {\"analysis\": {\"sessionAffinity\": {\"path\": \"/shop\"}}}}");

      world.restartController().run(TEN_MINUTES);

      assertThat(world.written())
          .isEqualTo(Map.of("PATCH canaries/status", Flagger.APPS.size(), "POST events", 1));
    }
  }

  /// The copy that Flagger made for all of them is left to the one that controls it.
  @Test
  void eachCanaryGetsACopyOfItsOwnOfWhatFlaggerLetThemShareWhenItIsPromoted() {
    try (World world = Flagger.busy(Flagger.left(1, "succeeded"), "ab")) {
      world.restartController().run(A_MINUTE);
      world.patch(
          DEPLOYMENTS + "ab",
          """
          [{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "r/ab:2"}]
          """);

      world
          .runUntilPhase("ab", "Progressing", A_MINUTE)
          .runUntilPhase("ab", "Succeeded", TEN_MINUTES);

      assertThat(
              world
                  .deployment("ab-primary")
                  .at("/spec/template/spec/containers/0/envFrom/0/configMapRef/name")
                  .asText())
          .isEqualTo("app-config-ab-primary");
      assertThat(world.reasons("bluegreen")).isEmpty();
    }
  }

  @Test
  void whoDiesAfterEveryWriteTakesNoOtherWay() {
    try (World world = amid(AT_THIRTY)) {
      world.killAfterEveryWrite(true);
      List<String> course = new ArrayList<>(List.of(AT_THIRTY.shares()));
      for (int i = 0; i < 600 && !world.phase("myapp").equals("Succeeded"); i++) {
        world.run(Duration.ofSeconds(1));
        if (!course.getLast().equals(shares(world))) {
          course.add(shares(world));
        }
      }

      assertThat(course).isEqualTo(Flagger.course(AT_THIRTY));
      assertThat(world.reasons("myapp")).containsOnlyOnce("Adopted");
    }
  }

  // ---- back to Flagger ----

  private static final List<String> HASHES = List.of("lastAppliedSpec", "lastPromotedSpec");

  private static List<String> hashes(World world) {
    return HASHES.stream().map(at -> world.canary("myapp").at("/status/" + at).asText()).toList();
  }

  private static JsonNode tracked(World world) {
    return world.canary("myapp").at("/status/trackedConfigs");
  }

  /// Flagger compares these with what it computes, and finds nothing to do.
  @Test
  void untilSomethingIsPromotedFlaggerFindsItsOwnHashesAndChecksums() {
    try (World world = Flagger.left(1, "succeeded")) {
      List<String> before = hashes(world);
      JsonNode configs = tracked(world);

      world.restartController().run(TEN_MINUTES);

      assertThat(hashes(world)).isEqualTo(before);
      assertThat(tracked(world)).isEqualTo(configs).hasSize(2);
    }
  }

  /// Flagger then sees a hash that is not its own, takes the traffic away and analyses once more.
  @Test
  void inMidRunItFindsItsOldHashAndTheWeightThatTheRouteHas() {
    try (World world = Flagger.busy(Flagger.left(1, "succeeded"), "myapp")) {
      world.restartController().run(A_MINUTE);
      List<String> before = hashes(world);
      image(world, "1.3.0").runUntilWeight("myapp", 20, TEN_MINUTES);

      assertThat(hashes(world)).isEqualTo(before);
      assertThat(world.phase("myapp")).isEqualTo("Progressing");
      assertThat(shares(world)).isEqualTo("20");
    }
  }

  /// Flagger analyses what failed, or what was promoted, once more: it knows neither hash.
  @Test
  void afterAFailureItsHashesAreThereAndAfterAPromotionTheyAreOurs() {
    try (World world = Flagger.busy(Flagger.left(1, "succeeded"), "myapp")) {
      world.restartController().run(A_MINUTE);
      List<String> before = hashes(world);
      JsonNode configs = tracked(world);
      image(world, "1.3.0").runUntilWeight("myapp", 20, TEN_MINUTES);
      Myapp.make(world, "myapp", "error-rate", "1").runUntilPhase("myapp", "Failed", TEN_MINUTES);

      assertThat(hashes(world)).isEqualTo(before);

      image(world, "1.4.0").runUntilPhase("myapp", "Succeeded", TEN_MINUTES);

      assertThat(hashes(world)).doesNotContainAnyElementsOf(before);
      assertThat(hashes(world).getFirst()).isNotEmpty().isEqualTo(hashes(world).getLast());
      assertThat(tracked(world)).isEqualTo(configs);
      assertThat(world.canary("myapp").at("/status/canaryWeight").asInt()).isZero();
    }
  }
}

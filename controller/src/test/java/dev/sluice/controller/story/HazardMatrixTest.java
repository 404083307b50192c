package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.sluice.controller.story.Hazard.Harm;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every hazard at every moment, in strategies that differ in who meets a release and when, and
/// behind providers that differ in which of two routes is obeyed. However it goes: no user is sent
/// where nobody answers, people are told, and when it has passed the release ends by itself.
class HazardMatrixTest {
  private static final long SEED = 11;
  private static final int LASTS = 40;
  private static final List<Provider> PROVIDERS = List.of(Provider.ISTIO, Provider.GATEWAY_API);

  private static List<Way> ways(Provider provider) {
    return provider == Provider.ISTIO
        ? List.of(Way.STEPS, Way.AB_TEST, Way.BLUE_GREEN_MIRRORED)
        : List.of(Way.STEPS);
  }

  @TestFactory
  Stream<DynamicNode> everyHazardAtEveryMomentOfARelease() {
    return PROVIDERS.stream()
        .flatMap(provider ->
            ways(provider).stream()
                .map(way -> dynamicContainer(provider + ", " + way, releases(way, provider))));
  }

  private static Stream<DynamicTest> releases(Way way, Provider provider) {
    Site[] site = new Site[1];
    return Arrays.stream(Hazard.values())
        .flatMap(hazard ->
            Arrays.stream(Moment.values())
                .map(moment ->
                    dynamicTest(
                        hazard + ", " + moment,
                        () -> {
                          if (site[0] == null) {
                            site[0] = new Site(way, provider, SEED);
                            site[0].until("Initialized");
                          }
                          release(site[0].lookAnew(), hazard, moment);
                        })))
        .onClose(() -> {
          if (site[0] != null) {
            site[0].close();
          }
        });
  }

  private static void release(Site site, Hazard hazard, Moment moment) {
    String promoted = site.promoted();
    moment.come(site);
    Set<String> before = site.ledTo();
    hazard.befall(site);
    site.run(LASTS);
    if (hazard.harm() == Harm.PRIMARY && before.contains("myapp-canary")) {
      assertThat(site.ledTo()).as("users stay where they are").isEqualTo(before);
    }
    if (hazard.mattersAt(moment)) {
      assertThat(site.told()).containsPattern(hazard.told());
    }
    hazard.pass(site);
    site.untilSettled();

    if (hazard.harm() != Harm.PRIMARY) {
      site.nobodyWasLost().noRequestFailed();
    }
    site.isServedBy(site.isFailed() ? promoted : site.version());
  }

  @TestFactory
  Stream<DynamicNode> everyHazardWhileAnAppIsTakenOver() {
    return PROVIDERS.stream()
        .map(provider -> dynamicContainer(provider.title(), whileItIsTakenOver(provider)));
  }

  private static Stream<DynamicTest> whileItIsTakenOver(Provider provider) {
    return Arrays.stream(Hazard.values())
        .map(hazard ->
            dynamicTest(
                hazard.toString(),
                () -> {
                  try (Site site = new Site(Way.STEPS, provider, SEED)) {
                    site.run(2);
                    hazard.befall(site);
                    site.run(LASTS);
                    hazard.pass(site);
                    site.untilSettled();

                    if (hazard.harm() == Harm.NONE) {
                      site.nobodyWasLost().noRequestFailed();
                    }
                    site.isServedBy(site.version());
                  }
                }));
  }

  @TestFactory
  Stream<DynamicNode> everyHazardWhileAnAppIsGivenBack() {
    return PROVIDERS.stream()
        .map(provider -> dynamicContainer(provider.title(), whileItIsGivenBack(provider)));
  }

  private static Stream<DynamicTest> whileItIsGivenBack(Provider provider) {
    return Arrays.stream(Hazard.values())
        // A target that is gone takes everything with it: DeletionStoryTest.
        .filter(hazard -> hazard != Hazard.TARGET_DELETED)
        .map(hazard ->
            dynamicTest(
                hazard.toString(),
                () -> {
                  try (Site site = new Site(Way.STEPS, provider, SEED)) {
                    site.until("Initialized");
                    site.world().delete(Myapp.CANARIES + "myapp");
                    site.run(1);
                    hazard.befall(site);
                    site.run(LASTS);
                    hazard.pass(site);
                    site.until("the Canary is gone", site::isLeftAlone);

                    if (hazard.harm() == Harm.NONE) {
                      site.nobodyWasLost().noRequestFailed();
                    }
                    site.isLeftToItself(site.version());
                  }
                }));
  }
}

package dev.sluice.playground.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SampleAppTest {

  static Behaviour behaviour(Map<String, String> annotations) {
    return Behaviour.read(
            annotations.entrySet().stream()
                .collect(
                    Collectors.toMap(one -> Behaviour.PREFIX + one.getKey(), Map.Entry::getValue)))
        .behaviour();
  }

  private final RandomGenerator random = new Random(7);

  static PodFacts pod(String image, Behaviour behaviour) {
    return new PodFacts(
        "uid-1",
        "shop",
        "web-5d9-x2b7k",
        "node-1",
        "10.244.0.1",
        image,
        Set.of(8080),
        Map.of("app", "web"),
        behaviour);
  }

  private SampleApp.Reply get(String path, PodFacts pod) {
    return SampleApp.answer(new SampleApp.Request("GET", path), pod, random);
  }

  private static final PodFacts HEALTHY =
      pod("registry.example.com:5000/shop/web:1.2", Behaviour.DEFAULT);

  @Test
  void everyPathIsAnsweredWithImageVersionPodAndPath() {
    var reply = get("/any/path", HEALTHY);

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.text())
        .contains("\"image\":\"registry.example.com:5000/shop/web:1.2\"")
        .contains("\"version\":\"1.2\"")
        .contains("\"pod\":\"web-5d9-x2b7k\"")
        .contains("\"path\":\"/any/path\"");
  }

  @ParameterizedTest
  @CsvSource({
    "web:2,2",
    "web,latest",
    "registry:5000/web,latest",
    "registry:5000/web:v3@sha256:abc,v3",
    "web@sha256:abc,latest"
  })
  void theVersionIsTheTagOfTheImage(String image, String version) {
    assertThat(pod(image, Behaviour.DEFAULT).version()).isEqualTo(version);
  }

  @Test
  void aTokenIsGivenToWhoeverPostsForOne() {
    var reply = SampleApp.answer(new SampleApp.Request("POST", "/token"), HEALTHY, random);

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.text()).contains("\"token\":\"");
  }

  @Test
  void statusAndDelayAreWhatThePathAsksFor() {
    assertThat(get("/status/503", HEALTHY).status()).isEqualTo(503);
    assertThat(get("/delay/2", HEALTHY).delay()).isEqualTo(Duration.ofSeconds(2));
    assertThat(get("/delay/9999", HEALTHY).delay()).isEqualTo(Duration.ofMinutes(5));
    assertThat(get("/status/99", HEALTHY).status()).isEqualTo(200);
  }

  @Test
  void aBadReleaseFailsOnItsShareOfRequestsButNotOnItsProbes() {
    var bad = pod("web:bad", behaviour(Map.of("error-rate", "0.2", "latency", "900ms")));

    long failed = 0;
    for (int i = 0; i < 10_000; i++) {
      failed += get("/", bad).status() == 500 ? 1 : 0;
    }

    assertThat(failed).isBetween(1_850L, 2_150L);
    assertThat(get("/", bad).delay()).isEqualTo(Duration.ofMillis(900));
    for (int i = 0; i < 100; i++) {
      assertThat(get("/healthz", bad).status()).isEqualTo(200);
      assertThat(get("/readyz", bad).status()).isEqualTo(200);
    }
  }
}
